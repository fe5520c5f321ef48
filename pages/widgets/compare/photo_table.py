"""Photo by photo: what each chosen item answers, and where they part."""

from collections.abc import Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.compare import photo_answers as answers_of
from core.compare.photo_answers import ALL, FILTERS, ONE_RIGHT, PhotoPredictions
from core.data.photos import jpeg_data_url
from core.evaluate.paired import photo_of
from core.store.groups import Group
from pages.widgets.compare import comparable, photo_set
from pages.widgets.shared import links, selection
from pages.widgets.shared.cached import cached
from pages.widgets.ui import figure, reading_table, url_state
from pages.widgets.ui.reading_table import Choice

_MAX_COLUMNS = 12  # items with a column of their own; more are counted
_MAX_HEIGHT = 560  # pixels of the table; more rows are scrolled
_MAX_LISTED = 5_000  # photos
_MAX_CAMS = 6  # runs that CAMs shows at once

_photo_predictions = cached(answers_of.photo_predictions)


def show(key: str, selected: Sequence[Group]) -> None:
    """The table with its filter; a chosen row shows its photo large and leads to its class maps."""
    predictions = comparable.answers(selected)
    set_name = photo_set.choose(selected, answers_of.predicted_splits(selected, predictions))
    if set_name is None:
        return
    answers = _photo_predictions(selected, predictions, set_name)
    files = _filtered(key, selected, answers)
    if len(files) > _MAX_LISTED:
        st.caption(_("Showing the first {count}.", count=_MAX_LISTED))
        files = files[:_MAX_LISTED]
    titles = {item.id: item.title for item in selected}
    total = answers["file"].nunique()
    if not files:
        st.caption(_("None of the {total} photos matches.", total=total))
        return
    few = len(selected) <= _MAX_COLUMNS
    table = (
        answers_of.wide_table(answers, files, titles)
        if few
        else answers_of.counts_table(answers, files)
    )
    pictures = photo_set.read_thumbnails(selected[0], set_name, files)
    words = (
        _(
            "✓ right, ✗ wrong, with the probability of the prediction. A group shows its "
            "most common prediction and how many of its runs made it. Choose a row to see "
            "more."
        )
        if few
        else _(
            "How many of the selected runs are right, and what they predict. Choose a row "
            "to see each one."
        )
    )
    st.caption(_("{count} of {total} photos. {words}", count=len(files), total=total, words=words))
    reading_table.show(
        f"{key}.{set_name}",
        table,
        _("Photos with each run's prediction"),
        _heads(),
        height=_MAX_HEIGHT,
        image_urls=[jpeg_data_url(pictures[file]) if file in pictures else "" for file in files]
        if pictures
        else [],
        choice=Choice(files, "photo"),
    )
    figure.csv_button(
        key,
        lambda: answers.assign(run=answers["item"].map(titles)).drop(columns="item"),
        f"answers {set_name}",
    )
    photo = st.query_params.get("photo")
    if photo in files:
        _photo(key, selected, answers, set_name, photo, pictures.get(photo), few)


def _heads() -> dict[str, str]:
    """Columns in the reader's words; the others are names of runs."""
    return {
        "photo": _("photo"),
        "label": _("label"),
        "right": _("correct"),
        "answers": _("predictions"),
    }


def _filtered(key: str, selected: Sequence[Group], answers: PhotoPredictions) -> list[str]:
    """The photos that the filter leaves."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        which = url_state.segments(
            "show", _("Show"), FILTERS, ALL, wrap=True, format_func=translate
        )
        only = ""
        if which == ONE_RIGHT:
            with st.container(width=320):
                only = selection.choose_one(key, _("Choose one"), selected, "one").id
    return answers_of.filtered_files(answers, which, only)


def _photo(
    key: str,
    selected: Sequence[Group],
    answers: PhotoPredictions,
    set_name: str,
    file: str,
    jpeg: bytes | None,
    few_items: bool,
) -> None:
    """One photo: large, with everybody's answer, and the way to its class maps."""
    rows = answers[answers["file"] == file]
    truth = str(rows["truth"].iloc[0]) or _("no label")
    with st.container(border=True):
        left, right = st.columns([1, 3])
        with left:
            if jpeg:
                st.image(jpeg, alt=file)
        with right:
            st.markdown(
                f"**{formatting.escape_markdown(file)}**: {formatting.escape_markdown(truth)}"
            )
            photo = photo_of(file)
            name = set_name.removesuffix("/objects")
            link = selection.link_params(list(selected)[:_MAX_CAMS]) | {"set": name, "open": photo}
            links.to("cams", _("See where they look at this photo"), **link)
            table = answers_of.one_photo_table(rows, {item.id: item.title for item in selected})
            heads = {"run": _("run"), "answer": _("prediction")}
            reading_table.show(
                f"{key}.answers",
                table,
                _("Each run's predictions"),
                heads,
                height=0 if few_items else 300,
            )
