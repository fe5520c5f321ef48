"""A photo that somebody tries on finished runs: read with care, and what the runs' answers say."""

import base64
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base import formatting
from core.base.errors import DataError
from core.base.language import N_, _
from core.data.archive import printable
from core.data.dataset import Photo, TestSet
from core.data.label_tables import Box, Label
from core.data.photo_copies import copy_photo
from core.data.photos import Crop, centre_square, jpeg_bytes, open_photo
from core.jobs.preview.client import PreviewPrediction, most_likely
from core.views.heat_map import heat_map

SHOWN_SIDE = 720  # pixels of the longer side on the page
MAX_BYTES = 30_000_000


@dataclass(frozen=True)
class QueryPhoto:
    """data: the bytes that the runs are asked about; jpeg: what the page shows. label and boxes are
    known of a labelled test photo."""

    name: str
    data: bytes
    jpeg: bytes
    label: Label | None = None
    boxes: tuple[Box, ...] = ()


def read_upload(name: str, data: bytes) -> QueryPhoto:
    """Somebody's own photo, upright and of a sane size. Raises DataError: one line that names it
    and says why it cannot be used."""
    name = printable(name)
    if len(data) > MAX_BYTES:
        told = N_("{name}: larger than {size:.0f} MB; save a smaller copy")
        raise DataError(told.format(name=name, size=MAX_BYTES / 1e6))
    with tempfile.TemporaryDirectory(prefix="overfit-lens-") as folder:
        path = Path(folder) / "photo"
        path.write_bytes(data)
        try:
            copy = copy_photo(path).jpeg
            return QueryPhoto(name, copy, _display_jpeg(decode_jpeg(copy)))
        except DataError as error:
            reason = str(error).replace(f"{path}: ", "")
            raise DataError(f"{name}: {reason}") from None


def read_test_photo(test_set: TestSet, photo: Photo) -> QueryPhoto:
    """A photo of a test set, whose file is what the runs were tested on. Raises DataError."""
    jpeg = _display_jpeg(open_photo(photo.path, at_least=SHOWN_SIDE))
    return QueryPhoto(
        f"{test_set.name}/{photo.file}",
        photo.path.read_bytes(),
        jpeg,
        test_set.labels.get(photo.file),
        test_set.boxes.get(photo.file, ()),
    )


def decode_jpeg(jpeg: bytes) -> Image.Image:
    """A picture from the bytes of our own JPEG."""
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def cam_jpeg(photo: QueryPhoto, crop: Crop, density: NDArray[np.float32]) -> bytes:
    """Where the evidence lies over what a run sees of the photo, as JPEG. density: (rows,
    columns)."""
    view = decode_jpeg(photo.jpeg)
    if crop == "centre":
        side = min(view.size)
        view = view.resize((side, side), box=centre_square(*view.size))
    return jpeg_bytes(heat_map(view, density))


# --- a box on it ---------------------------------------------------------------------------------


def parse_box(corners: Sequence[Any] | None) -> Box | None:
    """The box with corners x0, y0, x1, y1, as a link or the browser gives them; None where they
    are none."""
    try:
        x0, y0, x1, y1 = (float(value) for value in corners or ())
    except (TypeError, ValueError):
        return None
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        return None
    return Box("box", x0, y0, x1, y1, visible=1.0)


def box_payload(photo: QueryPhoto, stamp: str, box: Box | None) -> dict[str, Any]:
    """What the browser needs to draw the photo and a box on it (pages/widgets/try_it/photo_box.js).
    stamp: another one begins anew."""
    return {
        "stamp": stamp,
        "jpeg": base64.b64encode(photo.jpeg).decode("ascii"),
        "alt": photo.name,
        "box": None if box is None else _corners(box),
        "known": [{"label": known.label, "box": _corners(known)} for known in photo.boxes],
    }


def _corners(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]


# --- in words -------------------------------------------------------------------------------------


def prediction_text(prediction: PreviewPrediction) -> str:
    """`ferns (.98)`."""
    return _most_likely_text(prediction.probabilities)


def occlusion_sentences(prediction: PreviewPrediction) -> list[str]:
    """What the answer does when the box is hidden, and when as much is hidden elsewhere; nothing
    where nothing was hidden."""
    hidden = prediction.masked
    if hidden is None:
        return []
    same = most_likely(hidden.probabilities) == prediction.predicted
    now = _most_likely_text(hidden.probabilities)
    before, elsewhere = prediction.predicted, hidden.elsewhere_probabilities
    words = _("With the box hidden, it still predicts {answer}.", answer=now)
    if not same:
        form = _("With the box hidden, it predicts {answer} instead of {before}.")
        words = form.format(answer=now, before=before)
    if elsewhere is None:
        return [words, _("There is no room to hide an equal area elsewhere for comparison.")]
    form = _("With an equal area hidden elsewhere, it predicts {answer}.")
    if most_likely(elsewhere) == before:
        form = _("With an equal area hidden elsewhere, it still predicts {answer}.")
    return [words, form.format(answer=_most_likely_text(elsewhere))]


def cam_alt_text(class_name: str, run: str) -> str:
    """What a class map shows, for who cannot see it."""
    return _("Where run {run} finds evidence for {name}", run=run, name=class_name)


def _most_likely_text(probabilities: dict[str, float]) -> str:
    best = most_likely(probabilities)
    return f"{best} ({formatting.decimal(probabilities[best])})"


def _display_jpeg(image: Image.Image) -> bytes:
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
    return jpeg_bytes(image, 88)
