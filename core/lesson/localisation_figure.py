"""The pictures of the third step: where both sides look at the same photos, at the end of each
cycle of their trainings, so that the eye is seen moving."""

from typing import Any

import numpy as np

from core.base.errors import RunError
from core.base.language import N_
from core.data.photos import jpeg_data_url, photo_size
from core.evaluate.localisation import localisation_summary, localise_snapshots
from core.lesson.pair import Pair, Side
from core.lesson.seed_spread import SeedSpread
from core.views.cam_strip import cam_strip


def localisation_data(pair: Pair) -> dict[str, Any]:
    """`epochs`, and `rows`: a photo (`photo`, `label`, `file`, `aspect`) with, for A and B, its
    class map at each of the epochs. Pictures are addresses that a browser shows.

    Raises RunError when a run has no class maps, DataError when a photo cannot be read."""
    strips = {
        letter: cam_strip(side.shown_run, pair.dataset) for letter, side in pair.sides.items()
    }
    a, b = strips["A"], strips["B"]
    if a is None or b is None or a.epochs != b.epochs:
        told = N_("{path}: no class maps to show beside {run}")
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
            raise RunError(N_("{path}: no class maps of {set}", path=run.path, set=test_set.name))
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
