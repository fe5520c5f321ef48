"""What the preview process answers, and what it keeps in memory between questions."""

import tempfile
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import InputError, RunError
from core.base.files import quick_fingerprint
from core.base.language import N_
from core.base.random_streams import generator
from core.data.dataset import read_dataset
from core.data.label_tables import Box
from core.data.photos import Crop, Pixels, jpeg_bytes
from core.evaluate.localisation import density
from core.evaluate.predictor import Predictor, predict_with_occlusion
from core.evaluate.shifted import shifted_pictures
from core.evaluate.shifted_views import Strength
from core.jobs.messages import Message
from core.jobs.preview.client import MAX_PHOTOS
from core.pipeline.augment import ImagePyramid, augmented_views, build_pyramid
from core.pipeline.view_grid import build_view_grid
from core.pipeline.views import read_pyramid
from core.recipe.files import recipe_from_dict
from core.recipe.schema import Augment
from core.store.run import open_run

PHOTO_CACHE_BYTES = 128 << 20  # of decoded photos in memory
NETWORK_CACHE_BYTES = 700 << 20  # of runs' networks; one is kept whatever its size
QUALITY = 90  # of the pictures' JPEG
_RUN_FILES = ("status.json", "recipe.yaml", "summary.json", "weights.safetensors")
T = TypeVar("T")


class LruCache(Generic[T]):
    """The values used last, of `most` bytes together (and always one)."""

    def __init__(self, max_bytes: int, size_of: Callable[[T], int]) -> None:
        self._max_bytes, self._size_of = max_bytes, size_of
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def get_or_create(self, key: Hashable, create: Callable[[], T]) -> T:
        """The value of that key, made now if need be."""
        if key not in self._values:
            value = create()
            self._values[key] = (value, self._size_of(value))
        self._values.move_to_end(key)
        while len(self._values) > 1 and sum(s for _, s in self._values.values()) > self._max_bytes:
            self._values.popitem(last=False)
        return self._values[key][0]

    def evict(self, is_stale: Callable[[Any], bool]) -> None:
        """Forgets the keys that are not wanted any more."""
        for key in [key for key in self._values if is_stale(key)]:
            del self._values[key]


class RequestHandler:
    """Answers questions about one folder of runs."""

    def __init__(self, runs_dir: Path) -> None:
        torch.set_num_threads(1)
        self.runs_dir = runs_dir
        self._pyramid_cache: LruCache[ImagePyramid] = LruCache(
            PHOTO_CACHE_BYTES, lambda found: sum(t.nbytes for t in found)
        )
        self._predictor_cache: LruCache[Predictor] = LruCache(
            NETWORK_CACHE_BYTES, lambda answerer: answerer.memory_bytes
        )

    def warm_up(self) -> None:
        """Makes a few views of nothing, since whatever torch does for the first time is slow."""
        import sklearn.model_selection  # noqa: F401  (needed by every split)

        grey = torch.full((3, 80, 80), 128, dtype=torch.uint8)
        augmented_views([build_pyramid(grey, 64)] * 4, Augment(), 64, [generator(0, "warm up")] * 4)

    def handle(self, request: Message) -> Message:
        """Raises InputError for a question that cannot be answered: one line."""
        what = request.fields.get("what")
        if what == "views":
            return self._handle_views(request.fields)
        if what == "answers":
            return self._handle_prediction(request)
        if what == "shifted":
            return self._handle_shifted(request.fields)
        told = N_("the preview process does not support the request {what!r}")
        raise InputError(told.format(what=str(what)[:40]))

    def _handle_views(self, fields: dict[str, Any]) -> Message:
        recipe = recipe_from_dict(fields.get("recipe"))
        files, epoch = fields.get("files"), fields.get("epoch")
        if not isinstance(files, list) or len(files) > MAX_PHOTOS:
            raise InputError(N_("photos: must be a list of at most {n}", n=MAX_PHOTOS))
        if type(epoch) is not int or not 1 <= epoch <= 10**6:
            raise InputError(
                N_("epoch: must be a whole number of at least 1, not {given!r:.40}", given=epoch)
            )
        dataset = read_dataset(Path(str(fields.get("data"))))
        wall = build_view_grid(
            recipe, dataset, [str(file) for file in files], epoch, self._image_pyramid
        )
        told, parts = [], []
        for seen in wall:
            parts += [_jpeg(seen.plain), *(_jpeg(view.picture) for view in seen.views)]
            views = [(v.epoch, v.share, *(v.partner or ("", ""))) for v in seen.views]
            names = ("epoch", "share", "partner", "partner_label")
            listed = [dict(zip(names, view, strict=True)) for view in views]
            told.append({"file": seen.file, "label": seen.label, "views": listed})
        return Message({"photos": told}, tuple(parts))

    def _image_pyramid(self, path: Path, side: int, crop: Crop, min_side: float) -> ImagePyramid:
        key = (path, quick_fingerprint(path), side, crop, min_side)
        return self._pyramid_cache.get_or_create(
            key, lambda: read_pyramid(path, side, crop, min_side)
        )

    def _handle_shifted(self, fields: dict[str, Any]) -> Message:
        run, asked = open_run(self.runs_dir, str(fields.get("run"))), fields.get("asked")
        shifted = (run.summary() or {}).get("shifted")
        if shifted is None or not isinstance(asked, list) or len(asked) > MAX_PHOTOS:
            raise InputError(N_("{run}: has no such views", run=run.id))
        recipe, dataset = run.recipe(), read_dataset(run.data_dir())
        strength = Strength(shifted["use"]["turned"], shifted["use"]["distance"])
        views = [(str(family), str(file), int(number)) for family, file, number in asked]
        size, crop = recipe.image_size, recipe.crop
        pictures = shifted_pictures(dataset, size, crop, strength, views)
        return Message({}, tuple(map(_jpeg, pictures)))

    def _handle_prediction(self, request: Message) -> Message:
        answerer = self._predictor(str(request.fields.get("run")))
        if len(request.parts) != 1:
            raise InputError(N_("photo: exactly one photo is required"))
        box = _parse_box(request.fields.get("box"))
        with tempfile.TemporaryDirectory(prefix="overfit-lens-") as folder:
            path = Path(folder) / "photo"
            path.write_bytes(request.parts[0])
            try:
                asked = predict_with_occlusion(answerer, path, box)
            except InputError as error:
                raise InputError(str(error).replace(str(path), N_("the photo"))) from None
        classes = answerer.network.classes

        def by_class(chances: NDArray[np.float32] | None) -> dict[str, float] | None:
            return None if chances is None else dict(zip(classes, map(float, chances), strict=True))

        found = density(asked.maps)
        masked, elsewhere = by_class(asked.masked), by_class(asked.masked_elsewhere)
        hidden = None if masked is None else {"probabilities": masked, "elsewhere": elsewhere}
        facts: dict[str, Any] = {"probabilities": by_class(asked.probabilities), "hidden": hidden}
        facts["shape"] = list(found.shape)
        pictures = [_jpeg(picture) for picture in asked.masked_pictures]
        return Message(facts, (found.astype("<f4").tobytes(), *pictures))

    def _predictor(self, run_id: str) -> Predictor:
        """The run's network, loaded anew when a file of the run has changed."""
        run = open_run(self.runs_dir, run_id)
        key = (run_id, tuple(quick_fingerprint(run.path / name) for name in _RUN_FILES))
        self._predictor_cache.evict(lambda kept: kept[0] == run_id and kept != key)
        try:
            return self._predictor_cache.get_or_create(key, lambda: Predictor(run))
        except FileNotFoundError as error:
            told = N_("{run}: {file} no longer exists", run=run.id, file=error.filename)
            raise RunError(told) from None


def _parse_box(corners: Any) -> Box | None:
    if corners is None:
        return None
    numbers = isinstance(corners, list) and all(type(c) in (int, float) for c in corners)
    if not numbers or len(corners) != 4:
        raise InputError(N_("box: must be four numbers: x0, y0, x1, y1"))
    x0, y0, x1, y1 = map(float, corners)
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise InputError(N_("box: values must be from 0 to 1, with x0 < x1 and y0 < y1"))
    return Box("box", x0, y0, x1, y1, visible=1.0)


def _jpeg(pixels: Pixels) -> bytes:
    return jpeg_bytes(Image.fromarray(pixels), QUALITY)
