"""Scores against the one number that the chosen items vary, as those of a batch do."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import formatting
from core.base.language import _, translate
from core.compare import tables
from core.compare.varied_key import VariedKey, VariedScores, find_varied_key, varied_scores
from core.plots.figures import Figure
from core.plots.scores import scores_by_value
from core.store.groups import Group
from pages.widgets.compare import scores
from pages.widgets.shared.cached import cached
from pages.widgets.shared.run_files import RunFiles
from pages.widgets.ui import plot


def show(key: str, selected: Sequence[Group], colours: Mapping[str, str]) -> None:
    """A figure of accuracy and one of lift; nothing where more than a number differs."""
    varied = find_varied_key(selected)
    if varied is None:
        return
    controls = scores.controls_of(selected)
    found = _varied_scores(selected, varied, controls)
    if found is None:
        return
    name = formatting.escape_markdown(found.set_name)
    title = translate(str(found.test["title"].iloc[0]))
    st.subheader(_("By {key}", key=formatting.escape_markdown(varied.title)), anchor=False)
    own_colours = {item.id: colours[item.id] for item in selected}
    accuracy, lift = st.columns(2)
    with accuracy:
        st.markdown(
            _("**{set}, {score}**, and validation", set=name, score=title),
            help=translate(tables.SCORE_DESCRIPTIONS["object"]),
        )
        figure = _accuracy_figure(selected, varied, controls, own_colours)
        told = _("by {key}", key=varied.title)
        plot.show(f"{key}.accuracy", figure, told, f"by {varied.key}")
    if len(found.lift):
        with lift:
            st.markdown(_("**{set}, lift**", set=name), help=translate(tables.LIFT_DESCRIPTION))
            figure = _lift_figure(selected, varied, controls, own_colours)
            told = _("lift by {key}", key=varied.title)
            plot.show(f"{key}.lift", figure, told, f"lift-by-{varied.key}")
    st.caption(
        _(
            "Point: mean over an item's runs, a small dot each. Bar: from the lowest to the "
            "highest of them; of a run alone its 95 % interval. Thick grey line: what needs no "
            "training."
        )
    )


@cached
def _varied_scores(
    selected: Sequence[Group], varied: VariedKey, controls: RunFiles
) -> VariedScores | None:
    return varied_scores(selected, varied, controls)


@cached
def _accuracy_figure(
    selected: Sequence[Group], varied: VariedKey, controls: RunFiles, colours: Mapping[str, str]
) -> Figure:
    results = _varied_scores(selected, varied, controls)
    assert results is not None
    title = translate(str(results.test["title"].iloc[0]))
    lines = [(title, results.test), (_("validation accuracy"), results.validation)]
    return scores_by_value(lines, colours, varied.title, logarithmic=varied.logarithmic)


@cached
def _lift_figure(
    selected: Sequence[Group], varied: VariedKey, controls: RunFiles, colours: Mapping[str, str]
) -> Figure:
    results = _varied_scores(selected, varied, controls)
    assert results is not None
    return scores_by_value(
        [(_("lift"), results.lift)],
        colours,
        varied.title,
        ".1f",
        2.0,
        varied.logarithmic,
        _("evidence strewn evenly"),
    )
