"""Every key of the recipe with every backbone, over drawn combinations with the ends of what the
schema allows among them: each run ends well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.evaluate.rules import MEANINGS
from core.jobs.tasks.train_run import run_training
from core.recipe.files import recipe_from_dict
from core.recipe.layer_table import BACKBONES, head_start, network_layers
from core.recipe.schema import Augment, Optimizer, Recipe, Stage
from core.store.run import create_run
from tests.conftest import fixed_clock
from tests.factory import write_dataset

pytestmark = pytest.mark.slow

# Combinations of each backbone; one of those whose layers are another's, and more of them.
EXAMPLES = dict.fromkeys(BACKBONES, 2) | {"vgg16": 1, "resnet34": 1}

rates = st.sampled_from([1e-5, 1e-4, 1e-3])
shares = st.sampled_from([0.0, 0.3, 1.0])
optimizers = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["sgd", "adam", "adamw", "rmsprop"]),
        "momentum": st.sampled_from([0.0, 0.9, 0.999]),
        "weight_decay": st.sampled_from([0.0, 0.01, 1.0]),
    }
)
heads = st.fixed_dictionaries(
    {"kind": st.just("dense"), "width": st.sampled_from([8, 32])}
) | st.fixed_dictionaries(
    {
        "kind": st.just("class_map"),
        "dropout": st.fixed_dictionaries(
            {
                "features": shares.map(lambda s: 0.95 * s),
                "class_map": st.just(0.1),
                "logits": shares.map(lambda s: 0.95 * s),
            }
        ),
    }
)
of_any_stage = {
    "train": st.sampled_from(["head", "bands"]),
    "lr": st.none() | rates,
    "optimizer": st.none() | optimizers,
    "keep": st.sampled_from(["last", "best"]),
    "warmup": st.sampled_from(["none", "fastai"]),
}
plain_stages = st.fixed_dictionaries({**of_any_stage, "epochs": st.integers(1, 2)})
cycles = st.fixed_dictionaries(
    {
        **of_any_stage,
        "cycles": st.integers(1, 2),
        "cycle_len": st.just(1),
        "cycle_mult": st.integers(1, 2),
    }
)
augments = st.fixed_dictionaries(
    {
        "zoom": st.none()
        | st.fixed_dictionaries(
            {
                "range": st.sampled_from([[1.0, 2.0], [0.5, 0.5], [0.5, 4.0], [4.0, 4.0]]),
                "p": shares,
            }
        ),
        "rotate": st.none()
        | st.fixed_dictionaries({"degrees": st.sampled_from([0.0, 40.0, 180.0]), "p": shares}),
        "lighting": st.none() | st.sampled_from([0.0, 0.1, 0.9]),
        "flip": st.sampled_from(["none", "horizontal", "both"]),
        "cutout": st.none()
        | st.fixed_dictionaries(
            {"holes": st.sampled_from([2, 20]), "length": st.sampled_from([1, 9, 512]), "p": shares}
        ),
        "erase": st.none()
        | st.fixed_dictionaries(
            {
                "p": shares,
                "area": st.sampled_from([[0.0, 0.0], [0.02, 0.9], [1.0, 1.0]]),
                "aspect": st.sampled_from([[0.3, 3.3], [0.1, 0.1], [10.0, 10.0]]),
            }
        ),
        "blur": st.none() | st.fixed_dictionaries({"size": st.sampled_from([3, 31]), "p": shares}),
        "mixup": st.sampled_from([0.0, 1.0, 5.0]),
        "trivial": st.booleans(),
    }
)
splits = st.one_of(
    st.fixed_dictionaries(
        {"method": st.just("holdout"), "validation": st.just(0.4), "seed": st.integers(0, 3)}
    ),
    st.fixed_dictionaries(
        {
            "method": st.just("kfold"),
            "folds": st.just(3),
            "fold": st.integers(0, 2),
            "seed": st.integers(0, 3),
        }
    ),
    st.just({"method": "csv", "column": "split"}),
    st.fixed_dictionaries(
        {"method": st.just("csv"), "column": st.just("fold"), "fold": st.integers(0, 1)}
    ),
)


@st.composite
def recipes(draw: st.DrawFn, backbone: str) -> Recipe:
    """A recipe with a value drawn for every key there is. Something trains in each stage."""
    stride = draw(st.sampled_from([16, 32]))
    head = head_start(backbone, stride)
    firsts = sorted(draw(st.sets(st.integers(1, head - 1), max_size=2)))
    bands = [{"from": 0, "lr": draw(st.sampled_from([0.0, 1e-4]))}]
    bands += [{"from": first, "lr": draw(st.just(0.0) | rates)} for first in firsts]
    bands += [{"from": head, "lr": draw(rates)}]
    data: dict[str, Any] = {
        "name": "drawn",
        "backbone": backbone,
        "weights": "none",
        "image_size": draw(st.sampled_from([32, 45])),
        "map_stride": stride,
        "crop": draw(st.sampled_from(["squash", "centre"])),
        "head": draw(heads),
        "bands": bands,
        "layer_decay": draw(st.none() | st.sampled_from([0.05, 0.7, 1.0])),
        "frozen_bn": draw(st.sampled_from(["eval", "train"])),
        "stages": [stage := draw(plain_stages | cycles)],
        "optimizer": draw(optimizers),
        "augment": draw(augments),
        "label_smoothing": draw(st.sampled_from([0.0, 0.5])),
        "balance": draw(st.sampled_from(["none", "oversample"])),
        "batch_size": draw(st.sampled_from([2, 3, 512])),
        "split": draw(splits),
        "views_per_photo": draw(st.sampled_from([None, 1, 2])),
        "precision": draw(st.sampled_from(["auto", "float32", "bfloat16"])),
        "seed": draw(st.integers(0, 3)),
    }
    assert set(data) == set(Recipe.model_fields), "a key of the schema that no combination has"
    assert set(data["augment"]) == set(Augment.model_fields)
    assert set(data["optimizer"]) == set(Optimizer.model_fields)
    either = {"epochs", "cycles", "cycle_len", "cycle_mult", "alpha"}
    assert set(stage) | either == set(Stage.model_fields)
    if data["head"]["kind"] == "class_map" and draw(st.booleans()):
        averaged = {"train": "wise_ft", "alpha": draw(shares)}
        data["stages"] = [{"train": "probe"}, stage, averaged]
    return recipe_from_dict(data)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twelve photos, with a train.csv that splits them in words and in folds."""
    plain = write_dataset(tmp_path_factory.mktemp("data") / "set")
    rows = ["fnames,target,split,fold"]
    for i, (photo, label) in enumerate(zip(plain.train, plain.train_labels, strict=True)):
        word = "validation" if i % 4 == 1 else "train"
        rows.append(f"{photo.file},{plain.classes[label]},{word},{i % 2}")
    (plain.root / "train.csv").write_text("\n".join(rows))
    return plain


@pytest.mark.usefixtures("reduced_diagnosis")
@pytest.mark.parametrize("backbone", BACKBONES)
def test_any_combination_trains(backbone, dataset, tmp_path_factory):
    @settings(
        max_examples=EXAMPLES[backbone],
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # looking for a smaller failure would take minutes
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(recipe=recipes(backbone))
    def trains(recipe: Recipe) -> None:
        run = create_run(tmp_path_factory.mktemp("runs"), recipe, dataset.root, fixed_clock)
        run_training(run, fixed_clock)
        assert run.status().state == "done"
        assert len(run.history()) == recipe.planned_epochs()
        found = run.predictions()
        p = found[[f"p_{name}" for name in dataset.classes]].to_numpy()
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-4)
        layers = network_layers(recipe, len(dataset.classes))
        side = layers[head_start(backbone, recipe.map_stride) - 1].side
        cams = run.class_maps()
        ends = sum(len(stage.cycle_lengths()) for stage in recipe.stages)
        assert cams.maps["test_difficult"].shape == (ends, 6, len(dataset.classes), side, side)
        assert np.isfinite(cams.maps["test_difficult"]).all()
        of_test = p[(found["split"] == "test_difficult").to_numpy()]
        np.testing.assert_allclose(np.exp(cams.log_probs["test_difficult"][-1]), of_test, atol=1e-4)
        assert len(run.drift()) == len(layers)
        diagnosis = run.diagnosis()
        assert diagnosis["verdict"] in MEANINGS
        assert diagnosis["evidence"]["redrawn_head"]["test_difficult"]["lift"] >= 0

    trains()
