"""Where the items look, photo by photo: the photos on which they differ most."""

from __future__ import annotations

from core.base.errors import InputError
from core.base.formatting import percent
from core.base.language import _, ngettext, translate
from core.report.contrast import COLUMNS, Contrast, Row, contrast
from core.report.evidence import photo
from core.report.markup import Markup, tag
from core.report.subject import Part, Shown, Subject
from core.report.verdicts import title

_LEAST_ACROSS = 4  # pictures in a row: of one item they would be too large for their pixels


def cams(subject: Subject, part: Part) -> Markup | None:
    """A figure per photo, what the pictures leave out, and the means over all photos. Without
    photos or maps, one line that says so."""
    head = tag("h2", title(_("Where they look"), part, subject))
    try:
        found = contrast(subject, part.shown)
    except InputError as error:
        problem = _(
            "Without pictures of photos: {problem}",
            problem=translate(subject.without_folders(str(error))),
        )
        return tag("section", head, tag("p", problem, class_="warning"))
    if found is None:
        if not part.finished:
            return None
        return tag("section", head, tag("p", _("No class maps were kept: nothing to show.")))
    how = _(
        "Bright: where the evidence for the named class lies, on one scale for all. White frame: "
        "where that object is. A network that knows the object looks into the frame."
    )
    return tag(
        "section",
        head,
        tag("p", _which(found)),
        tag("p", how, class_="small"),
        [_figure(row, found.set_name) for row in found.rows],
        _means(found),
        tag("p", _not_shown(found), class_="small"),
    )


def _which(found: Contrast) -> str:
    """How the photos were chosen."""
    values = {"n": len(found.rows), "total": found.photos, "set": found.set_name}
    if not found.means:
        return _(
            "{n} of the {total} photos of {set}; nothing in them is boxed, so these are the "
            "first on which the answers differ.",
            **values,
        )
    if len(found.means) == 1:
        return _(
            "{n} of the {total} photos of {set}, evenly from the lowest to the highest "
            "share of evidence in the box.",
            **values,
        )
    return _(
        "The {n} of {total} photos of {set} on which the shares of evidence in the box lie "
        "furthest apart: not typical ones.",
        **values,
    )


def _figure(row: Row, set_name: str) -> Markup:
    """The photo, then what each item sees in it."""
    what = _("{label}, boxed", label=row.label) if row.area is not None else row.label
    covers = _("{area} of the photo", area=percent(row.area)) if row.area is not None else None
    names = {"file": row.file, "set": set_name, "label": row.label}
    alt = _("Photo {file} of {set}, showing {label}", **names)
    if not row.labelled:
        what = _("evidence for {label}, an answer", **names)
        alt = _("Photo {file} of {set}", **names)
    said = [tag("bdi", row.file, class_="small"), tag("br"), tag("strong", what)]
    cells = [tag("li", photo(row.jpeg, alt), said, [tag("br"), covers] if covers else None)]
    for look in row.looks:
        answer = _("answer: {answer}, {chance}", answer=look.answer, chance=percent(look.chance))
        share = None if look.share is None else _("{share} in box", share=percent(look.share))
        told = "; ".join(part for part in (share, answer) if part)
        alt = _(
            "Evidence for {label} as {name} sees it in {file}. {told}",
            label=row.label,
            name=look.shown.item.title,
            file=row.file,
            told=told,
        )
        words = [tag("strong", share), tag("br")] if share else None
        cells.append(tag("li", photo(look.jpeg, alt), look.shown.mark, words, answer))
    across = f"--across:{max(len(cells), _LEAST_ACROSS)}"
    return tag("figure", tag("ul", cells, class_="photos looks", style=across))


def _means(found: Contrast) -> Markup | None:
    """The same share over all objects: the pictures alone would be a matter of choice."""
    if not found.means:
        return None
    words = ngettext(
        "Over the one object that is boxed, the share of evidence in the box is:",
        "Over all {count} boxed objects, also those in no picture here, the share of evidence in "
        "the box is on average:",
        found.objects,
    )
    items = [tag("li", one.named, ": ", percent(mean)) for one, mean in found.means]
    return tag("div", tag("p", words), tag("ul", items, class_="key"), class_="keep")


def _not_shown(found: Contrast) -> str:
    """What is in no picture."""
    words = []
    rest = found.photos - len(found.rows)
    if rest:
        words.append(
            ngettext(
                "1 photo is in no picture here.", "{count} photos are in no picture here.", rest
            )
        )
    if found.beyond:
        words.append(
            _(
                "There is room for {n} beside each other; left out: {names}.",
                n=COLUMNS,
                names=_names(found.beyond),
            )
        )
    if found.without:
        words.append(_("No class maps: {names}.", names=_names(found.without)))
    return " ".join(words)


def _names(shown: tuple[Shown, ...]) -> str:
    return ", ".join(f"{one.letter} {one.item.title}" for one in shown)
