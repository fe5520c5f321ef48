import numpy as np
import pandas as pd
import pytest
import torch

from core.data.dataset import read_dataset
from core.evaluate import reliance
from core.model.network import build_network
from core.pipeline.predict import (
    BATCH,
    PhotoSet,
    Predictions,
    object_set,
    photo_set_of,
    predict,
    prediction_rows,
)
from tests.conftest import fast_recipe
from tests.factory import write_dataset

pytestmark = pytest.mark.slow


def test_objects_of_no_class_count_as_background_and_occluded_ones_not_at_all(tmp_path):
    root = write_dataset(tmp_path / "data").root
    boxes = pd.read_csv(root / "boxes.csv").head(3)
    boxes["file"], boxes["label"] = boxes["file"][0], ["blue", "stranger", "blue"]
    boxes["visible_fraction"] = [0.5, 0.9, 0.8]
    hidden = boxes.head(1).assign(label="red", visible_fraction=0.49)
    pd.concat([boxes, hidden]).to_csv(root / "boxes.csv", index=False)
    dataset = read_dataset(root)
    found = object_set(dataset.test_set("test"), dataset.classes, 64, "squash")
    assert found is not None
    file = boxes["file"][0]
    assert found.files == (f"{file}#blue", f"{file}#stranger", f"{file}#blue.2")
    assert found.primary == ("blue", "background", "blue")
    assert found.pixels.shape == (3, 3, 64, 64)
    no_background = object_set(dataset.test_set("test"), ["blue", "red"], 64, "squash")
    assert no_background is not None and len(no_background) == 2


def test_the_real_set_has_49_objects(small_books):
    dataset = read_dataset(small_books)
    found = object_set(dataset.test_set("test_difficult"), dataset.classes, 32, "squash")
    assert found is not None and len(found) == 49


def test_predictions_keep_the_photos_order_over_batches(tiny):
    photos = photo_set_of(tiny.test_set("test"), 64, "squash")
    network = build_network(fast_recipe(), tiny.classes)
    one = predict(network, photos, "efficientnet_lite0")
    many = PhotoSet(
        "many",
        photos.files * 15,
        photos.primary * 15,
        photos.present * 15,
        photos.pixels.repeat(15, 1, 1, 1),
    )
    assert len(many) > BATCH
    found = predict(network, many, "efficientnet_lite0")
    for i in range(0, 45, 3):
        np.testing.assert_allclose(found.log_probs[i : i + 3], one.log_probs, atol=1e-5)
    assert not network.training
    assert isinstance(photos.pixels, torch.Tensor)


def test_tables_of_many_classes_are_built_at_once():
    """Column by column, pandas warns from the hundredth on, and warnings are errors here."""
    names = [f"c{number:03}" for number in range(200)]
    p = np.random.default_rng(0).dirichlet(np.ones(200), size=3).astype(np.float32)
    truth = tuple(names[:3])
    photos = PhotoSet("test", ("1", "2", "3"), truth, ((),) * 3, torch.empty(0))
    rows = prediction_rows(photos, Predictions(np.log(p), np.empty(0)), names)
    assert list(rows)[6:] == [f"p_{name}" for name in names] and len(rows) == 3
    blanked = reliance.MaskedPrediction("1", (0,), 0.1, p[0], {"object": p, "only_objects": p})
    table = reliance._table("test", [blanked], names)
    assert list(table)[5:] == list(rows)[6:]
    np.testing.assert_array_equal(table[table["variant"] == "plain"].iloc[:, 5:], p[:1])
