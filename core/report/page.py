"""A report on chosen runs: one HTML file that holds all of its pictures and no script, made to be
read on a screen, printed, or sent to somebody who has nothing but a browser.

The same runs give the same bytes in the same language on the same day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from core import __version__
from core.base.errors import InputError
from core.base.language import _, language, ngettext
from core.compare.score_tables import names_of_test_sets
from core.report.cams import render_cams
from core.report.curves import render_curves
from core.report.evidence import build_diagnosis_reports, render_evidence
from core.report.glossary import render_glossary
from core.report.markup import Content, Markup, style, tag
from core.report.origins import render_reproducibility
from core.report.recipes import render_recipes
from core.report.scores import render_legend, render_scores
from core.report.subject import Subject
from core.report.verdicts import render_comparisons, render_verdicts
from core.store.groups import Group
from core.store.index import RunRow

_CSS = Path(__file__).parent / "report.css"
# Nothing may be fetched and nothing may run, even if a mistake of ours let markup through.
_CONTENT_SECURITY_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def render_report(
    selected: Sequence[Group], all_rows: Sequence[RunRow], runs_dir: Path, today: date
) -> str:
    """The report as HTML, in the language that is spoken (core.base.language). Runs whose
    files or photos are gone are reported with what is left, and the report says so.

    selected: what it is about, in their order; all_rows: every run, newest first (they tell which
    photos each saw). Raises InputError without items.
    """
    if not selected:
        raise InputError("report: choose a run")
    subject = Subject(selected, all_rows, runs_dir)
    found = build_diagnosis_reports(subject)
    parts = [
        [
            render_comparisons(subject, part),
            render_scores(subject, part),
            render_curves(subject, part),
            render_cams(subject, part),
        ]
        for part in subject.sections
    ]
    body = [
        render_verdicts(subject, found),
        parts,
        render_evidence(subject, found),
        render_recipes(subject),
        render_reproducibility(subject),
        render_glossary(),
    ]
    # The head is made last: it tells what could not be read.
    return _document(_title(subject), [_head(subject, today), tag("main", body), _foot()])


def problem_page(problem: str) -> str:
    """What is saved in place of a report that cannot be made: one line that says why."""
    words = _("There is no report: {problem}", problem=problem)
    return _document(words, [tag("h1", "Overfit Lens"), tag("p", words)])


def _document(title: str, body: Content) -> str:
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_CONTENT_SECURITY_POLICY),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        style(_CSS.read_text("utf-8")),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', body), lang=language())}\n"


def _title(subject: Subject) -> str:
    titles = [one.item.title for one in subject.entries]
    if subject.left_out or len(titles) > 2:
        return _("Overfit Lens: a report on {n} runs", n=_run_count(subject))
    if len(titles) == 2:
        return _("Overfit Lens: {a} against {b}", a=titles[0], b=titles[1])
    return _("Overfit Lens: {a}", a=titles[0])


def _head(subject: Subject, today: date) -> Markup:
    """Title, date, what this is about in two sentences, and what could not be read."""
    lines = [tag("p", _summary_text(subject), " ", _question_text(subject), class_="lead")]
    if len(subject.sections) > 1:
        words = _(
            "They saw different photos, so that their scores do not compare: each data set "
            "has sections of its own."
        )
        names = [
            tag("li", tag("bdi", part.title), ": ", [one.badge_and_title for one in part.entries])
            for part in subject.sections
        ]
        lines.append(
            tag("div", tag("p", words), tag("ul", names, class_="plain"), class_="warning")
        )
    if subject.problems:
        told = [tag("li", line) for line in subject.problems]
        lines.append(
            tag(
                "div",
                tag("p", _("Could not be read, and is left out:")),
                tag("ul", told, class_="plain"),
                class_="warning",
            )
        )
    return tag(
        "header",
        tag("h1", _title(subject)),
        tag("p", _("Made on {date}", date=today.isoformat()), class_="date"),
        lines,
        render_legend(subject.entries) if len(subject.entries) > 1 else None,
    )


def _summary_text(subject: Subject) -> str:
    runs = _run_count(subject)
    photos = ", ".join(dict.fromkeys(part.title for part in subject.sections))
    recipes_ = len(subject.entries) + len(subject.left_out)
    if recipes_ == 1:
        return ngettext(
            "This is about one run, trained on the photos {photos}.",
            "This is about {count} runs of one recipe, trained on the photos {photos}.",
            runs,
            photos=photos,
        )
    if recipes_ == runs:
        return _("This compares {n} runs, trained on the photos {photos}.", n=runs, photos=photos)
    return _(
        "This compares {n} recipes, {runs} runs in all, trained on the photos {photos}.",
        n=recipes_,
        runs=runs,
        photos=photos,
    )


def _run_count(subject: Subject) -> int:
    items = [*(one.item for one in subject.entries), *subject.left_out]
    return sum(len(item.members) for item in items)


def _question_text(subject: Subject) -> str:
    sets = names_of_test_sets([one.item for one in subject.entries])
    if not sets:
        return _(
            "Without photos from elsewhere nothing can show whether the objects were learned: "
            "validation photos come from the same shoot as the training photos."
        )
    return _(
        "The question is what was learned: validation photos come from the same shoot as the "
        "training photos, so that only photos from elsewhere ({sets}) can tell the objects from "
        "the shoot.",
        sets=", ".join(sets),
    )


def _foot() -> Markup:
    return tag(
        "footer",
        tag(
            "p",
            _(
                "Made by Overfit Lens {version}. This file holds all of its "
                "pictures, fetches nothing and runs no script.",
                version=__version__,
            ),
        ),
    )
