"""The pictures of the first five steps, and the numbers that are read off them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from core.base.errors import DataError, RunError
from core.base.language import N_, _
from core.base.palette import run_colour
from core.data.dataset import VALIDATION
from core.data.masking import MaskVariant
from core.data.object_crops import labelled_objects
from core.data.photos import jpeg_bytes, jpeg_data_url, open_photo, photo_size, read_view
from core.evaluate.localisation import find_scene, localisation_summary, localise_snapshots
from core.lesson.pair import Pair, SeedSpread, Side
from core.plots.figures import Figure, layout
from core.store.run import Run
from core.views.cam_strip import cam_strip
from core.views.diagnosis_pictures import SHOWN_FILL
from core.views.diagnosis_report import backbone_drift

BOOKS = 8  # cut out of photos from elsewhere
_BOOK_SIDE, _MASKED_SIDE = 170, 300  # pixels of a picture, of the longer side
_PAD = "#8a90a0"  # beside a narrow book; shows on light and dark pages
VARIANTS: tuple[MaskVariant | None, ...] = (None, "object", "only_objects")


# --- 1: how the validation loss of both networks fell ---------------------------------------------


def loss_figure(pair: Pair) -> tuple[Figure, str]:
    """A line per network on a logarithmic scale; and what it shows, in words."""
    histories = {letter: side.shown_run.history() for letter, side in pair.sides.items()}
    figure = Figure(layout={**layout(270), "showlegend": True})
    for letter, history in histories.items():
        colour = run_colour(pair.sides[letter].shown_run.id)
        losses = history["val_loss"].clip(lower=1e-9)
        name, line = f"{letter} {losses.iloc[-1]:.1g}", {"color": colour, "width": 2.5}
        figure.add_scatter(x=history["epoch"], y=losses, name=name, mode="lines", line=line)
    figure.update_xaxes(title=_("validation loss by epoch"), rangemode="tozero")
    figure.update_yaxes(type="log", exponentformat="power", dtick=1)
    last = ", ".join(str(trace.name) for trace in figure.data)
    return figure, _("Validation loss by epoch; final value: {last}", last=last)


# --- 2: photos of the shoot, and books cut out of photos from elsewhere ---------------------------


@dataclass(frozen=True)
class PredictedPhoto:
    """A picture, what it shows (None: a book of no class), and by side what is answered and
    whether that is right. Chosen by a rule that knows no answer."""

    jpeg: bytes
    truth: str | None
    predictions: dict[str, tuple[str, bool]]


def validation_examples(pair: Pair) -> list[PredictedPhoto]:
    """The first validation photo of each class: the shoot that was trained on."""
    tables = _predictions(pair, VALIDATION)
    held_out = pair.dataset.held_out([file for file in tables["A"] if file in tables["B"]])
    first = {held_out.labels[photo.file].primary: photo for photo in reversed(held_out.photos)}
    return [
        _predicted_photo(
            open_photo(photo.path, at_least=_BOOK_SIDE), name, name, tables, photo.file
        )
        for name, photo in sorted(first.items())
    ]


def object_crop_examples(pair: Pair) -> list[PredictedPhoto]:
    """Eight cut-out objects, evenly spread over all of the test set."""
    tables = _predictions(pair, f"{pair.set_name}/objects")
    known = [
        one
        for one in labelled_objects(pair.test_set, pair.dataset.classes)
        if all(one.file in table for table in tables.values())
    ]
    count = min(BOOKS, len(known))
    chosen = [known[int((place + 0.5) * len(known) / count)] for place in range(count)]
    found = []
    for one in chosen:
        picture, name = one.crop(open_photo(one.photo.path)), one.class_name
        truth = name if one.box.label == name else None
        found.append(_predicted_photo(picture, name, truth, tables, one.file))
    return found


def _predictions(pair: Pair, split: str) -> dict[str, dict[str, str]]:
    """What the shown run of each side answered, by file."""
    found = {}
    for letter, side in pair.sides.items():
        table = side.shown_run.predictions()
        table = table[table["split"] == split]
        found[letter] = dict(zip(table["file"], table["predicted"], strict=True))
    return found


def _predicted_photo(
    picture: Image.Image,
    label: str,
    truth: str | None,
    tables: dict[str, dict[str, str]],
    file: str,
) -> PredictedPhoto:
    square = ImageOps.pad(picture, (_BOOK_SIDE, _BOOK_SIDE), color=_PAD)
    judged = {letter: (table[file], table[file] == label) for letter, table in tables.items()}
    return PredictedPhoto(jpeg_bytes(square), truth, judged)


# --- 3: where both sides look at the same photos, at the end of each cycle ------------------------


def localisation_data(pair: Pair) -> dict[str, Any]:
    """`epochs`, and `rows`: a photo (`photo`, `label`, `file`, `aspect`) with, for A and B, its
    class map at each of the epochs. Pictures are addresses that a browser shows.

    Raises RunError when a run has no class maps, DataError when a photo cannot be read."""
    a, b = (cam_strip(side.shown_run, pair.dataset) for side in pair.sides.values())
    if a is None or b is None or a.epochs != b.epochs:
        told = N_("{path}: no class maps to compare with {run}")
        raise RunError(told.format(path=pair.a.shown_run.path, run=pair.b.shown_run.id))
    rows = []
    for one, other in zip(a.rows, b.rows, strict=True):
        facts = {"label": one.label, "file": one.file, "aspect": one.aspect_ratio}
        snapshots = {"A": one.snapshots, "B": other.snapshots}.items()
        maps = {key: [jpeg_data_url(each.jpeg) for each in found] for key, found in snapshots}
        rows.append({"photo": jpeg_data_url(one.photo), **facts, **maps})
    return {"epochs": list(a.epochs), "rows": rows}


def lifts(pair: Pair, side: Side) -> list[SeedSpread]:
    """Evidence in the boxes of the test set against an even spread (core.evaluate.localisation),
    over the trainings, at the end of each cycle. The last is that of summary.json."""
    test_set = pair.test_set
    sizes = {photo.file: photo_size(photo.path) for photo in test_set.photos}
    each = []
    for run in side.runs:
        maps = run.class_maps()
        if maps is None or test_set.name not in maps.maps:
            raise RunError(N_("{path}: no class maps for {set}", path=run.path, set=test_set.name))
        found = localise_snapshots(
            np.asarray(maps.maps[test_set.name], dtype=np.float32),
            maps.files[test_set.name],
            maps.classes,
            test_set,
            sizes,
            run.recipe().crop,
        )
        each.append([float((localisation_summary(then) or {})["lift"]) for then in found])
    return [SeedSpread(tuple(values)) for values in zip(*each, strict=True)]


# --- 4: a photo with its books, and with all but its books, painted over (core.evaluate.reliance) -


@dataclass(frozen=True)
class MaskedPhoto:
    """variant: what was done to the photo, `plain` for nothing. by_side: the answer, and the
    probability of the books that the photo shows (all of them together), 0..1."""

    jpeg: bytes
    variant: str
    by_side: dict[str, tuple[str, float]]


def unchanged_predictions(pair: Pair, side: Side) -> tuple[SeedSpread, int]:
    """Over the trainings: on how many photos the answer, right or wrong, stays when the books are
    hidden; and of how many."""
    counts, photos = [], 0
    for run in side.runs:
        answers = _reliance_rows(run, pair.set_name).pivot(
            index="file", columns="variant", values="predicted"
        )
        counts.append(float((answers["plain"] == answers["object"]).sum()))
        photos = len(answers)
    return SeedSpread(tuple(counts)), photos


def masked_photos(pair: Pair) -> list[MaskedPhoto]:
    """The typical photo, as it is and painted over: of the photos that the shown run of B answers
    with a book they show, the one whose fall of probability, for A and for B, is together nearest
    to the means that the step tells.

    Raises DataError when no photo serves or it cannot be read."""
    chances = {letter: _probabilities(pair, side.shown_run) for letter, side in pair.sides.items()}
    rows = _reliance_rows(pair.b.shown_run, pair.set_name)
    answers = rows.query("variant == 'plain'").set_index("file")["predicted"]
    labels = pair.test_set.labels
    right = [file for file in chances["B"].index if answers[file] in labels[file].present]
    away = pd.Series(0.0, index=right)
    for table in chances.values():
        fall = table["plain"] - table["object"]
        away += (fall - fall.mean()).abs().loc[right]
    if away.empty:
        raise DataError(
            N_("{root}: {set} has no suitable photo").format(
                root=pair.dataset.root, set=pair.set_name
            )
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
            N_("{path}: its boxes have changed since the example runs were made").format(
                path=photo.path
            )
        )
    pixels = read_view(photo.path, recipe.image_size, recipe.crop)
    width, height = photo_size(photo.path) if recipe.crop == "squash" else (1, 1)
    scale = _MASKED_SIDE / max(width, height)
    size = round(width * scale), round(height * scale)
    found = []
    for variant in VARIANTS:
        shown = scene.apply(pixels, variant, SHOWN_FILL) if variant else pixels
        image = Image.fromarray(shown).resize(size, Image.Resampling.BILINEAR)
        name, by_side = variant or "plain", {}
        for letter, side in pair.sides.items():
            rows = _reliance_rows(side.shown_run, pair.set_name)
            row = rows[(rows["file"] == file) & (rows["variant"] == name)].iloc[0]
            by_side[letter] = str(row["predicted"]), float(probabilities[letter].at[file, name])
        found.append(MaskedPhoto(jpeg_bytes(image), name, by_side))
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


# --- 5: how far each layer of the backbone moved --------------------------------------------------


@dataclass(frozen=True)
class LayerDrift:
    """A layer, and by side how far it moved: 1 - CKA, at least 0, over the trainings."""

    layer: int
    name: str
    by_side: dict[str, SeedSpread]


def layer_drifts(pair: Pair) -> list[LayerDrift]:
    """Every layer of the backbone for which both sides have the number."""
    tables = {
        letter: [backbone_drift(run).set_index("layer") for run in side.runs]
        for letter, side in pair.sides.items()
    }
    found = []
    for layer, row in tables["A"][0].iterrows():
        by_side = {
            letter: SeedSpread(tuple(max(0.0, 1 - float(one.at[layer, "cka"])) for one in of_side))
            for letter, of_side in tables.items()
        }
        values = [value for number in by_side.values() for value in number.values]
        if all(value == value for value in values):  # not where it is empty
            found.append(LayerDrift(int(str(layer)), str(row["name"]), by_side))
    return found


def frozen_layer_count(side: Side) -> int:
    """How many layers at the photo's side never trained."""
    layers = backbone_drift(side.shown_run)
    trained = layers.loc[layers["trained"], "layer"]
    return int(trained.min()) if len(trained) else len(layers)


def mean_drift_before(layers: list[LayerDrift], first_trained: int, letter: str) -> SeedSpread:
    """The mean over the layers that B froze, training by training."""
    of_front = [one.by_side[letter].values for one in layers if one.layer < first_trained]
    return SeedSpread(tuple(sum(values) / len(values) for values in zip(*of_front, strict=True)))
