"""core.evaluate.predictor: a finished run's network, from its folder alone."""

from __future__ import annotations

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.base.errors import RunError
from core.evaluate.predictor import EXACT, Predictor, trained_network
from core.store.run import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(trained, tmp_path):
    shutil.copytree(trained.path, tmp_path / trained.id)
    return Run(tmp_path / trained.id)


def test_the_network_is_the_one_that_was_saved(trained):
    network = trained_network(trained, EXACT)
    assert not network.training
    saved = load_file(trained.path / "weights.safetensors")
    state = network.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in saved.items())


def test_many_photos_are_answered_a_few_at_a_time(trained, tiny, monkeypatch):
    monkeypatch.setattr("core.evaluate.predictor.CHUNK_SIZE", 4)
    photos = [photo.path for photo in tiny.train]
    answers = list(Predictor(trained).predict_photos(photos))
    assert [answer.photo for answer in answers] == photos
    assert all(sum(a.probabilities.values()) == pytest.approx(1, abs=1e-5) for a in answers)
    assert {answer.maps.shape for answer in answers} == {(3, 2, 2)}


def test_other_weights_of_the_frozen_layers_are_refused(copied):
    path = copied.path / "weights.safetensors"
    save_file(load_file(path), path, {"base": "of something else"})
    with pytest.raises(RunError, match="its frozen layers need other weights"):
        trained_network(copied, EXACT)


def test_missing_weights_are_told(copied):
    (copied.path / "weights.safetensors").unlink()
    with pytest.raises(RunError, match="its trained weights are not stored here"):
        trained_network(copied, EXACT)
