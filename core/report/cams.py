"""Where the items look, photo by photo: the photos on which they differ most."""

from __future__ import annotations

from core.base.errors import InputError
from core.base.formatting import percent
from core.base.language import _, ngettext, translate
from core.report.contrast import COLUMNS, MapComparison, PhotoRow, compare_maps
from core.report.evidence import image_tag
from core.report.markup import Markup, tag
from core.report.subject import DatasetSection, ReportEntry, Subject
from core.report.verdicts import section_title

_MIN_COLUMNS = 4  # pictures in a row: of one item they would be too large for their pixels


def render_cams(subject: Subject, section: DatasetSection) -> Markup | None:
    """A figure per photo, what the pictures leave out, and the means over all photos. Without
    photos or maps, one line that says so."""
    head = tag("h2", section_title(_("Where they look"), section, subject))
    try:
        found = compare_maps(subject, section.entries)
    except InputError as error:
        problem = _(
            "Without pictures of photos: {problem}",
            problem=translate(subject.strip_folders(str(error))),
        )
        return tag("section", head, tag("p", problem, class_="warning"))
    if found is None:
        if not section.finished:
            return None
        return tag("section", head, tag("p", _("No class maps were kept: nothing to show.")))
    how = _(
        "Bright: where the evidence for the named class lies, on one scale for all. White frame: "
        "where that object is. A network that knows the object looks into the frame."
    )
    return tag(
        "section",
        head,
        tag("p", _photo_choice_text(found)),
        tag("p", how, class_="small"),
        [_figure(row, found.set_name) for row in found.rows],
        _means(found),
        tag("p", _left_out_text(found), class_="small"),
    )


def _photo_choice_text(comparison: MapComparison) -> str:
    """How the photos were chosen."""
    values = {
        "n": len(comparison.rows),
        "total": comparison.photo_count,
        "set": comparison.set_name,
    }
    if not comparison.mean_shares:
        return _(
            "{n} of the {total} photos of {set}; nothing in them is boxed, so these are the "
            "first on which the answers differ.",
            **values,
        )
    if len(comparison.mean_shares) == 1:
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


def _figure(row: PhotoRow, set_name: str) -> Markup:
    """The photo, then what each item sees in it."""
    what = _("{label}, boxed", label=row.label) if row.box_area is not None else row.label
    covers = (
        _("{area} of the photo", area=percent(row.box_area)) if row.box_area is not None else None
    )
    names = {"file": row.file, "set": set_name, "label": row.label}
    alt = _("Photo {file} of {set}, showing {label}", **names)
    if not row.labelled:
        what = _("evidence for {label}, an answer", **names)
        alt = _("Photo {file} of {set}", **names)
    said = [tag("bdi", row.file, class_="small"), tag("br"), tag("strong", what)]
    cells = [tag("li", image_tag(row.jpeg, alt), said, [tag("br"), covers] if covers else None)]
    for look in row.cells:
        answer = _(
            "answer: {answer}, {chance}", answer=look.predicted, chance=percent(look.probability)
        )
        share = (
            None
            if look.share_in_box is None
            else _("{share} in box", share=percent(look.share_in_box))
        )
        told = "; ".join(part for part in (share, answer) if part)
        alt = _(
            "Evidence for {label} as {name} sees it in {file}. {told}",
            label=row.label,
            name=look.entry.item.title,
            file=row.file,
            told=told,
        )
        words = [tag("strong", share), tag("br")] if share else None
        cells.append(tag("li", image_tag(look.jpeg, alt), look.entry.badge, words, answer))
    across = f"--across:{max(len(cells), _MIN_COLUMNS)}"
    return tag("figure", tag("ul", cells, class_="photos looks", style=across))


def _means(comparison: MapComparison) -> Markup | None:
    """The same share over all objects: the pictures alone would be a matter of choice."""
    if not comparison.mean_shares:
        return None
    words = ngettext(
        "Over the one object that is boxed, the share of evidence in the box is:",
        "Over all {count} boxed objects, also those in no picture here, the share of evidence in "
        "the box is on average:",
        comparison.object_count,
    )
    items = [
        tag("li", one.badge_and_title, ": ", percent(mean)) for one, mean in comparison.mean_shares
    ]
    return tag("div", tag("p", words), tag("ul", items, class_="key"), class_="keep")


def _left_out_text(comparison: MapComparison) -> str:
    """What is in no picture."""
    words = []
    rest = comparison.photo_count - len(comparison.rows)
    if rest:
        words.append(
            ngettext(
                "1 photo is in no picture here.", "{count} photos are in no picture here.", rest
            )
        )
    if comparison.left_out:
        words.append(
            _(
                "There is room for {n} beside each other; left out: {names}.",
                n=COLUMNS,
                names=_names(comparison.left_out),
            )
        )
    if comparison.without_maps:
        words.append(_("No class maps: {names}.", names=_names(comparison.without_maps)))
    return " ".join(words)


def _names(entries: tuple[ReportEntry, ...]) -> str:
    return ", ".join(f"{one.letter} {one.item.title}" for one in entries)
