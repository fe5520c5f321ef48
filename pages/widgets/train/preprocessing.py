"""Preprocessing of the photos (size, crop, views), and which of them validate."""

from typing import Any

import streamlit as st

from core.base.language import N_, _
from core.data.dataset import Dataset
from pages.widgets.train.controls import Group
from pages.widgets.train.draft import Draft

_CROPS = {"squash": N_("squash"), "centre": N_("centre crop")}
_SPLITS = {
    "holdout": N_("hold-out"),
    "kfold": N_("k-fold"),
    "group": N_("by shoot"),
    "csv": "train.csv",
}
_VIEWS = {"a pool": N_("pool"), "fresh": N_("fresh")}


def show(draft: Draft) -> dict[str, Any]:
    """The recipe's `image_size`, `crop` and `views_per_photo`."""
    left, right = st.columns(2)
    size = draft.number(
        "image_size",
        _("Photo size (pixels)"),
        32,
        1024,
        32,
        place=left,
        help=_(
            "Photos are resized to a square with this side. Smaller is faster but loses detail."
        ),
    )
    crop = draft.select(
        "crop",
        _("Resize"),
        _CROPS,
        place=right,
        help=_("Squash the whole photo to a square, or crop its central square."),
    )
    return {"image_size": size, "crop": crop, "views_per_photo": _views(draft)}


def _views(draft: Draft) -> int | None:
    begin = draft.start_value("views_per_photo")
    start = {"kind": "fresh" if begin is None else "a pool", "number": begin or 8}
    controls = Group(draft.key_prefix("views_per_photo"), start)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kind = controls.segments(
            "kind",
            _("Views per photo"),
            _VIEWS,
            help=_(
                "Pool: this many augmented views per photo, made once; the frozen layers "
                "process them once, which is fast. Fresh: new views in every epoch."
            ),
        )
        number: int = controls.number(
            "number",
            _("Number of views"),
            1,
            64,
            disabled=kind == "fresh",
            label_visibility="collapsed",
            width=125,
        )
    return None if kind == "fresh" else number


def show_split(draft: Draft, dataset: Dataset) -> dict[str, Any]:
    """The recipe's `split` and `balance`."""
    begin, key = draft.start_value("split"), draft.key_prefix("split")
    method = Group(key, begin).segments(
        "method",
        _("Validation split"),
        _SPLITS,
        help=_(
            "Validation photos are held out and never trained on: a fraction of each "
            "class; one of several equal parts; whole shoots (photos taken within an hour "
            "of one another, and near-copies); or those named in `train.csv`."
        ),
    )
    controls = Group(key, begin if begin["method"] == method else {})
    split = {"method": method}
    if method == "csv":
        split |= _column_split(controls, dataset)
    else:
        split |= _random_split(controls, method)
    if method == "group" and dataset.train_columns:
        split["column"] = _shoot_column(controls, dataset)
    balance = draft.switch(
        "balance",
        _("Oversample small classes"),
        draft.start_value("balance") == "oversample",
        _("Each epoch shows every class as often as the largest one (`balance: oversample`)."),
    )
    return {"split": split, "balance": "oversample" if balance else "none"}


def _random_split(controls: Group, method: str) -> dict[str, Any]:
    start = {"validation": 0.2, "folds": 2 if method == "group" else 5, "seed": 42}
    controls = Group(controls.key, {**start, "fold": 0, **controls.values})
    left, right, third = st.columns(3)
    found: dict[str, Any] = {}
    if method == "holdout":
        found["validation"] = controls.number(
            "validation", _("Fraction"), 0.05, 0.9, 0.05, place=left
        )
    else:
        folds = controls.number("folds", _("Folds"), 2, 20, place=left)
        fold = controls.number(
            f"fold.{folds}",
            _("Fold"),
            0,
            folds - 1,
            start=min(controls.values["fold"], folds - 1),
            place=right,
            help=_("The fold used for validation."),
        )
        found = {"folds": folds, "fold": fold}
    seed = controls.number(
        "seed",
        _("Split seed"),
        0,
        2**32 - 1,
        1,
        place=right if method == "holdout" else third,
        help=_("Another seed selects other photos."),
    )
    return {**found, "seed": seed}


def _shoot_column(controls: Group, dataset: Dataset) -> str | None:
    columns, now = [None, *dataset.train_columns], controls.start_value("column")
    column: str | None = controls.select(
        "shoots",
        _("Identify shoots by"),
        columns,
        now if now in columns else None,
        format_func=lambda column: column or _("capture time and near-copies"),
        help=_("Or a column of `train.csv` with a name for each shoot."),
    )
    return column


def _column_split(controls: Group, dataset: Dataset) -> dict[str, Any]:
    columns = list(dataset.train_columns)
    now = controls.values.get("column", "split")
    left, right = st.columns(2)
    column = controls.select(
        "column",
        _("Column"),
        sorted({*columns, now}),
        now,
        left,
        help=_("Words (`train`, `validation`) or each photo's fold number."),
    )
    fold = controls.number(
        "csv_fold",
        _("Fold"),
        0,
        999,
        start=controls.start_value("fold"),
        place=right,
        placeholder=_("none"),
        help=_("The fold used for validation; leave empty for a column of words."),
    )
    if column not in columns:
        st.caption(_("This data set's `train.csv` has no such column."))
    return {"column": column, "fold": fold}
