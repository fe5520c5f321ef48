"""The arithmetic of time estimates, on speeds that make each part easy to count by hand."""

from dataclasses import replace

import pytest

from core.recipe.files import load_recipe
from core.recipe.layer_table import head_start, layer_table
from core.recipe.network_layers import network_layers
from core.recipe.schema import Augment, Erase
from core.store.feature_folder import ALL_CACHED, NONE_CACHED, CachedShare
from core.train import calibrate
from core.train.estimate import PARTS, PhotoCounts, count_photos, estimate, view_seconds
from core.train.speed import is_unreliable, read_speed, speed_key, write_speed
from tests.conftest import fast_recipe
from tests.factory import uniform_speed

PHOTOS = PhotoCounts(
    training=10, views_per_epoch=10, validation=4, tests=6, objects=5, megapixels=1.0
)
QUICK = load_recipe("quick")
LAYERS = len(layer_table("efficientnet_lite0", 32))
NO_AUGMENTATION = {"augment": Augment.disabled()}
# Nothing costs anything; a test switches on what it counts.
ZERO_SPEED = uniform_speed(QUICK, 0.0)


def per_layer(seconds):
    return (seconds,) * LAYERS


def test_layers_of_the_prefix_are_paid_for_once_and_the_rest_in_every_epoch():
    speed = replace(ZERO_SPEED, prefix=per_layer(0.1), forward=per_layer(1.0))
    found = estimate(QUICK, speed, PHOTOS).parts
    start, head = 16, head_start("efficientnet_lite0", 32)
    views = PHOTOS.training * QUICK.views_per_photo + PHOTOS.validation + PHOTOS.tests
    assert found["features"] == pytest.approx(views * start * 0.1, abs=0.02)
    # Head-only epochs run the frozen rest of the backbone forward; every epoch ends with a look at
    # the validation photos.
    head_epochs, epochs = QUICK.stages[0].epochs, QUICK.planned_epochs()
    asleep = head_epochs * PHOTOS.training * (head - start)
    looks = epochs * PHOTOS.validation * (LAYERS - start)
    assert found["train"] == pytest.approx(asleep + looks)
    looked_at = PHOTOS.validation + PHOTOS.tests
    assert found["class maps"] == pytest.approx(3 * looked_at * (LAYERS - start))


def test_known_features_need_not_be_computed():
    speed = replace(ZERO_SPEED, prefix=per_layer(1.0), view=1.0, read_megabyte=0.0)
    parts = {
        known: estimate(QUICK, speed, PHOTOS, known).parts["features"]
        for known in (NONE_CACHED, CachedShare(1.0, 0.0), CachedShare(1.0, 0.5), ALL_CACHED)
    }
    assert parts[NONE_CACHED] == (80 + 10) * 16 + 80
    assert parts[CachedShare(1.0, 0.0)] == 80 * 16 + 80
    assert parts[CachedShare(1.0, 0.5)] == 40 * 16 + 40
    assert parts[ALL_CACHED] == 0
    objects = estimate(QUICK, speed, PHOTOS).parts["evaluate"]
    known = estimate(QUICK, speed, PHOTOS, ALL_CACHED).parts["evaluate"]
    assert objects - known == pytest.approx(5 * 16)
    # Four of everything: made (1 s) and passed through 16 layers.
    varied = estimate(QUICK, speed, PHOTOS).parts["varied views"]
    assert varied == pytest.approx(4 * (4 + 6 + 5) * (16 + 1))
    blanked = estimate(QUICK, speed, PHOTOS).parts["diagnose"]
    assert blanked == pytest.approx(8 * 6 * (16 + 0.005) + (10 + 4) * 16, abs=0.01)
    assert estimate(QUICK, speed, PHOTOS, ALL_CACHED).parts["diagnose"] == 0


def test_fresh_views_pass_the_prefix_in_every_epoch():
    speed = replace(ZERO_SPEED, prefix=per_layer(1.0), view=2.0)
    fresh = QUICK.model_copy(update={"views_per_photo": None, **NO_AUGMENTATION})
    found = estimate(fresh, speed, PHOTOS).parts
    assert found["train"] == 32 * PHOTOS.training * (16 + 2)
    assert found["features"] == (PHOTOS.validation + PHOTOS.tests) * 16


def test_what_trains_goes_forward_and_backward():
    speed = replace(ZERO_SPEED, train_forward=per_layer(1.0), backward=per_layer(2.0))
    head = load_recipe("quick", {"stages": [{"train": "head", "epochs": 2}]})
    seven = LAYERS - head_start("efficientnet_lite0", 32)
    assert estimate(head, speed, PHOTOS).parts["train"] == 2 * 10 * seven * 3
    whole = load_recipe("looks-good", {"stages": [{"train": "bands", "epochs": 1}]})
    assert estimate(whole, speed, PHOTOS).parts["train"] == 10 * LAYERS * 3
    # A frozen band in the middle only hands the gradient on.
    gap = {"bands": {0: 1e-3, 5: 0, 10: 1e-3}, "stages": [{"train": "bands", "epochs": 1}]}
    middle = load_recipe("quick", gap)
    assert estimate(middle, speed, PHOTOS).parts["train"] == 10 * (LAYERS * 3 - 5 * 1)


def test_moving_batch_norms_leave_no_prefix_and_run_in_training_mode():
    speed = replace(ZERO_SPEED, prefix=per_layer(9.0), train_forward=per_layer(1.0))
    moving = load_recipe(
        "quick", {"frozen_bn": "train", "stages": [{"train": "bands", "epochs": 1}]}
    )
    found = estimate(moving, speed, PHOTOS).parts
    assert found["features"] == 0
    assert found["train"] == 10 * LAYERS


def test_steps_and_files():
    speed = replace(ZERO_SPEED, batch=1.0, step=0.0, write=1.0)
    epochs = QUICK.planned_epochs()
    assert estimate(QUICK, speed, PHOTOS).parts["train"] == epochs  # 10 photos are one batch
    two = QUICK.model_copy(update={"batch_size": 5})
    assert estimate(two, speed, PHOTOS).parts["train"] == 2 * epochs
    assert estimate(QUICK, speed, PHOTOS).parts["checkpoint"] == 6 * epochs
    heavier = estimate(two, replace(speed, step=1.0), PHOTOS).parts["train"]
    assert heavier > estimate(QUICK, replace(speed, step=1.0), PHOTOS).parts["train"]


def test_oversampling_shows_more_views_from_the_same_pool():
    speed = replace(ZERO_SPEED, prefix=per_layer(1.0), train_forward=per_layer(1.0), batch=100.0)
    photos = replace(PHOTOS, views_per_epoch=30)
    head = load_recipe("quick", {"stages": [{"train": "head", "epochs": 1}]})
    seven = LAYERS - head_start("efficientnet_lite0", 32)
    plain, more = (estimate(head, speed, each_).parts for each_ in (PHOTOS, photos))
    assert more["features"] == plain["features"]
    assert (plain["train"], more["train"]) == (10 * seven + 100, 30 * seven + 200)


def test_a_checkpoint_holds_what_its_optimizer_and_the_best_weights_need():
    speed = replace(ZERO_SPEED, write_megabyte=1.0)
    one = [{"train": "bands", "epochs": 1}]
    recipes = {
        name: load_recipe("quick", {"stages": one, "optimizer.name": name})
        for name in ("sgd", "adam", "adamw", "rmsprop")
    }
    found = {n: estimate(r, speed, PHOTOS).parts["checkpoint"] for n, r in recipes.items()}
    assert found["sgd"] == found["rmsprop"] and found["adam"] == found["adamw"]
    assert found["adam"] == pytest.approx(1.5 * found["sgd"], abs=0.02)
    best = load_recipe("quick", {"stages": [{**one[0], "keep": "best"}]})
    kept = estimate(best, speed, PHOTOS).parts["checkpoint"]
    assert kept == pytest.approx(1.5 * found["sgd"], abs=0.02)


def test_a_dense_head_is_measured_on_its_own(tmp_path):
    dense = fast_recipe(head={"kind": "dense", "width": 16})
    ticks: list[None] = []
    speed = calibrate.speed_for(tmp_path, dense, lambda: ticks.append(None))
    assert len(ticks) == 5  # it can be stopped between any two measurements of layers or views
    assert len(speed.forward) == len(network_layers(dense))
    assert read_speed(tmp_path, fast_recipe()) is None
    assert estimate(dense, speed, PHOTOS).seconds > 0


def test_changes_of_a_view_count_as_often_as_they_happen():
    speed = replace(
        ZERO_SPEED,
        view=1.0,
        changes={"resample": 10.0, "lighting": 100.0, "cutout": 1e3, "erase": 1e5, "blur": 1e4},
    )
    assert view_seconds(Augment.disabled(), speed) == 1
    assert view_seconds(Augment(), speed) == 1 + 10 + 100 + 1e3 + 0.5 * 1e4
    assert view_seconds(Augment(zoom=None), speed) == pytest.approx(1 + 7.5 + 100 + 1e3 + 5e3)
    assert view_seconds(Augment.disabled().model_copy(update={"erase": Erase()}), speed) == 1 + 5e4
    mixed = Augment.disabled().model_copy(update={"mixup": 0.4})
    assert view_seconds(mixed, speed) == 2


def test_photos_are_counted(tiny):
    found = count_photos(tiny, fast_recipe())
    boxes = [b for t in tiny.test_sets for boxes in t.boxes.values() for b in boxes]
    assert (found.training, found.validation, found.tests) == (7, 5, 9)
    assert found.objects == len(boxes)
    assert found.megapixels == pytest.approx(160 * 120 / 1e6)


def test_the_parts_add_up_and_keep_their_order():
    found = estimate(QUICK, uniform_speed(QUICK), PHOTOS)
    assert tuple(found.parts) == PARTS
    assert found.seconds == pytest.approx(sum(found.parts.values()))
    assert found.seconds > estimate(QUICK, uniform_speed(QUICK), PHOTOS, ALL_CACHED).seconds


def test_a_calibration_is_found_again_and_a_damaged_one_is_none(tmp_path):
    assert read_speed(tmp_path, QUICK) is None
    speed = uniform_speed(QUICK)
    write_speed(tmp_path, QUICK, speed)
    found = read_speed(tmp_path, load_recipe("looks-good"))  # same layers at the same size
    assert found is not None
    assert list(found.forward) == list(speed.forward)
    larger = load_recipe("quick", {"image_size": 256})
    assert speed_key(larger) != speed_key(QUICK)
    assert read_speed(tmp_path, larger) is None
    next((tmp_path / ".speed").glob("*.json")).write_text("{}")
    assert read_speed(tmp_path, QUICK) is None


def test_a_measurement_on_a_busy_machine_is_made_again_when_it_is_quiet(tmp_path, monkeypatch):
    busy = [0.9]
    monkeypatch.setattr(calibrate, "cpu_load", lambda: busy[0])
    monkeypatch.setattr(
        calibrate,
        "calibrate",
        lambda recipe, check_cancelled: replace(uniform_speed(recipe), busy=busy[0]),
    )
    first = calibrate.speed_for(tmp_path, QUICK)
    assert is_unreliable(first)
    assert calibrate.speed_for(tmp_path, QUICK) == first  # still busy: no better now
    busy[0] = 0.1
    assert not is_unreliable(calibrate.speed_for(tmp_path, QUICK))
    busy[0] = 0.9
    assert not is_unreliable(calibrate.speed_for(tmp_path, QUICK))
