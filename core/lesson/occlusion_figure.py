"""The pictures and numbers of the fourth step: a photo with its books painted over, and with all
but its books painted over (core.evaluate.reliance)."""

from dataclasses import dataclass

import pandas as pd
from PIL import Image

from core.base.errors import DataError
from core.base.language import N_
from core.data.masking import MaskVariant
from core.data.photos import jpeg_bytes, photo_size, read_view
from core.evaluate.localisation import find_scene
from core.lesson.pair import Pair, Side
from core.lesson.seed_spread import SeedSpread
from core.store.run import Run
from core.views.diagnosis_pictures import SHOWN_FILL

IMAGE_SIDE = 300  # pixels of a picture's longer side
VariantName = MaskVariant | str
VARIANTS: tuple[VariantName, ...] = ("plain", "object", "only_objects")


@dataclass(frozen=True)
class MaskedPhoto:
    """variant: what was done to the photo. by_side: the answer, and the probability of the books
    that the photo shows (all of them together), 0..1."""

    jpeg: bytes
    variant: str
    by_side: dict[str, tuple[str, float]]


@dataclass(frozen=True)
class UnchangedPredictions:
    """Over the trainings: on how many of `photos` the answer stays when the books are hidden."""

    count: SeedSpread
    photo_count: int


def unchanged_predictions(pair: Pair, side: Side) -> UnchangedPredictions:
    """Whether rightly answered or not."""
    counts, photos = [], 0
    for run in side.runs:
        answers = _reliance_rows(run, pair.set_name).pivot(
            index="file", columns="variant", values="predicted"
        )
        counts.append(float((answers["plain"] == answers["object"]).sum()))
        photos = len(answers)
    return UnchangedPredictions(SeedSpread(tuple(counts)), photos)


def masked_photos(pair: Pair) -> list[MaskedPhoto]:
    """The typical photo, as it is and painted over: of the photos that the shown run of B answers
    with a book they show, the one whose fall of probability, for A and for B, is together nearest
    to the means that the step tells.

    Raises DataError when no photo serves or it cannot be read."""
    chances = {letter: _probabilities(pair, side.shown_run) for letter, side in pair.sides.items()}
    answers = (
        _reliance_rows(pair.b.shown_run, pair.set_name)
        .query("variant == 'plain'")
        .set_index("file")
    )
    labels = pair.test_set.labels
    right = [
        file for file in chances["B"].index if answers.at[file, "predicted"] in labels[file].present
    ]
    away = pd.Series(0.0, index=right)
    for table in chances.values():
        fall = table["plain"] - table["object"]
        away += (fall - fall.mean()).abs().loc[right]
    if away.empty:
        raise DataError(
            N_("{root}: no photo of {set} serves").format(root=pair.dataset.root, set=pair.set_name)
        )
    return _render_variants(pair, str(away.idxmin()), chances)


def _render_variants(
    pair: Pair, file: str, probabilities: dict[str, pd.DataFrame]
) -> list[MaskedPhoto]:
    recipe = pair.b.shown_run.recipe()
    photo = next(photo for photo in pair.test_set.photos if photo.file == file)
    scene = find_scene(pair.test_set, photo, pair.dataset.classes, recipe.crop)
    if scene is None:
        raise DataError(
            N_("{path}: its boxes have changed since the example runs").format(path=photo.path)
        )
    pixels = read_view(photo.path, recipe.image_size, recipe.crop)
    square = (recipe.image_size, recipe.image_size)
    width, height = photo_size(photo.path) if recipe.crop == "squash" else square
    size = (
        round(IMAGE_SIDE * width / max(width, height)),
        round(IMAGE_SIDE * height / max(width, height)),
    )
    found = []
    for variant in VARIANTS:
        shown = pixels if variant == "plain" else scene.apply(pixels, variant, SHOWN_FILL)  # type: ignore[arg-type]
        image = Image.fromarray(shown).resize(size, Image.Resampling.BILINEAR)
        by_side = {}
        for letter, side in pair.sides.items():
            rows = _reliance_rows(side.shown_run, pair.set_name)
            row = rows[(rows["file"] == file) & (rows["variant"] == variant)].iloc[0]
            by_side[letter] = str(row["predicted"]), float(probabilities[letter].at[file, variant])
        found.append(MaskedPhoto(jpeg_bytes(image), variant, by_side))
    return found


def _reliance_rows(run: Run, set_name: str) -> pd.DataFrame:
    """The answers to the photos of a set, plain and painted over; means over the three fills."""
    rows = run.reliance()
    return rows[(rows["split"] == set_name) & rows["fill"].isin(["", "all"])]


def _probabilities(pair: Pair, run: Run) -> pd.DataFrame:
    """A row per photo, a column per variant: the probability of the books it shows, together."""
    rows = _reliance_rows(run, pair.set_name).copy()
    labels = pair.test_set.labels
    rows["chance"] = [
        sum(float(row[f"p_{name}"]) for name in labels[row["file"]].present)
        for _, row in rows.iterrows()
    ]
    return rows.pivot(index="file", columns="variant", values="chance")
