"""What the network sees of a photo, apart from the random changes: size, crop, number of views; and
which photos are kept aside."""

from typing import Any

import streamlit as st

from core.base.language import N_, _, translate
from core.data.dataset import Dataset
from pages.widgets.train.draft import Draft

_CROPS = {"squash": N_("whole, squeezed"), "centre": N_("middle square")}
_SPLITS = {
    "holdout": N_("a share"),
    "kfold": N_("a fold"),
    "group": N_("by shoot"),
    "csv": "train.csv",
}
_VIEWS = {"a pool": N_("a pool"), "fresh": N_("fresh")}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `image_size`, `crop` and `views_per_photo`."""
    left, right = st.columns(2)
    with left:
        size = st.number_input(
            _("Photo size in pixels"),
            32,
            1024,
            draft.start_value("image_size"),
            32,
            key=draft.key_prefix("image_size"),
            persist_state="session",
            help=_("Photos are resized to a square of this side. Smaller is faster and sees less."),
        )
    with right:
        crop = st.selectbox(
            _("Square by"),
            list(_CROPS),
            list(_CROPS).index(draft.start_value("crop")),
            format_func=lambda name: translate(_CROPS[name]),
            key=draft.key_prefix("crop"),
            persist_state="session",
            help=_("The whole photo squeezed to a square, or its middle square."),
        )
    return {"image_size": int(size), "crop": crop, "views_per_photo": _views(draft)}


def _views(draft: Draft) -> int | None:
    begin, key = draft.start_value("views_per_photo"), draft.key_prefix("views_per_photo")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = st.segmented_control(
            _("Views of each photo"),
            list(_VIEWS),
            required=True,
            default="fresh" if begin is None else "a pool",
            format_func=lambda name: translate(_VIEWS[name]),
            key=f"{key}.kind",
            persist_state="session",
            help=_(
                "A pool: so many varied views of each photo, made once; the frozen layers "
                "look at them once, which is fast. Fresh: new views in every epoch."
            ),
        )
        number = st.number_input(
            _("Number of views"),
            1,
            64,
            8 if begin is None else begin,
            key=f"{key}.number",
            persist_state="session",
            disabled=kind == "fresh",
            label_visibility="collapsed",
            width=125,
        )
    return None if kind == "fresh" else int(number)


def show_split(draft: Draft, dataset: Dataset) -> dict[str, Any]:
    """The recipe's `split` and `balance`."""
    begin, key = draft.start_value("split"), draft.key_prefix("split")
    method = (
        st.segmented_control(
            _("Photos that validate"),
            list(_SPLITS),
            default=begin["method"],
            required=True,
            format_func=lambda name: translate(_SPLITS[name]),
            key=f"{key}.method",
            persist_state="session",
            help=_(
                "They are kept aside and never trained on. A share of each class; one of several "
                "equal parts; whole shoots (photos taken within an hour of one another, and "
                "near-copies); or those that the file `train.csv` names."
            ),
        )
        or begin["method"]
    )
    begin = {**begin} if begin["method"] == method else {}
    split = {"method": method}
    if method == "csv":
        split |= _column_split(begin, key, dataset)
    else:
        split |= _random_split(begin, key, method)
    if method == "group" and dataset.train_columns:
        split["column"] = _shoot_column(begin, key, dataset)
    balance = st.toggle(
        _("Show small classes more often"),
        draft.start_value("balance") == "oversample",
        key=draft.key_prefix("balance"),
        persist_state="session",
        help=_("An epoch shows every class as often as the largest (`balance: oversample`)."),
    )
    return {"split": split, "balance": "oversample" if balance else "none"}


def _random_split(start: dict[str, Any], key: str, method: str) -> dict[str, Any]:
    left, right, third = st.columns(3)
    found: dict[str, Any] = {}
    if method == "holdout":
        with left:
            found["validation"] = st.number_input(
                _("Share"),
                0.05,
                0.9,
                float(start.get("validation", 0.2)),
                0.05,
                key=f"{key}.validation",
                persist_state="session",
            )
    else:
        with left:
            folds = st.number_input(
                _("Folds"),
                2,
                20,
                start.get("folds", 2 if method == "group" else 5),
                key=f"{key}.folds",
                persist_state="session",
            )
        with right:
            fold = st.number_input(
                _("Fold"),
                0,
                int(folds) - 1,
                min(start.get("fold", 0), int(folds) - 1),
                key=f"{key}.fold.{folds}",
                persist_state="session",
                help=_("Which one validates."),
            )
        found |= {"folds": int(folds), "fold": int(fold)}
    with right if method == "holdout" else third:
        seed = st.number_input(
            _("Drawn by"),
            0,
            2**32 - 1,
            start.get("seed", 42),
            1,
            key=f"{key}.seed",
            persist_state="session",
            help=_("Another number chooses other photos."),
        )
    return {**found, "seed": int(seed)}


def _shoot_column(start: dict[str, Any], key: str, dataset: Dataset) -> str | None:
    columns = [None, *dataset.train_columns]
    now = start.get("column")
    return st.selectbox(
        _("Shoots by"),
        columns,
        columns.index(now) if now in columns else 0,
        format_func=lambda column: column or _("time and near-copies"),
        key=f"{key}.shoots",
        persist_state="session",
        help=_("Or a column of `train.csv`, which holds a word for each shoot."),
    )


def _column_split(start: dict[str, Any], key: str, dataset: Dataset) -> dict[str, Any]:
    columns = list(dataset.train_columns)
    now = start.get("column", "split")
    left, right = st.columns(2)
    with left:
        column = st.selectbox(
            _("Column"),
            sorted({*columns, now}),
            sorted({*columns, now}).index(now),
            key=f"{key}.column",
            persist_state="session",
            help=_("Words (`train`, `validation`), or the number of each photo's fold."),
        )
    with right:
        fold = st.number_input(
            _("Fold"),
            0,
            999,
            start.get("fold"),
            key=f"{key}.csv_fold",
            persist_state="session",
            placeholder=_("none"),
            help=_("Which number validates; none for a column of words."),
        )
    if column not in columns:
        st.caption(_("This data set's `train.csv` has no such column."))
    return {"column": column, "fold": None if fold is None else int(fold)}
