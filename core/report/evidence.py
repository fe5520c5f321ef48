"""How the verdicts are known: the letter on each item's typical run, with its small pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image

from core.base.language import _
from core.data.photos import jpeg_bytes, jpeg_url
from core.report.markup import Markup, tag
from core.report.subject import Shown, Subject, typical
from core.store.groups import Group
from core.views.diagnosis_pictures import Picture
from core.views.diagnosis_report import Evidence, Letter, write_letter

_SIDES = {"finds": 110, "needs": 240}  # pixels of a picture; where it looks is a section of its own
_CLASSES = {"finds": "cuts", "needs": "covers"}
_QUALITY = 78


def letters(subject: Subject) -> dict[str, Letter]:
    """The letter on the typical run of each item that has one, by the item's id."""
    runs = {one.item.id: typical(one.item) for one in subject.shown}
    found = subject.read(write_letter, (row for row in runs.values() if row))
    return {
        id_: letter
        for id_, row in runs.items()
        if row and (letter := found.get(row.id)) is not None
    }


def evidence(subject: Subject, letters: Mapping[str, Letter]) -> Markup | None:
    """A block for each item that has a letter. letters: by item id."""
    blocks = [
        _block(one, letters[one.item.id], subject)
        for one in subject.shown
        if one.item.id in letters
    ]
    if not blocks:
        return None
    words = _("What each verdict rests on. The pictures are typical for the run, not its worst.")
    return tag("section", tag("h2", _("How we know")), tag("p", words, class_="small"), blocks)


def _block(one: Shown, letter: Letter, subject: Subject) -> Markup:
    gone = tag("p", subject.without_folders(letter.problem), class_="warning")
    first, *others = (_piece(piece) for piece in letter.evidence)
    head = [tag("h3", one.named), _whose(one.item), gone if letter.problem else None, first]
    return tag("article", tag("div", head, class_="keep"), others)


def _whose(item: Group) -> Markup | None:
    """Which run of a group this is."""
    row = typical(item)
    if row is None or len(item.members) == 1:
        return None
    words = _(
        "Of its runs the one with seed {seed}: it has the commonest verdict, and of those that "
        "have it the share of difficult objects nearest to the mean of all.",
        seed=row.recipe["seed"],
    )
    return tag("p", words, class_="small")


def _piece(piece: Evidence) -> Markup:
    """A question, how its answer is judged, the answer, and pictures."""
    if piece.good is not None:
        sign, word, look = (
            ("\u2713", _("good"), "good") if piece.good else ("\u2715", _("bad"), "bad")
        )
    else:
        word = _("cannot tell") if piece.counts else _("not part of the verdict")
        sign, look = "\u2013", "unsure"
    judged = tag("span", f"{sign} {word}", class_=look)
    return tag(
        "figure",
        tag(
            "div",
            tag("p", piece.question, tag("br"), judged, class_="head"),
            tag(
                "div",
                tag("p", piece.words),
                tag("p", piece.note, class_="small") if piece.note else None,
                _pictures(piece.pictures, piece.key),
            ),
            class_="piece",
        ),
    )


def _pictures(pictures: Sequence[Picture], key: str) -> Markup | None:
    """Small ones, a few kilobytes each; none of where it looks, which is shown for all items."""
    if not pictures or key not in _SIDES:
        return None
    signs = {True: "\u2713 ", False: "\u2715 ", None: ""}
    cells = [
        tag("li", photo(_smaller(one.jpeg, _SIDES[key]), one.alt), signs[one.good], one.caption)
        for one in pictures
    ]
    return tag("ul", cells, class_=f"photos {_CLASSES[key]}")


def photo(jpeg: bytes, alt: str) -> Markup:
    """A picture that is inside the page."""
    width, height = Image.open(io.BytesIO(jpeg)).size
    return tag("img", src=jpeg_url(jpeg), alt=alt, width=width, height=height)


def _smaller(jpeg: bytes, side: int) -> bytes:
    image = Image.open(io.BytesIO(jpeg))
    image.thumbnail((side, side))
    return jpeg_bytes(image, _QUALITY)
