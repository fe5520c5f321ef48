"""A report on chosen runs: one HTML file that holds all of its pictures and no script, made to be
read on a screen, printed, or sent to somebody who has nothing but a browser.

The same runs give the same bytes in the same language on the same day.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from core import __version__
from core.base.errors import InputError
from core.base.formatting import percent
from core.base.language import N_, _, language, ngettext, translate
from core.compare.score_tables import names_of_test_sets
from core.compare.tables import LIFT_DESCRIPTION, SCORE_DESCRIPTIONS, SCORE_TITLES
from core.data.photos import jpeg_bytes, jpeg_data_url
from core.evaluate.rules import MEANINGS
from core.report.contrast import COLUMNS, compare_maps
from core.report.origins import origins
from core.report.subject import DatasetSection, Subject, clean_text, typical_run
from core.report.verdicts import comparisons, left_out, recipe_differences, verdict_cards
from core.store.groups import Group
from core.store.index import RunRow
from core.views.diagnosis_report import build_report

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent
_QUALITY = 78  # of small pictures, a few kilobytes each


def render_report(
    selected: Sequence[Group], all_rows: Sequence[RunRow], runs_dir: Path, today: date
) -> str:
    """The report as HTML, in the language that is spoken (core.base.language). Runs whose
    files or photos are gone are reported with what is left, and the report says so.

    selected: what it is about, in their order; all_rows: every run, newest first (they tell which
    photos each saw). Raises InputError without items."""
    if not selected:
        raise InputError("report: choose a run")
    subject = Subject(selected, all_rows, runs_dir)
    runs = {one.item.id: typical_run(one.item) for one in subject.entries}
    found = subject.read_runs(build_report, filter(None, runs.values()))
    reports = {id_: report for id_, row in runs.items() if row and (report := found.get(row.id))}
    diagnoses = [
        (one, reports[id_], row.recipe["seed"] if len(one.item.members) > 1 else None)
        for one in subject.entries
        if (id_ := one.item.id) in reports and (row := runs[id_])
    ]
    return _template().render(
        subject=subject,
        title=_title(subject),
        today=today.isoformat(),
        summary=_summary_text(subject),
        question=_question_text(subject),
        cards=verdict_cards(subject, reports),
        left_out=left_out(subject.left_out),
        parts=[_part(subject, section) for section in subject.sections],
        diagnoses=diagnoses,
        recipes=recipe_differences(subject),
        glossary=glossary(),
        **origins(subject),
    )


def problem_page(problem: str) -> str:
    """What is saved in place of a report that cannot be made: one line that says why."""
    words = _("Cannot create the report: {problem}", problem=problem)
    return _template().render(title=words, problem=words)


@cache
def _template() -> Template:
    """The page. Only what it holds itself is markup: everything else is escaped, so that no name,
    label or error that comes from a file can become a part of the page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def text(value: object) -> object:
        if value is None or isinstance(value, Markup):
            return value or ""
        return clean_text(str(value))

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "ngettext": ngettext,
        "language": language,
        "percent": percent,
        "picture": _picture,
        "max_columns": COLUMNS,
        "version": __version__,
        "problem": "",
    }
    return environment.get_template("report.html.j2")


def _picture(jpeg: bytes, side: int | None) -> dict[str, Any]:
    """A picture that is inside the page, its longer side at most so many pixels."""
    image = Image.open(io.BytesIO(jpeg))
    if side is not None:
        image.thumbnail((side, side))
        jpeg = jpeg_bytes(image, _QUALITY)
    return {"url": jpeg_data_url(jpeg), "width": image.width, "height": image.height}


def _part(subject: Subject, section: DatasetSection) -> dict[str, Any]:
    """What the report has on items that saw the same photos."""
    from core.report.figures import curve_section, score_section  # Matplotlib

    maps, problem = None, ""
    try:
        maps = compare_maps(subject, section.entries)
    except InputError as error:
        problem = translate(subject.strip_folders(str(error)))
    return {
        "title": section.title,
        "entries": section.entries,
        "finished": section.finished,
        "by_id": {one.item.id: one for one in section.entries},
        "comparisons": comparisons(subject, section),
        "scores": score_section(subject, section),
        "curves": curve_section(subject, section),
        "maps": maps,
        "maps_problem": problem,
    }


def _title(subject: Subject) -> str:
    titles = [one.item.title for one in subject.entries]
    if subject.left_out or len(titles) > 2:
        return _("Overfit Lens: report on {n} runs", n=_run_count(subject))
    if len(titles) == 2:
        return _("Overfit Lens: {a} vs. {b}", a=titles[0], b=titles[1])
    return _("Overfit Lens: {a}", a=titles[0])


def _summary_text(subject: Subject) -> str:
    runs = _run_count(subject)
    photos = ", ".join(dict.fromkeys(part.title for part in subject.sections))
    recipes_ = len(subject.entries) + len(subject.left_out)
    if recipes_ == 1:
        return ngettext(
            "This report covers one run, trained on {photos}.",
            "This report covers {count} runs of one recipe, trained on {photos}.",
            runs,
            photos=photos,
        )
    if recipes_ == runs:
        return _("This report compares {n} runs trained on {photos}.", n=runs, photos=photos)
    return _(
        "This report compares {n} recipes ({runs} runs in total) trained on {photos}.",
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
            "Without photos from elsewhere, nothing can show whether the objects were "
            "learned, because the validation photos come from the same shoot as the "
            "training photos."
        )
    return _(
        "The question is what was learned. Validation photos come from the same shoot as "
        "the training photos, so only photos from elsewhere ({sets}) can show whether it "
        "was the objects or the shoot.",
        sets=", ".join(sets),
    )


_TERMS = {
    N_("validation"): N_(
        "Photos held out from training. They come from the same shoot, so a network that "
        "only knows the shoot also does well on them."
    ),
    N_("test sets"): N_(
        "Photos never used in training; those in test_difficult were taken elsewhere."
    ),
    N_("95% interval"): N_(
        "The range of scores compatible with results on so few photos. Two scores with "
        "overlapping intervals may still differ; see the paired comparison."
    ),
    N_("constant answer"): N_("The best score from giving the same answer for all photos."),
    N_("frozen backbone"): N_("Logistic regression on features pretrained without these photos."),
    N_("untrained weights"): N_("The same on features from random weights."),
    N_("class map"): N_(
        "Which parts of a photo are evidence for a class (class activation map, CAM)."
    ),
    N_("evidence"): N_(
        "The part of a class map that supports its class rather than all classes equally."
    ),
    N_("fraction in the box"): N_("The fraction of that evidence that lies where the object is."),
    N_("loss"): N_(
        "How far the probabilities are from the correct labels; 0 means correct and certain."
    ),
    N_("group"): N_(
        "Runs of one recipe on the same photos that differ in seed or fold: a single run "
        "cannot tell skill from luck."
    ),
    N_("seed"): N_("The number that fixes all randomness in a run."),
}


def glossary() -> dict[str, str]:
    """Terms, scores and verdicts."""
    words = {translate(name): translate(meaning) for name, meaning in _TERMS.items()}
    words |= {
        translate(title): translate(SCORE_DESCRIPTIONS[name])
        for name, title in SCORE_TITLES.items()
    }
    words[_("lift")] = translate(LIFT_DESCRIPTION)
    words |= {translate(verdict): translate(meaning) for verdict, meaning in MEANINGS.items()}
    return words
