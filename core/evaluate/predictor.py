"""A finished run's network, built again from its folder: for photos that no data set knows, whole
or with a box of them hidden (the test of core.evaluate.reliance, on a box that a person drew)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.base.errors import DataError, RunError, damaged_text
from core.base.language import N_
from core.base.machine import configure_device
from core.base.random_streams import derived_seed
from core.data.label_tables import Box
from core.data.masking import FILLS, MaskVariant, ObjectMasking
from core.data.photos import Pixels, open_photo, read_view, resize_to_view
from core.evaluate.localisation import density, view_box
from core.model.network import Network, build_network, load_weights
from core.pipeline.precision import ComputeSettings, resolve_settings
from core.pipeline.predict import PhotoSet, Predictions, predict
from core.pipeline.prefix import FrozenPrefix
from core.pipeline.views import normalise, to_tensor
from core.recipe.bands import frozen_prefix_length
from core.store.rescoring import has_weights
from core.store.run import Run

CHUNK_SIZE = 32  # photos in memory at a time
EXACT = ComputeSettings(device="cpu", prefix="float32", training="float32")


def classes_of(run: Run) -> tuple[str, ...]:
    """The classes that a finished run tells apart. Raises RunError for another one."""
    summary = run.summary()
    if run.status().state != "done" or summary is None:
        state = run.status().state
        raise RunError(N_("{run}: not finished ({state})").format(run=run.id, state=state))
    return tuple(str(name) for name in summary["classes"])


def trained_network(run: Run, settings: ComputeSettings) -> Network:
    """The network as it was when the run ended, in inference mode.

    Raises InputError: one line, when the run is not finished, or its weights, or those its frozen
    layers came with, are missing or others."""
    recipe, classes = run.recipe(), classes_of(run)
    if not has_weights(run):
        raise RunError(
            N_("{run}: its trained weights are not stored here, so it cannot predict", run=run.id)
        )
    torch.manual_seed(derived_seed(recipe.seed, "weights"))  # layers that nothing has trained
    network = build_network(recipe, classes, settings.device, settings.training == "bfloat16")
    load_weights(run.path, network, recipe)
    _check_base_weights(run, network)
    return network.eval()


@dataclass(frozen=True)
class PhotoPrediction:
    """What a run answers to a photo. probabilities: by class, summing to 1. maps: raw class maps
    (classes, rows, columns). error: why the photo cannot be read; the others are empty then."""

    photo: Path
    probabilities: dict[str, float]
    maps: NDArray[np.float32]
    error: str = ""

    @property
    def predicted(self) -> str:
        return max(self.probabilities, key=lambda name: self.probabilities[name])

    @property
    def density(self) -> NDArray[np.float32]:
        """Where the evidence for the answer lies (`density` of a map): (rows, columns)."""
        return density(self.maps)[list(self.probabilities).index(self.predicted)]


class Predictor:
    """Asks a finished run about photos, in the number formats in which such a run trains here."""

    def __init__(self, run: Run) -> None:
        self.recipe = run.recipe()
        settings = resolve_settings(self.recipe)
        configure_device(settings.device)
        self.network = trained_network(run, settings)
        length = frozen_prefix_length(self.recipe)
        self._prefix = FrozenPrefix(self.network, length, settings)

    @property
    def memory_bytes(self) -> int:
        """How much memory its weights take."""
        modules = (self.network, self._prefix.layers)
        tensors = (t for m in modules for t in (*m.parameters(), *m.buffers()))
        return sum(tensor.nbytes for tensor in tensors)

    def predict_photos(self, photos: Iterable[Path]) -> Iterator[PhotoPrediction]:
        """An answer to each photo, in their order, computed a few at a time."""
        waiting = iter(photos)
        while paths := list(islice(waiting, CHUNK_SIZE)):
            yield from self._predict_chunk(paths)

    def _predict_chunk(self, paths: Sequence[Path]) -> Iterator[PhotoPrediction]:
        read: list[Tensor | str] = []
        for path in paths:
            try:
                read.append(to_tensor(read_view(path, self.recipe.image_size, self.recipe.crop)))
            except DataError as error:
                read.append(" ".join(str(error).split()))
        views = [view for view in read if isinstance(view, Tensor)]
        found = self.predict_pixels(torch.stack(views)) if views else None
        rows = iter(range(len(views)))
        for path, view in zip(paths, read, strict=True):
            if found is None or isinstance(view, str):
                yield PhotoPrediction(path, {}, np.empty((0, 0, 0), np.float32), str(view))
                continue
            row = next(rows)
            odds = dict(zip(self.network.classes, found.probabilities[row].tolist(), strict=True))
            yield PhotoPrediction(path, odds, found.maps[row])

    def predict_pixels(self, pixels: Tensor) -> Predictions:
        """Answers to views as the network gets them: uint8 (photos, 3, size, size)."""
        features = None
        if self._prefix.length:
            features = self._prefix(normalise(pixels.float().div_(255), self.recipe.backbone))
        nothing = ("",) * len(pixels)
        photos = PhotoSet("photos", nothing, nothing, ((),) * len(pixels), pixels, features)
        return predict(self.network, photos, self.recipe.backbone, self._prefix.length)


def _check_base_weights(run: Run, network: Network) -> None:
    """Frozen layers are not in the run's folder: the backbone's file must be the same one."""
    path = run.path / "weights.safetensors"
    try:
        with safe_open(path, "pt") as file:
            base = (file.metadata() or {}).get("base")
    except (OSError, SafetensorError) as error:
        raise RunError(damaged_text(path, error)) from None
    if base != network.base_weights_hash:
        told = N_(
            "{run}: its frozen layers need other weights of {backbone} than those on this machine"
        )
        raise RunError(told.format(run=run.id, backbone=run.recipe().backbone))


MIN_AREA = 0.002  # of the view; nobody sees a smaller box


@dataclass(frozen=True)
class OcclusionPrediction:
    """probabilities: (classes,). maps: raw class maps (classes, rows, columns). hidden, elsewhere:
    probabilities with the box painted over, and with an equal area elsewhere; None where nothing
    was hidden, or there is no room elsewhere. pictures: the three that hide the box."""

    probabilities: NDArray[np.float32]
    maps: NDArray[np.float32]
    masked: NDArray[np.float32] | None = None
    masked_elsewhere: NDArray[np.float32] | None = None
    masked_pictures: tuple[Pixels, ...] = ()


def predict_with_occlusion(
    predictor: Predictor, path: Path, box: Box | None = None
) -> OcclusionPrediction:
    """box: in fractions of the whole photo. Raises DataError: the photo cannot be read, or the box
    lies outside of what the run's crop lets the network see, or is too small."""
    size, crop = predictor.recipe.image_size, predictor.recipe.crop
    image = open_photo(path, at_least=size)
    view = np.asarray(resize_to_view(image, size, crop))
    views = [view]
    variants: list[MaskVariant] = []
    if box is not None:
        seen = view_box(box, image.size, crop)
        if seen is None:
            raise DataError(
                N_(
                    "this run sees only the centre crop of the photo, and the box lies "
                    "outside it; draw the box nearer to the centre"
                )
            )
        if seen.area < MIN_AREA:
            raise DataError(N_("the box is too small to hide anything; draw a larger one"))
        scene = ObjectMasking("photo", (seen,))
        variants = ["object", "elsewhere"] if scene.comparable else ["object"]
        views += [scene.apply(view, variant, fill) for variant in variants for fill in FILLS]
    found = predictor.predict_pixels(torch.stack([to_tensor(one) for one in views]))
    plain, fills = found.probabilities[0], len(FILLS)
    means = [
        found.probabilities[1 + fills * i :][:fills].mean(axis=0) for i in range(len(variants))
    ]
    return OcclusionPrediction(
        plain,
        found.maps[0],
        masked=means[0] if means else None,
        masked_elsewhere=means[1] if len(means) > 1 else None,
        masked_pictures=tuple(views[1 : 1 + fills]),
    )
