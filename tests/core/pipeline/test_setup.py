"""What happens before the first epoch: it can be stopped, and notices photos that are replaced."""

from collections import Counter
from pkgutil import resolve_name

import pytest

from core.base.errors import DataError, RunError
from core.data import photos
from core.data.split import split_photos
from core.jobs.tasks.results import reevaluate_run
from core.jobs.tasks.train_run import run_training
from core.pipeline.setup import set_up
from core.store.run import create_run
from core.train import lr_finder
from tests.conftest import fast_recipe, fixed_clock
from tests.factory import write_dataset

pytestmark = pytest.mark.slow

TRACED_FUNCTIONS = (
    "core.data.fingerprints.file_digest",
    "core.data.photos.open_photo",
    "core.pipeline.views.augmented_views",
    "core.pipeline.prefix.FrozenPrefix.__call__",
    "core.model.network.Network.forward",
)


@pytest.mark.parametrize(
    "changes",
    [{}, {"views_per_photo": None}, {"bands": {0: 1e-3}}],
    ids=["pool", "fresh views", "nothing frozen"],
)
def test_cancellation_is_checked_between_photos_and_batches(tiny, tmp_path, monkeypatch, changes):
    since, most = Counter(), Counter()

    def counted(name, function):
        def work(*args, **options):
            since[name] += 1
            most[name] = max(most[name], since[name])
            return function(*args, **options)

        return work

    for place in TRACED_FUNCTIONS:
        monkeypatch.setattr(place, counted(place, resolve_name(place)))
    monkeypatch.setattr(lr_finder, "STEPS", 3)
    setup = set_up(fast_recipe(image_size=32, **changes), tiny.root, tmp_path, since.clear)
    setup.inputs.batch(range(len(setup.inputs)), 1)
    since.clear()
    lr_finder.lr_range_test(setup, 0, since.clear)
    expected = set(TRACED_FUNCTIONS) - (
        {"core.pipeline.prefix.FrozenPrefix.__call__"} if "bands" in changes else set()
    )
    assert most == dict.fromkeys(expected, 1)


def test_a_wish_to_stop_ends_the_run_while_its_photos_are_read(tiny, tmp_path, monkeypatch):
    run = create_run(tmp_path, fast_recipe(), tiny.root, fixed_clock)
    opened = []

    def ask(path, *args, **options):
        opened.append(path)
        run.request_cancel()
        return open_photo(path, *args, **options)

    open_photo = photos.open_photo
    monkeypatch.setattr(photos, "open_photo", ask)
    run_training(run, fixed_clock)
    assert (run.status().state, len(opened)) == ("cancelled", 1)


def test_features_of_a_photo_that_was_replaced_meanwhile_are_not_kept(tmp_path, monkeypatch):
    data, recipe = write_dataset(tmp_path / "data"), fast_recipe(image_size=32)
    photo = data.train[split_photos(data, recipe)[0][0]].path
    whole, open_photo = photo.read_bytes(), photos.open_photo

    def late(path, *args, **options):
        if path == photo:
            photo.write_bytes(data.train[-1].path.read_bytes())
        return open_photo(path, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(photos, "open_photo", late)
        with pytest.raises(DataError, match=f"{photo.name}: was replaced while"):
            set_up(recipe, data.root, tmp_path / "runs")
    photo.write_bytes(whole)
    setup = set_up(recipe, data.root, tmp_path / "runs")
    assert (
        setup.cached_share.photos == 1 and setup.cached_share.views == 0
    )  # of 2 views none was kept


@pytest.mark.usefixtures("reduced_diagnosis")
def test_a_photo_that_is_replaced_while_it_trains_ends_the_run_with_its_name(tmp_path):
    data = write_dataset(tmp_path / "data")
    photo, same = data.train[0].path, data.train[1].path
    whole = photo.read_bytes()
    recipe = fast_recipe(image_size=32, stages=[{"train": "head", "epochs": 2}])
    run = create_run(tmp_path / "runs", recipe, data.root, fixed_clock)

    def replace(row=None, eta=None):
        photo.write_bytes(data.train[-1].path.read_bytes())

    with pytest.raises(DataError, match="was replaced while in use"):
        run_training(run, fixed_clock, on_epoch=replace)
    status = run.status()
    assert (status.state, status.epoch) == ("failed", 2)
    assert str(status.error).startswith(f"{photo}: ")
    assert run.summary() is None and run.predictions().empty
    run.requeue()
    with pytest.raises(RunError, match=f"{photo.name}: the photos have changed since"):
        run_training(run, fixed_clock)
    photo.write_bytes(whole)
    same.touch()  # another time alone does no harm
    run.requeue()
    run_training(run, fixed_clock)
    assert (run.status().state, len(run.history())) == ("done", 2)
    answers = (run.path / "predictions.csv").read_bytes()
    replace()
    with pytest.raises(RunError, match=f"{photo.name}: the photos have changed since"):
        reevaluate_run(run)
    assert (run.path / "predictions.csv").read_bytes() == answers
