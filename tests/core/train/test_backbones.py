"""Every kind of backbone goes the whole way: a short training, class maps, drift, a verdict."""

import numpy as np
import pytest

from core.evaluate.rules import MEANINGS
from core.jobs.tasks.train_run import run_training
from core.recipe.layer_table import head_start
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("reduced_diagnosis")
@pytest.mark.parametrize("backbone", ["mobilenet_v3_large", "resnet18", "vgg16"])
def test_two_epochs_give_class_maps_drift_and_a_verdict(backbone, tiny, tmp_path):
    recipe = fast_recipe(backbone=backbone, image_size=32, stages__1__cycles=1, augment__blur=None)
    run = create_run(tmp_path, recipe, tiny.root, fixed_clock)
    run_training(run, fixed_clock)
    assert len(run.history()) == 2
    assert run.history()["train_loss"].notna().all()
    cells = 32 // recipe.map_stride
    maps = run.class_maps().maps["test_difficult"].astype(np.float32)
    assert maps.shape == (2, 6, 3, cells, cells)
    assert np.isfinite(maps).all() and maps.std() > 0
    drift, head = run.drift(), head_start(backbone, recipe.map_stride)
    assert len(drift) == head + 7
    first = recipe.bands[1].first
    frozen, trained = drift[drift["layer"] < first], drift[drift["layer"].between(first, head - 1)]
    assert not frozen["trained"].any() and (frozen["cka"] == 1).all()
    assert (frozen["weights"].dropna() == 0).all() and (frozen["statistics"].dropna() == 0).all()
    assert trained["trained"].all() and (trained["weights"].dropna() > 0).all()
    assert len(trained["weights"].dropna()) >= 2
    if backbone == "vgg16":  # it has no batch norms
        assert drift["statistics"].isna().all()
    else:
        assert (trained["statistics"].dropna() > 0).all()
    diagnosis = run.diagnosis()
    assert diagnosis["verdict"] in MEANINGS and diagnosis["finding"]
