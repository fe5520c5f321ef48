"""What can be seen of each book in a scene, exactly, from the renderer's own masks."""

from typing import NamedTuple

import numpy as np

from core.toy_books.camera import Camera
from core.toy_books.covers import CLASSES
from core.toy_books.light import convex_hull
from core.toy_books.render import GBuffer, solid_ids
from core.toy_books.shapes import Solid
from core.toy_books.stacking import polygon_area

BACKGROUND = "background"
PRESENT_MIN_VISIBLE = 0.15
LISTED_MIN_VISIBLE = 0.01
PRIMARY_LEAD = 1.15


class VisibleBook(NamedTuple):
    """One book in a photo. `box` is x0, y0, x1, y1 of its visible part in 0..1; `area` is that
    part's share of the photo; `visible` is the share of the book's whole outline that can be seen,
    whether the rest is hidden by other things or cut off by the frame."""

    label: str
    box: tuple[float, ...]
    visible: float
    area: float


def find_visible_books(
    camera: Camera, solids: tuple[Solid, ...], view: GBuffer
) -> list[VisibleBook]:
    """The books of which more than `LISTED_MIN_VISIBLE` can be seen, the largest first."""
    owners = solid_ids(solids, view)
    found = []
    for index, solid in enumerate(solids):
        if not solid.label:
            continue
        mask = owners == index
        # The outline of a box is the hull of its corners, wherever the frame ends.
        outline = polygon_area(np.array(convex_hull(camera.project(solid.hull)[0])))
        visible = min(1.0, int(mask.sum()) / max(abs(outline), 1.0))
        if visible <= LISTED_MIN_VISIBLE:
            continue
        rows, columns = np.nonzero(mask)
        start, end = (columns.min(), rows.min()), (columns.max() + 1, rows.max() + 1)
        box = np.divide([start, end], (camera.width, camera.height)).ravel().tolist()
        found.append(VisibleBook(solid.label, tuple(box), visible, float(mask.mean())))
    return sorted(found, key=lambda sighting: -sighting.area)


def primary_class(found: list[VisibleBook], min_ratio: float = PRIMARY_LEAD) -> str | None:
    """The largest book's class; `None` when it leads the second by less than `min_ratio`."""
    if len(found) > 1 and found[0].area < min_ratio * found[1].area:
        return None
    return found[0].label if found and found[0].label in CLASSES else BACKGROUND


def present_classes(found: list[VisibleBook]) -> list[str]:
    """The classes at least `PRESENT_MIN_VISIBLE` visible, sorted; or `background` alone."""
    clear = {book.label for book in found if round(book.visible, 4) >= PRESENT_MIN_VISIBLE}
    return sorted(clear & {*CLASSES}) or [BACKGROUND]
