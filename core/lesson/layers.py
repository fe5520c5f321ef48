"""The numbers of the fifth step: how far each layer of the backbone moved, for both sides."""

from dataclasses import dataclass

from core.lesson.pair import Pair, Side
from core.lesson.seed_spread import SeedSpread
from core.views.diagnosis_report import backbone_drift


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
