"""How the verdicts are known: the letter on each item's typical run, with its small pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from core.base.language import _
from core.data.photos import jpeg_bytes, jpeg_data_url
from core.report.markup import Markup, tag
from core.report.subject import ReportEntry, Subject, typical_run
from core.store.groups import Group
from core.views.diagnosis_pictures import Picture
from core.views.diagnosis_report import DiagnosisReport, Evidence, build_report

_IMAGE_SIDES = {
    "finds": 110,
    "needs": 240,
}  # pixels of a picture; where it looks is a section of its own
_CSS_CLASSES = {"finds": "cuts", "needs": "covers"}
_QUALITY = 78


def build_diagnosis_reports(subject: Subject) -> dict[str, DiagnosisReport]:
    """The letter on the typical run of each item that has one, by the item's id."""
    runs = {one.item.id: typical_run(one.item) for one in subject.entries}
    found = subject.read_runs(build_report, (row for row in runs.values() if row))
    return {
        id_: letter
        for id_, row in runs.items()
        if row and (letter := found.get(row.id)) is not None
    }


def render_evidence(subject: Subject, reports: Mapping[str, DiagnosisReport]) -> Markup | None:
    """A block for each item that has a letter. reports: by item id."""
    blocks = [
        _render_entry(one, reports[one.item.id], subject)
        for one in subject.entries
        if one.item.id in reports
    ]
    if not blocks:
        return None
    words = _("What each verdict rests on. The pictures are typical for the run, not its worst.")
    return tag("section", tag("h2", _("How we know")), tag("p", words, class_="small"), blocks)


def _render_entry(entry: ReportEntry, report: DiagnosisReport, subject: Subject) -> Markup:
    gone = tag("p", subject.strip_folders(report.problem), class_="warning")
    first, *others = (_render_evidence(piece) for piece in report.evidence)
    head = [
        tag("h3", entry.badge_and_title),
        _typical_run_note(entry.item),
        gone if report.problem else None,
        first,
    ]
    return tag("article", tag("div", head, class_="keep"), others)


def _typical_run_note(item: Group) -> Markup | None:
    """Which run of a group this is."""
    row = typical_run(item)
    if row is None or len(item.members) == 1:
        return None
    words = _(
        "Of its runs the one with seed {seed}: it has the commonest verdict, and of those that "
        "have it the share of difficult objects nearest to the mean of all.",
        seed=row.recipe["seed"],
    )
    return tag("p", words, class_="small")


def _render_evidence(evidence: Evidence) -> Markup:
    """A question, how its answer is judged, the answer, and pictures."""
    if evidence.good is not None:
        sign, word, look = (
            ("\u2713", _("good"), "good") if evidence.good else ("\u2715", _("bad"), "bad")
        )
    else:
        word = _("cannot tell") if evidence.used_by_verdict else _("not part of the verdict")
        sign, look = "\u2013", "unsure"
    judged = tag("span", f"{sign} {word}", class_=look)
    return tag(
        "figure",
        tag(
            "div",
            tag("p", evidence.question, tag("br"), judged, class_="head"),
            tag(
                "div",
                tag("p", evidence.text),
                tag("p", evidence.note, class_="small") if evidence.note else None,
                _pictures(evidence.pictures, evidence.key),
            ),
            class_="piece",
        ),
    )


def _pictures(pictures: Sequence[Picture], key: str) -> Markup | None:
    """Small ones, a few kilobytes each; none of where it looks, which is shown for all items."""
    if not pictures or key not in _IMAGE_SIDES:
        return None
    signs = {True: "\u2713 ", False: "\u2715 ", None: ""}
    cells = [
        tag(
            "li",
            image_tag(_downscale(one.jpeg, _IMAGE_SIDES[key]), one.alt),
            signs[one.correct],
            one.caption,
        )
        for one in pictures
    ]
    return tag("ul", cells, class_=f"photos {_CSS_CLASSES[key]}")


def image_tag(jpeg: bytes, alt: str) -> Markup:
    """A picture that is inside the page."""
    width, height = Image.open(io.BytesIO(jpeg)).size
    return tag("img", src=jpeg_data_url(jpeg), alt=alt, width=width, height=height)


def _downscale(jpeg: bytes, side: int) -> bytes:
    image = Image.open(io.BytesIO(jpeg))
    image.thumbnail((side, side))
    return jpeg_bytes(image, _QUALITY)
