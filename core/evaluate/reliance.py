"""Reliance on background: what does the network answer when the books are painted over?

Occlusion (Zeiler & Fergus 2014) with a control: the objects blanked against an equal area blanked
elsewhere, and all but the objects blanked (compare Xiao et al. 2021, "Noise or Signal"). Each with
three fills (core.data.masking), over which the probabilities are averaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.dataset import BACKGROUND, TestSet
from core.data.masking import FILLS, MASK_VARIANTS, VERSION, Fill, MaskVariant, ObjectMasking
from core.evaluate.derived_predictions import DerivedPredictor
from core.evaluate.localisation import find_scene
from core.evaluate.scores import mean_interval, proportion
from core.model.network import Network
from core.pipeline.predict import PhotoSet, Predictions, answer_columns, predict
from core.pipeline.setup import Setup
from core.pipeline.views import to_tensor

Array = NDArray[np.float32]
ALL_FILLS = "all"  # the row of reliance.csv that holds the mean over the fills


@dataclass(frozen=True, eq=False)
class MaskedPrediction:
    """One photo's probabilities (classes,) as it is and blanked. `present`: the classes shown, as
    indices. blanked[variant]: (fills, classes); without `elsewhere` where it has no room."""

    file: str
    present: tuple[int, ...]
    area: float
    plain: Array
    masked: dict[MaskVariant, Array]

    @property
    def plain_is_correct(self) -> bool:
        """Whether the plain photo was answered with a class that it shows."""
        return int(self.plain.argmax()) in self.present

    def masked_mean(self, variant: MaskVariant) -> Array:
        return self.masked[variant].mean(axis=0)

    def is_unchanged(self, variant: MaskVariant) -> bool:
        """Whether the answer is still the plain photo's."""
        return bool(self.masked_mean(variant).argmax() == self.plain.argmax())

    def probability_drop(self, variant: MaskVariant) -> float:
        """How far the probability of the present classes together fell, -1..1."""
        present = list(self.present)
        return float(self.plain[present].sum() - self.masked_mean(variant)[present].sum())


def reliance(
    setup: Setup, network: Network, precomputed: Mapping[str, Predictions]
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The numbers of each test set that has boxes and labels, by name, and reliance.csv.

    precomputed: predictions of test sets by name that were made already with the same network. The
    table has a row per photo and picture: split, file, variant (`plain`, `object`, `elsewhere`,
    `only_objects`), fill (empty for `plain`; `all` is the mean over the fills), predicted,
    p_<class>."""
    predictor = DerivedPredictor(setup, network)
    classes = setup.dataset.classes
    results, tables = {}, []
    for test_set, photos in zip(setup.dataset.test_sets, setup.test_photos, strict=True):
        scenes = _scenes(setup, test_set)
        if not scenes:
            continue
        plain = precomputed.get(photos.split) or predict(
            network, photos, setup.recipe.backbone, setup.start_layer
        )
        found = _predict_masked(predictor, test_set, photos, scenes, plain.probabilities)
        results[test_set.name] = summary(found, classes)
        tables.append(_table(test_set.name, found, classes))
    columns = ["split", "file", "variant", "fill", "predicted", *(f"p_{name}" for name in classes)]
    frame = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    return results, frame


def summary(found: Sequence[MaskedPrediction], classes: Sequence[str]) -> dict[str, Any]:
    """The numbers of one set, each None where no photo tells it.

    photos, area: how many photos, and the mean share of the view that is blanked. stays: of the
    photos that were answered with a class they show, the share whose answer is the same when
    blanked. fall: how far the probability of the present classes fell. hallucinated: the share of
    photos that get another answer than the background with every object blanked (None without a
    background class, where nothing else can be answered). balance: the mean of the fall
    without the objects minus the fall without all the rest (above 0: the answer hangs on the
    objects more than on all the rest of the photo). comparison: stays and fall of the
    objects and of the control area on the photos that had room for one, and selectivity, the mean
    of the objects' fall minus the control's (above 0: it looked at the objects)."""
    background = classes.index(BACKGROUND) if BACKGROUND in classes else -1
    paired = [one for one in found if "elsewhere" in one.masked]
    return {
        "photos": len(found),
        "area": float(np.mean([one.area for one in found])),
        **_stays_and_fall(found, "object", "only_objects"),
        "balance": _fall_difference(found, "object", "only_objects"),
        "hallucinated": None
        if background < 0
        else proportion([bool(one.masked_mean("object").argmax() != background) for one in found]),
        "comparison": {
            "photos": len(paired),
            "left_out": len(found) - len(paired),
            **_stays_and_fall(paired, "object", "elsewhere"),
            "selectivity": _fall_difference(paired, "object", "elsewhere"),
        },
    }


def _stays_and_fall(
    found: Sequence[MaskedPrediction], *variants: MaskVariant
) -> dict[str, dict[str, Any]]:
    right = [one for one in found if one.plain_is_correct]
    falls = {name: np.array([one.probability_drop(name) for one in found]) for name in variants}
    return {
        "stays": {name: proportion([one.is_unchanged(name) for one in right]) for name in variants},
        "fall": {name: mean_interval(values) for name, values in falls.items()},
    }


def _fall_difference(
    found: Sequence[MaskedPrediction], more: MaskVariant, less: MaskVariant
) -> dict[str, float | int] | None:
    """How much further the probability falls with one variant than with the other."""
    return mean_interval(
        np.array([one.probability_drop(more) - one.probability_drop(less) for one in found])
    )


def _scenes(setup: Setup, test_set: TestSet) -> dict[str, ObjectMasking]:
    """The photos that tell something, by file."""
    classes, crop = setup.dataset.classes, setup.recipe.crop
    found = {p.file: find_scene(test_set, p, classes, crop) for p in test_set.photos}
    return {file: scene for file, scene in found.items() if scene is not None}


def _predict_masked(
    predictor: DerivedPredictor,
    test_set: TestSet,
    photos: PhotoSet,
    scenes: Mapping[str, ObjectMasking],
    plain: Array,
) -> list[MaskedPrediction]:
    """Every photo's predictions with every variant and fill, all in one go."""
    setup = predictor.setup
    classes = setup.dataset.classes
    pictures: list[tuple[str, MaskVariant, Fill]] = [
        (file, variant, fill)
        for file, scene in scenes.items()
        for variant in MASK_VARIANTS
        if variant != "elsewhere" or scene.comparable
        for fill in FILLS
    ]

    def make() -> Tensor:
        shown = dict(zip(photos.files, photos.pixels.permute(0, 2, 3, 1).numpy(), strict=True))
        return torch.stack(
            [to_tensor(scenes[f].apply(shown[f], variant, fill)) for f, variant, fill in pictures]
        )

    fingerprint = repr(setup.fingerprints["test_sets"][test_set.name])
    found = predictor.probabilities(
        f"{test_set.name}/blanked",
        ["#".join(picture) for picture in pictures],
        f"{fingerprint} blanked {VERSION}",
        make,
    )
    places = {picture: row for row, picture in enumerate(pictures)}
    answers = []
    for file, scene in scenes.items():
        inside = {box.label for box in scene.objects} & set(test_set.labels[file].present)
        blanked = {
            variant: found[[places[file, variant, fill] for fill in FILLS]]
            for variant in MASK_VARIANTS
            if (file, variant, FILLS[0]) in places
        }
        answers.append(
            MaskedPrediction(
                file=file,
                present=tuple(i for i, name in enumerate(classes) if name in inside),
                area=scene.area,
                plain=plain[photos.files.index(file)],
                masked=blanked,
            )
        )
    return answers


def _table(split: str, found: Sequence[MaskedPrediction], classes: Sequence[str]) -> pd.DataFrame:
    rows: list[tuple[str, str, str, Array]] = []
    for one in found:
        rows.append((one.file, "plain", "", one.plain))
        for variant, fills in one.masked.items():
            rows.append((one.file, variant, ALL_FILLS, one.masked_mean(variant)))
            rows += [(one.file, variant, fill, p) for fill, p in zip(FILLS, fills, strict=True)]
    files, variants, names, values = zip(*rows, strict=True)
    columns = {"split": split, "file": files, "variant": variants, "fill": names}
    return pd.DataFrame(columns | answer_columns(np.stack(values), classes))
