import subprocess
from dataclasses import replace
from typing import get_args

import pytest

from core.base import demo_mode
from core.base.errors import InputError
from core.data.importer import import_upload
from core.data.label_edits import Truth, save_truth
from core.hosting import limits
from core.jobs import measure_speed
from core.jobs.local import LocalExecutor, ensure_worker, worker_pid
from core.jobs.preview import client
from core.jobs.queue import Entry, Queue, Standing
from core.jobs.stop_worker import ask_stop, forget_stop, restart, stop_now
from core.jobs.worker import work
from core.recipe.files import load_recipe
from core.store.data_trash import restore_dataset
from core.store.feature_folder import CACHE_FOLDER, cache_size
from core.store.run import find_runs, open_run
from core.store.status import utc_now
from core.store.visitors import new_key, visitor_dir
from core.train.speed import read_speed, write_speed
from tests.conftest import TOY_BOOKS, fast_recipe, fixed_clock
from tests.factory import plain_speed, write_run


@pytest.fixture
def hosted(monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")


@pytest.fixture
def house(tmp_path, monkeypatch, hosted):
    """A house whose worker does not start."""
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir, wait_seconds=0: None)
    return tmp_path


def visitor(house):
    return LocalExecutor(visitor_dir(house, new_key()), fixed_clock)


def test_it_is_off_unless_asked_for_and_a_mistyped_word_opens_nothing(monkeypatch):
    monkeypatch.delenv("OVERFIT_LENS_MODE", raising=False)
    assert not demo_mode.on() and demo_mode.training()
    monkeypatch.setenv("OVERFIT_LENS_MODE", "Demo ")
    assert demo_mode.on() and demo_mode.training()
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", "off")
    assert not demo_mode.training()
    for name in ("OVERFIT_LENS_TRAINING", "OVERFIT_LENS_MODE"):
        monkeypatch.setenv(name, "dmeo")
        with pytest.raises(InputError, match=f"{name}=dmeo: must be"):
            demo_mode.training()


@pytest.mark.parametrize("act", get_args(demo_mode.Act))
def test_every_refusal_is_one_plain_line_and_only_in_the_demo(monkeypatch, act):
    assert demo_mode.why_not(act) == ""
    demo_mode.refuse(act)
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    assert demo_mode.why_not(act).endswith(".") and "\n" not in demo_mode.why_not(act)
    with pytest.raises(demo_mode.DemoError):
        demo_mode.refuse(act)


def test_what_is_refused_is_refused_where_it_is_done(hosted, tmp_path, tiny):
    with pytest.raises(demo_mode.DemoError):
        import_upload(None, "a.zip", tmp_path, "a")
    with pytest.raises(demo_mode.DemoError):
        save_truth(tiny.root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    with pytest.raises(demo_mode.DemoError):
        restore_dataset(tmp_path, "a")
    with pytest.raises(demo_mode.DemoError):
        client.wake(tmp_path)
    assert measure_speed.ask(tmp_path, load_recipe("quick")) == measure_speed.Measuring("waiting")
    mine = visitor_dir(tmp_path, new_key())
    for act in (ask_stop, forget_stop, stop_now, restart):
        with pytest.raises(demo_mode.DemoError):
            act(mine)
    for act in (LocalExecutor(mine).score_again, LocalExecutor(mine).put_to_challenge):
        with pytest.raises(demo_mode.DemoError):
            act(["a"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stages.0.epochs": 14}, "40 epochs at most, not 41"),
        ({"image_size": 256}, "224 pixels at most, not 256"),
        ({"batch_size": 33}, "32 photos at most, not 33"),
        ({"views_per_photo": 9}, "8 views of each photo at most, not 9"),
        ({"backbone": "vgg16", "weights": "none"}, "EfficientNet-Lite0 only"),
        ({"weights": "/etc/passwd"}, "no file of weights"),
    ],
)
def test_beyond_the_limits_nothing_is_written(house, changes, words):
    recipe = load_recipe("quick", changes)
    executor = visitor(house)
    assert words in limits.beyond(recipe, TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match=words):
        executor.submit(recipe, TOY_BOOKS)
    assert list(house.iterdir()) == []


def test_it_trains_on_the_bundled_photos_only(house, tiny):
    with pytest.raises(demo_mode.DemoError, match="bundled photos only"):
        visitor(house).submit(load_recipe("quick"), tiny.root)


def test_the_story_is_within_the_limits(hosted):
    for preset in ("quick", "looks-good", "quick-bare", "quick-no-dropout"):
        assert limits.beyond(load_recipe(preset), TOY_BOOKS) == ""


def test_one_at_a_time_and_the_next_when_it_has_ended(house):
    executor = visitor(house)
    run = executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="One at a time"):
        executor.submit(load_recipe("quick"), TOY_BOOKS)
    assert [r.id for r in find_runs(executor.runs_dir)] == [run.id]
    executor.cancel(run.id)
    executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="One at a time"):
        executor.resume(run.id)
    assert open_run(executor.runs_dir, run.id).status().state == "cancelled"


def test_a_run_that_has_ended_holds_nobody_up_though_its_worker_still_has_it(house):
    executor = visitor(house)
    run = executor.submit(load_recipe("quick"), TOY_BOOKS)
    Queue(house).claim(7)
    run.write_status(replace(run.status(), state="done"))
    second = executor.submit(load_recipe("quick"), TOY_BOOKS)
    assert [entry.run for entry in Queue(executor.runs_dir).entries()] == [run.id, second.id]


def test_the_queue_is_everybodys_and_each_sees_their_own(house):
    first, second = visitor(house), visitor(house)
    a, b = (each.submit(load_recipe("quick"), TOY_BOOKS) for each in (first, second))
    mine, yours, whole = Queue(first.runs_dir), Queue(second.runs_dir), Queue(house)
    assert mine.entries() == [Entry(a.id, None)] and yours.entries() == [Entry(b.id, None)]
    assert mine.standing() == Standing(0, 2) and yours.standing() == Standing(1, 2)
    for name in (b.id, f"../{second.runs_dir.name}/{b.id}", whole.entries()[1].run):
        assert not mine.withdraw(name) and not mine.move(name, "first")
        mine.remove(name)
        mine.release(name, 7)
    assert len(whole.entries()) == mine.length() == 2
    assert whole.claim(7) == f".visitors/{first.runs_dir.name}/{a.id}"  # who came first
    assert mine.entries() == [Entry(a.id, 7)]
    whole.remove(whole.entries()[0].run)
    assert mine.standing() is None and yours.standing() == Standing(0, 1)


def test_nobody_overtakes(house):
    executors = [visitor(house) for _ in range(3)]
    runs = [each.submit(load_recipe("quick"), TOY_BOOKS) for each in executors]
    assert not Queue(executors[2].runs_dir).move(runs[1].id, "first")
    Queue(executors[2].runs_dir).move(runs[2].id, "first")
    assert [e.run.rpartition("/")[2] for e in Queue(house).entries()] == [r.id for r in runs]


def test_a_full_queue_and_a_full_house_say_so(house, monkeypatch):
    monkeypatch.setattr(limits, "WAITING", 2)
    for _ in range(2):
        visitor(house).submit(load_recipe("quick"), TOY_BOOKS)
    late = visitor(house)
    with pytest.raises(demo_mode.DemoError, match="queue is full: 2 runs wait"):
        late.submit(load_recipe("quick"), TOY_BOOKS)
    monkeypatch.setattr(limits, "RUNS_IN_ALL", 2)
    with pytest.raises(demo_mode.DemoError, match="full for today"):
        late.submit(load_recipe("quick"), TOY_BOOKS)
    assert not late.runs_dir.exists()


def test_a_visitor_keeps_so_many_runs(house, tiny, monkeypatch):
    monkeypatch.setattr(limits, "RUNS", 2)
    executor = visitor(house)
    write_run(executor.runs_dir, tiny)
    executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="You have 2 runs"):
        executor.submit(load_recipe("quick"), TOY_BOOKS)


def test_a_house_of_ones_own_has_no_limits(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir, wait_seconds=0: None)
    executor = LocalExecutor(tmp_path, fixed_clock)
    for _ in range(3):
        executor.submit(fast_recipe(image_size=256), tiny.root)
    assert len(Queue(tmp_path).entries()) == 3


def test_with_training_off_no_process_starts(hosted, monkeypatch, tmp_path):
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", "off")
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a))
    mine = visitor_dir(tmp_path, new_key())
    with pytest.raises(demo_mode.DemoError, match="Nobody trains"):
        LocalExecutor(mine).submit(load_recipe("quick"), TOY_BOOKS)
    for folder in (mine, tmp_path):
        with pytest.raises(demo_mode.DemoError, match="Nobody trains"):
            ensure_worker(folder)
    with pytest.raises(demo_mode.DemoError):
        client.wake(mine)
    measure_speed.ask(mine, load_recipe("quick"))
    assert started == [] and list(tmp_path.iterdir()) == []


def test_what_the_machine_has_computed_is_shared(tmp_path):
    mine, recipe = visitor_dir(tmp_path, new_key()), load_recipe("quick")
    write_speed(mine, recipe, plain_speed(recipe))
    assert read_speed(tmp_path, recipe) == read_speed(mine, recipe) is not None
    (tmp_path / CACHE_FOLDER).mkdir()
    (tmp_path / CACHE_FOLDER / "a.safetensors").write_bytes(b"1234")
    assert cache_size(mine) == 4
    assert not mine.exists()


@pytest.mark.slow
def test_one_worker_carries_out_every_visitors_run(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir, wait_seconds=0: None)
    monkeypatch.setattr("core.jobs.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr(limits, "check_work", lambda *_: None)  # of photos small enough for a test
    monkeypatch.setattr("core.jobs.worker.demo_mode.KEPT", 1000 * demo_mode.KEPT)
    executors = [visitor(tmp_path) for _ in range(2)]
    runs = [executor.submit(fast_recipe(), tiny.root) for executor in executors]
    assert work(tmp_path, utc_now, idle_seconds=0.2)
    assert [run.status().state for run in runs] == ["done", "done"]
    assert Queue(tmp_path).entries() == []
    for executor in executors:
        assert worker_pid(executor.runs_dir) is None
        assert {path.name for path in executor.runs_dir.glob("[!.]*")} == {runs.pop(0).id}
    assert (tmp_path / CACHE_FOLDER).is_dir()  # of both
