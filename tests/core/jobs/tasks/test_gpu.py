"""What must hold on a GPU; without one these tests are skipped, not passed."""

import pytest
import torch

from core.jobs.tasks.train_run import run_training
from core.store.run import create_run
from tests.conftest import fast_recipe, fixed_clock

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")


@pytest.mark.parametrize("precision", ["auto", "float32"])
def test_the_same_recipe_gives_the_same_bytes_on_the_gpu(tmp_path, tiny, precision):
    runs = []
    for name in ("a", "b"):
        run = create_run(tmp_path / name, fast_recipe(precision=precision), tiny.root, fixed_clock)
        run_training(run, fixed_clock)
        runs.append(run)
    environment = runs[0].environment()
    assert environment["settings"]["device"] == "cuda"
    assert environment["machine"]["gpu"] == torch.cuda.get_device_name()
    for file in ("history.csv", "predictions.csv", "cams.npz", "weights.safetensors"):
        assert (runs[0].path / file).read_bytes() == (runs[1].path / file).read_bytes(), file
