"""The pictures of a run's diagnosis: typical photos, not the worst ones, chosen by a fixed rule.

Free of torch: what was blanked and cut out is drawn by the code that drew it for the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageOps

from core.base.formatting import percent
from core.base.language import N_, _, translate
from core.data.dataset import Dataset, Photo, TestSet
from core.data.expected_use import FAMILY_TITLES
from core.data.label_tables import Box
from core.data.masking import Fill, MaskVariant
from core.data.object_crops import labelled_objects
from core.data.photos import Crop, Pixels, jpeg_bytes, open_photo, photo_size, read_view
from core.evaluate.localisation import MIN_BOX_AREA, density, find_scene, localise, view_boxes
from core.store.run import ClassMaps
from core.views.heat_map import display_view, heat_map

T = TypeVar("T")
SIDE = 320  # pixels of a picture's longer side
MAX_OBJECT_CROPS = 6
PAD = "#8a90a0"  # beside a narrow object; shows on light and dark pages
SHOWN_FILL: Fill = "blur"
MASKED_VARIANTS: tuple[tuple[MaskVariant, str], ...] = (
    ("object", N_("objects painted over")),
    ("elsewhere", N_("equal area painted over elsewhere")),
)


@dataclass(frozen=True)
class Picture:
    """jpeg: the picture. caption: what stands below it. alt: the same for who cannot see it.
    good: whether the answer in the caption is right; None where that is not asked."""

    jpeg: bytes
    caption: str
    alt: str
    correct: bool | None = None


# --- objects cut out ----------------------------------------------------------------------------


def object_crop_pictures(
    test_set: TestSet, classes: Sequence[str], rows: pd.DataFrame
) -> list[Picture]:
    """Up to six objects with the answer to each, right and wrong in the proportion of the whole
    set, evenly spread over it.

    rows: the set's objects in predictions.csv. Raises DataError when a photo cannot be read."""
    answers = dict(zip(rows["file"], rows["predicted"], strict=True))
    known = [one for one in labelled_objects(test_set, classes) if one.file in answers]
    right = [one for one in known if answers[one.file] == one.class_name]
    wrong = [one for one in known if answers[one.file] != one.class_name]
    count = min(MAX_OBJECT_CROPS, len(known))
    of_right = round(count * len(right) / len(known)) if known else 0
    pictures = []
    for one in evenly_spaced(right, of_right) + evenly_spaced(wrong, count - of_right):
        cut = one.crop(open_photo(one.photo.path))
        answer, good = answers[one.file], answers[one.file] == one.class_name
        truth = one.class_name if one.box.label == one.class_name else _("none of the classes")
        caption = _("{answer}; actual: {truth}", answer=answer, truth=truth)
        if good:
            caption = answer
            if truth != answer:
                caption = _("{answer}; {truth}", answer=answer, truth=truth)
        words = _("Cut-out object ({truth}); prediction: {answer}", truth=truth, answer=answer)
        square = ImageOps.pad(cut, (SIDE, SIDE), color=PAD)
        pictures.append(Picture(jpeg_bytes(square), caption, words, good))
    return pictures


def evenly_spaced(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items, evenly spaced."""
    return [items[int((i + 0.5) * len(items) / count)] for i in range(min(count, len(items)))]


# --- where it looks -------------------------------------------------------------------------------


def localisation_pictures(
    test_set: TestSet, dataset: Dataset, maps: ClassMaps, crop: Crop
) -> list[Picture]:
    """A photo with its object's box, and the same with the last class map of that object's class.

    Of all objects that count for the lift, it is the one whose share of evidence in the box and
    box area are together nearest to their means over the set. Empty when none counts.
    Raises DataError when a photo cannot be read."""
    files = maps.files.get(test_set.name, ())
    photos = {photo.file: photo for photo in test_set.photos}
    if tuple(maps.classes) != tuple(dataset.classes) or not set(files) <= set(photos):
        return []
    sizes = {file: photo_size(photos[file].path) for file in files}
    last = np.asarray(maps.maps[test_set.name][-1], dtype=np.float32)
    found = localise(last, files, dataset.classes, test_set, sizes, crop)
    if found.empty:
        return []
    means = found["share"].mean(), found["area"].mean()
    away = (found["share"] - means[0]).abs() + (found["area"] - means[1]).abs()
    chosen = found.iloc[int(away.to_numpy().argmin())]
    file, label = str(chosen["file"]), str(chosen["label"])
    boxes = counted_boxes(test_set, photos[file], label, crop)
    view = display_view(photos[file].path, crop, SIDE)
    heated = heat_map(view, density(last[files.index(file)])[dataset.classes.index(label)])
    share, area = percent(chosen["share"]), percent(chosen["area"])
    return [
        Picture(
            boxed_jpeg(view, boxes),
            _("{label}, boxed: {area} of the photo", label=label, area=area),
            _("Photo {file} with a box around {label}", file=file, label=label),
        ),
        Picture(
            boxed_jpeg(heated, boxes),
            _("bright: evidence for {label}, {share} of it in the box").format(
                label=label, share=share
            ),
            _("The same photo, bright where there is evidence for {label}", label=label),
        ),
    ]


def counted_boxes(test_set: TestSet, photo: Photo, label: str, crop: Crop) -> list[Box]:
    """A class's boxes in what the network sees of a photo, without those too small to count."""
    seen = view_boxes(test_set.boxes.get(photo.file, ()), photo_size(photo.path), crop)
    return [box for box in seen if box.label == label and box.area >= MIN_BOX_AREA]


def boxed_jpeg(view: Image.Image, boxes: Sequence[Box]) -> bytes:
    """The picture with white frames on black ones, which show on any photo."""
    image = view.copy()
    pen = ImageDraw.Draw(image)
    for box in boxes:
        x0, x1 = box.x0 * image.width, box.x1 * image.width - 1
        y0, y1 = box.y0 * image.height, box.y1 * image.height - 1
        pen.rectangle((x0, y0, x1, y1), outline="black", width=5)
        pen.rectangle((x0 + 1, y0 + 1, x1 - 1, y1 - 1), outline="white", width=3)
    return jpeg_bytes(image)


# --- painted over -----------------------------------------------------------------------------


def occlusion_pictures(
    test_set: TestSet, classes: Sequence[str], crop: Crop, size: int, rows: pd.DataFrame
) -> list[Picture]:
    """A photo as it is, with its objects painted over, and with as much painted over elsewhere,
    each with the answer.

    Of all photos with room for the last, it is the one whose fall of the shown classes'
    probability, when the objects are painted over, is nearest to the median; of those whose answer
    stays, if most answers stay, else of those whose answer changes. rows: the set's rows of
    reliance.csv. Empty when no photo serves. Raises DataError when a photo cannot be read."""
    means = {
        name: rows[(rows["variant"] == name) & rows["fill"].isin(["", "all"])].set_index("file")
        for name in ("plain", "object", "elsewhere")
    }
    plain, without, control = means.values()
    files = [f for f in plain.index if f in without.index and f in control.index]
    files = [file for file in files if file in test_set.labels]
    if not files:
        return []
    stays = {file: plain.at[file, "predicted"] == without.at[file, "predicted"] for file in files}
    mostly = sum(stays.values()) * 2 >= len(files)
    files = [file for file in files if stays[file] == mostly]
    falls = [
        _label_probability(plain, file, test_set) - _label_probability(without, file, test_set)
        for file in files
    ]
    file = files[int(np.abs(np.array(falls) - np.median(falls)).argmin())]
    photo = next((photo for photo in test_set.photos if photo.file == file), None)
    scene = find_scene(test_set, photo, classes, crop) if photo else None
    if photo is None or scene is None or not scene.comparable:
        return []
    pixels = read_view(photo.path, size, crop)
    shape = photo_size(photo.path) if crop == "squash" else (size, size)
    drawn = [(_("original"), pixels, plain)]
    for variant, words in MASKED_VARIANTS:
        drawn.append((translate(words), scene.apply(pixels, variant, SHOWN_FILL), means[variant]))
    pictures = []
    for words, seen, table in drawn:
        answer = str(table.at[file, "predicted"])
        told = f"{answer}, {percent(table.at[file, f'p_{answer}'])}"  # no words
        # Without the objects, no answer is the right one.
        good = None if table is without else answer in test_set.labels[file].present
        pictures.append(
            Picture(
                jpeg_bytes(_restore_aspect(seen, shape)),
                f"{words}: {told}",
                _("Photo {file}, {words}; prediction: {told}", file=file, words=words, told=told),
                good,
            )
        )
    return pictures


def _label_probability(table: pd.DataFrame, file: str, test_set: TestSet) -> float:
    """The probability of the classes that the photo shows, together."""
    names = [f"p_{name}" for name in test_set.labels[file].present if f"p_{name}" in table]
    return float(table.loc[file, names].sum())


def _restore_aspect(pixels: Pixels, full_size: tuple[int, int]) -> Image.Image:
    """The picture at its photo's own proportions: people read no squashed titles."""
    ratio = SIDE / max(full_size)
    size = (max(1, round(full_size[0] * ratio)), max(1, round(full_size[1] * ratio)))
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)


MAX_EXAMPLES = 8


@dataclass(frozen=True)
class ShiftedExample:
    """A view as shifted.csv has it. probability: of the answer."""

    family: str
    file: str
    view: int
    primary: str
    predicted: str
    probability: float

    def picture(self, jpeg: bytes) -> Picture:
        """With what was answered to it."""
        family = translate(FAMILY_TITLES.get(self.family, self.family))
        right = self.predicted == self.primary
        answer = f"{self.predicted} {percent(self.probability)}"
        if not right:
            answer = _("{answer}; actual: {truth}", answer=answer, truth=self.primary)
        words = _(
            "Photo {file}, {family}; prediction: {answer}",
            file=self.file,
            family=family,
            answer=answer,
        )
        return Picture(jpeg, f"{answer} ({family})", words, right)


def choose_examples(frame: pd.DataFrame) -> list[ShiftedExample]:
    """Of each family as many, right and wrong in the proportion of all its views but at least one
    of either kind, evenly spaced. frame: shifted.csv."""
    families = [name for name in FAMILY_TITLES if name in set(frame["family"])]
    chosen: list[ShiftedExample] = []
    for family in families:
        rows = [
            ShiftedExample(
                family,
                row["file"],
                int(row["view"]),
                row["primary"],
                row["predicted"],
                float(row[f"p_{row['predicted']}"]),
            )
            for row in frame[frame["family"] == family].to_dict("records")
        ]
        right = [row for row in rows if row.predicted == row.primary]
        wrong = [row for row in rows if row.predicted != row.primary]
        count = min(MAX_EXAMPLES // len(families), len(rows))
        of_wrong = round(count * len(wrong) / len(rows))
        if wrong and right and count > 1:
            of_wrong = min(max(of_wrong, 1), count - 1)
        chosen += evenly_spaced(right, count - of_wrong) + evenly_spaced(wrong, of_wrong)
    return chosen
