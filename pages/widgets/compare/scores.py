"""Final scores: what validation says beside what the test sets say."""

from collections.abc import Mapping, Sequence

import streamlit as st

from core.base import formatting, palette
from core.base.language import _, language, ngettext, translate, use_language
from core.compare import score_tables, tables
from core.compare.colours import MAX_COLOURS, ColourScheme
from core.compare.score_tables import Controls
from core.compare.varied_key import find_varied_key, varied_scores
from core.data.dataset import VALIDATION
from core.plots import figures, scores
from core.plots.ranked_scores import ranked_columns, ranked_scores
from core.plots.scores import scores_by_value
from core.store.groups import Group
from pages.widgets.shared import run_files, verdict
from pages.widgets.shared.cached import cached
from pages.widgets.shared.run_files import RunFiles
from pages.widgets.ui import figure, plot, reading_table

_ranked_columns = cached(ranked_columns)
_varied_scores = cached(varied_scores)


def headline(selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """A card per item: its verdict, what validation says, and what the hardest set says."""
    for item, place in zip(selected, st.columns(min(len(selected), 3) or 1) * 3, strict=False):
        hard, score, share = score_tables.headline_score(item)
        hard_words = _("Difficult objects")
        if (hard, score) != ("test_difficult", "object"):
            hard_words = (
                f"{formatting.escape_markdown(hard)}: {translate(tables.SCORE_TITLES[score])}"
            )
        lift, __, ends = tables.lift_text(item, hard).partition(" ")
        with place.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(
                    palette.dot_html(
                        colour_scheme.colours[item.id], marker=colour_scheme.marker(item.id)
                    ),
                    width="content",
                )
                st.text(item.title, width="content")
                verdict.chip_link(item)
            with st.container(horizontal=True):
                for label, (value, small), words in (
                    (
                        _("Validation accuracy"),
                        score_tables.share_texts(item, "validation", "accuracy"),
                        tables.SCORE_DESCRIPTIONS["accuracy"],
                    ),
                    (hard_words, share, tables.SCORE_DESCRIPTIONS[score]),
                    (
                        _("Lift"),
                        (lift or "-", ends.strip("()") or _("evidence in the boxes")),
                        tables.LIFT_DESCRIPTION,
                    ),
                ):
                    st.metric(
                        label,
                        value,
                        small or None,
                        delta_color="off",
                        delta_arrow="off",
                        width="content",
                        help=translate(words),
                    )


def controls_of(selected: Sequence[Group]) -> RunFiles:
    """The controls of the items' runs; a damaged file is told and left out."""
    return run_files.read_finished("controls.json", selected)


def show(key: str, selected: Sequence[Group], colour_scheme: ColourScheme) -> None:
    """Scores with intervals, of many items a row each; then every number as a table."""
    controls = controls_of(selected)
    with use_language("en"):  # as files are
        numbers = score_tables.numbers_table(selected, controls)
    if len(selected) > MAX_COLOURS:
        columns = _ranked_columns(selected, controls)
        if columns:
            figure.show(
                f"{key}.ranked",
                _ranked_scores(selected, controls, colour_scheme),
                lambda: numbers,
                "scores",
                min_width=180 * len(columns) + 120,
            )
    else:
        _dots(key, selected, controls, colour_scheme.colours)
        figure.csv_button(key, lambda: numbers, "scores")
    st.caption(_legend_text(selected, any(controls.values())))
    names = score_tables.names_of_test_sets(selected)
    more = len(names) - len(score_tables.drawn_test_sets(selected))
    if more:
        st.caption(
            ngettext(
                "1 more test set is in the table.", "{count} more test sets are in the table.", more
            )
        )
    with st.expander(_("The same numbers as a table"), expanded=False, key=f"{key}.table"):
        _table(f"{key}.numbers", selected, controls, numbers)


@cached
def _ranked_scores(
    selected: Sequence[Group], controls: RunFiles, colour_scheme: ColourScheme
) -> figures.Figure:
    return ranked_scores(_ranked_columns(selected, controls), colour_scheme)


def _table(key: str, selected: Sequence[Group], controls: Controls, numbers: figures.Table) -> None:
    """Every number, in the reader's words. numbers: the same in English."""
    if language() != "en":
        numbers = score_tables.numbers_table(selected, controls)
    told, names = score_tables.translated_numbers(numbers, selected)
    reading_table.show(key, told, _("The same numbers as a table"), names)


def _dots(
    key: str, selected: Sequence[Group], controls: Controls, colours: Mapping[str, str]
) -> None:
    """A figure per set, side by side."""
    plots = [(VALIDATION, score_tables.validation_dots(selected, controls))]
    plots += [
        (name, score_tables.dots_of_test_set(selected, controls, name))
        for name in score_tables.drawn_test_sets(selected)
    ]
    shown = [(name, dots) for name, dots in plots if not dots.empty]
    places = list(st.columns(max(len(shown), 1)))
    for (name, dots), place in zip(shown, places, strict=False):
        with place:
            title = _("validation") if name == VALIDATION else formatting.escape_markdown(name)
            st.markdown(f"**{title}**", help=_score_help(list(dots["title"])))
            plot.show(
                f"{key}.{name}",
                scores.score_dots(dots, colours),
                _("scores {set}", set=name),
                f"scores {name}",
            )
    lifts = score_tables.lift_dots(selected, controls)
    if not lifts.empty:
        with places[0]:  # beneath validation, which is a single line
            st.markdown(f"**{_('Lift')}**", help=translate(tables.LIFT_DESCRIPTION))
            dots = scores.score_dots(lifts, colours, ".1f", 2.0)
            plot.show(f"{key}.lift", dots, _("lift"), "lift")


def _legend_text(selected: Sequence[Group], has_controls: bool) -> str:
    """What dots, lines and grey marks are."""
    if any(item.repeats > 1 for item in selected):
        dots = _(
            "Dot: score. Line: 95% interval, wide because there are few photos; for a "
            "group, from its lowest to its highest run, with a tick for each."
        )
    else:
        dots = _("Dot: score. Line: 95% interval, wide because there are few photos.")
    if has_controls:
        grey = _(
            "Grey: baselines that need no training. **Thick line**: best constant "
            "prediction; **diamond**: logistic regression on the frozen pretrained "
            "backbone; **cross**: the same on untrained weights. A run that is no better "
            "has learned nothing useful."
        )
    else:
        grey = _(
            "Grey **thick line**: best constant prediction, a baseline that needs no training."
        )
    present = _(
        "*Any object present* is weak evidence where photos show several objects: compare "
        "it with its thick grey line."
    )
    return f"{dots} {grey} {present}"


def _score_help(score_titles: Sequence[str]) -> str:
    """What the scores of these titles mean."""
    titles = {title: name for name, title in tables.SCORE_TITLES.items()}
    words = [
        f"- {translate(title)}: {translate(tables.SCORE_DESCRIPTIONS[titles.get(title, title)])}"
        for title in score_titles
    ]
    return "\n".join(dict.fromkeys(words))


def show_by_varied_key(key: str, selected: Sequence[Group], colours: Mapping[str, str]) -> None:
    """A figure of accuracy and one of lift; nothing where more than a number differs."""
    varied = find_varied_key(selected)
    if varied is None:
        return
    controls = controls_of(selected)
    found = _varied_scores(selected, varied, controls)
    if found is None:
        return
    name = formatting.escape_markdown(found.set_name)
    title = translate(str(found.test["title"].iloc[0]))
    st.subheader(_("By {key}", key=formatting.escape_markdown(varied.title)), anchor=False)
    own = {item.id: colours[item.id] for item in selected}
    accuracy, lift = st.columns(2)
    with accuracy:
        st.markdown(
            _("**{set}, {score}**, and validation", set=name, score=title),
            help=translate(tables.SCORE_DESCRIPTIONS["object"]),
        )
        lines = [(title, found.test), (_("validation accuracy"), found.validation)]
        drawn = scores_by_value(lines, own, varied.title, logarithmic=varied.logarithmic)
        told = _("by {key}", key=varied.title)
        plot.show(f"{key}.accuracy", drawn, told, f"by {varied.key}")
    if len(found.lift):
        with lift:
            st.markdown(_("**{set}, lift**", set=name), help=translate(tables.LIFT_DESCRIPTION))
            lines, even = [(_("lift"), found.lift)], _("evidence spread uniformly")
            drawn = scores_by_value(lines, own, varied.title, ".1f", 2.0, varied.logarithmic, even)
            told = _("lift by {key}", key=varied.title)
            plot.show(f"{key}.lift", drawn, told, f"lift-by-{varied.key}")
    st.caption(
        _(
            "Point: mean of a group's runs, each a small dot. Bar: lowest to highest run; "
            "for a single run, its 95% interval. Thick grey line: baseline that needs no "
            "training."
        )
    )
