import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import get_args

import pytest

from core.base import demo_mode
from core.base.errors import InputError
from core.data.importer import import_upload
from core.data.label_edits import Truth, save_truth
from core.hosting import limits
from core.jobs.local import LocalExecutor, ensure_worker, worker_alive
from core.jobs.preview import client
from core.jobs.queue import Entry, Queue, QueuePosition
from core.jobs.stop_worker import clear_stop_request, request_stop, restart_worker, stop_now
from core.jobs.worker import run_worker
from core.recipe.files import load_recipe
from core.store import visitors
from core.store.data_trash import restore_dataset
from core.store.feature_folder import CACHE_FOLDER, feature_cache_bytes
from core.store.run import find_runs, open_run
from core.store.status import utc_now
from core.store.visitors import group_of_address, new_key, note_address, visitor_dir
from core.train.estimate import timing_path
from tests.conftest import TOY_BOOKS, fast_recipe, fixed_clock
from tests.factory import write_run


@pytest.fixture
def hosted(monkeypatch):
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")


@pytest.fixture
def shared_root(tmp_path, monkeypatch, hosted):
    """A house whose worker does not start."""
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir, wait_seconds=0: None)
    return tmp_path


def visitor(shared_root):
    return LocalExecutor(visitor_dir(shared_root, new_key()), fixed_clock)


def test_it_is_off_unless_asked_for_and_a_mistyped_word_opens_nothing(monkeypatch):
    monkeypatch.delenv("OVERFIT_LENS_MODE", raising=False)
    assert not demo_mode.is_enabled() and demo_mode.is_training_allowed()
    monkeypatch.setenv("OVERFIT_LENS_MODE", "Demo ")
    assert demo_mode.is_enabled() and demo_mode.is_training_allowed()
    monkeypatch.setenv("OVERFIT_LENS_TRAINING", "off")
    assert not demo_mode.is_training_allowed()
    for name in ("OVERFIT_LENS_TRAINING", "OVERFIT_LENS_MODE"):
        monkeypatch.setenv(name, "dmeo")
        with pytest.raises(InputError, match=f"{name}=dmeo: must be"):
            demo_mode.is_training_allowed()


@pytest.mark.parametrize("act", get_args(demo_mode.Action))
def test_every_refusal_is_one_plain_line_and_only_in_the_demo(monkeypatch, act):
    assert demo_mode.blocked_reason(act) == ""
    demo_mode.check_allowed(act)
    monkeypatch.setenv("OVERFIT_LENS_MODE", "demo")
    assert demo_mode.blocked_reason(act).endswith(".") and "\n" not in demo_mode.blocked_reason(act)
    with pytest.raises(demo_mode.DemoError):
        demo_mode.check_allowed(act)


def test_what_is_refused_is_refused_where_it_is_done(hosted, tmp_path, tiny):
    with pytest.raises(demo_mode.DemoError):
        import_upload(None, "a.zip", tmp_path, "a")
    with pytest.raises(demo_mode.DemoError):
        save_truth(tiny.root, "test", "img_0.jpg", Truth(None, ()), fixed_clock)
    with pytest.raises(demo_mode.DemoError):
        restore_dataset(tmp_path, "a")
    with pytest.raises(demo_mode.DemoError):
        client.ensure_preview(tmp_path)
    mine = visitor_dir(tmp_path, new_key())
    for act in (request_stop, clear_stop_request, stop_now, restart_worker):
        with pytest.raises(demo_mode.DemoError):
            act(mine)
    for act in (LocalExecutor(mine).submit_rescoring, LocalExecutor(mine).submit_to_challenge):
        with pytest.raises(demo_mode.DemoError):
            act(["a"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stages.0.epochs": 14}, "at most 40 epochs, not 41"),
        ({"image_size": 256}, "photos of at most 224 pixels, not 256"),
        ({"batch_size": 33}, "batches of at most 32 photos, not 33"),
        ({"views_per_photo": 9}, "at most 8 views per photo, not 9"),
        ({"backbone": "vgg16", "weights": "none"}, "it trains only EfficientNet-Lite0"),
        ({"weights": "/etc/passwd"}, "it accepts no weights files"),
    ],
)
def test_beyond_the_limits_nothing_is_written(shared_root, changes, words):
    recipe = load_recipe("quick", changes)
    executor = visitor(shared_root)
    assert words in limits.exceeded_limits_text(recipe, TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match=words):
        executor.submit(recipe, TOY_BOOKS)
    assert list(shared_root.iterdir()) == []


def test_it_trains_on_the_bundled_photos_only(shared_root, tiny):
    with pytest.raises(demo_mode.DemoError, match="it trains only on the bundled photos"):
        visitor(shared_root).submit(load_recipe("quick"), tiny.root)


def test_the_story_is_within_the_limits(hosted):
    for preset in ("quick", "looks-good", "quick-bare", "quick-no-dropout"):
        assert limits.exceeded_limits_text(load_recipe(preset), TOY_BOOKS) == ""


def test_one_at_a_time_and_the_next_when_it_has_ended(shared_root):
    executor = visitor(shared_root)
    run = executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="One run at a time"):
        executor.submit(load_recipe("quick"), TOY_BOOKS)
    assert [r.id for r in find_runs(executor.runs_dir)] == [run.id]
    executor.cancel(run.id)
    executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="One run at a time"):
        executor.resume(run.id)
    assert open_run(executor.runs_dir, run.id).status().state == "cancelled"


def test_a_run_that_has_ended_holds_nobody_up_though_its_worker_still_has_it(shared_root):
    executor = visitor(shared_root)
    run = executor.submit(load_recipe("quick"), TOY_BOOKS)
    Queue(shared_root).claim(7)
    run.write_status(replace(run.status(), state="done"))
    second = executor.submit(load_recipe("quick"), TOY_BOOKS)
    assert [entry.work_id for entry in Queue(executor.runs_dir).entries()] == [run.id, second.id]


def test_the_queue_is_everybodys_and_each_sees_their_own(shared_root):
    first, second = visitor(shared_root), visitor(shared_root)
    a, b = (each.submit(load_recipe("quick"), TOY_BOOKS) for each in (first, second))
    mine, yours, whole = Queue(first.runs_dir), Queue(second.runs_dir), Queue(shared_root)
    assert mine.entries() == [Entry(a.id, None)] and yours.entries() == [Entry(b.id, None)]
    assert mine.position() == QueuePosition(0, 2) and yours.position() == QueuePosition(1, 2)
    for name in (b.id, f"../{second.runs_dir.name}/{b.id}", whole.entries()[1].work_id):
        assert not mine.remove_unclaimed(name) and not mine.move(name, "first")
        mine.remove(name)
        mine.release(name, 7)
    assert len(whole.entries()) == mine.length() == 2
    assert whole.claim(7) == f".visitors/{first.runs_dir.name}/{a.id}"  # who came first
    assert mine.entries() == [Entry(a.id, 7)]
    whole.remove(whole.entries()[0].work_id)
    assert mine.position() is None and yours.position() == QueuePosition(0, 1)


def test_nobody_overtakes(shared_root):
    executors = [visitor(shared_root) for _ in range(3)]
    runs = [each.submit(load_recipe("quick"), TOY_BOOKS) for each in executors]
    assert not Queue(executors[2].runs_dir).move(runs[1].id, "first")
    Queue(executors[2].runs_dir).move(runs[2].id, "first")
    assert [e.work_id.rpartition("/")[2] for e in Queue(shared_root).entries()] == [
        r.id for r in runs
    ]


def test_a_full_queue_and_a_full_shared_root_say_so(shared_root, monkeypatch):
    monkeypatch.setattr(limits, "MAX_QUEUED", 2)
    for _ in range(2):
        visitor(shared_root).submit(load_recipe("quick"), TOY_BOOKS)
    late = visitor(shared_root)
    with pytest.raises(demo_mode.DemoError, match="queue is full: 2 runs are waiting"):
        late.submit(load_recipe("quick"), TOY_BOOKS)
    monkeypatch.setattr(limits, "MAX_RUNS", 2)
    with pytest.raises(demo_mode.DemoError, match="full for today"):
        late.submit(load_recipe("quick"), TOY_BOOKS)
    assert not late.runs_dir.exists()


# --- shares by network ----------------------------------------------------------------------------


def visitor_from(shared_root, address):
    """Somebody with a new key."""
    executor = visitor(shared_root)
    note_address(executor.runs_dir, address)
    return executor


def launch(executor):
    return executor.submit(load_recipe("quick"), TOY_BOOKS)


def refusals(executors):
    """What each is told who launches a run, but for those who may."""
    found = []
    for executor in executors:
        try:
            launch(executor)
        except demo_mode.DemoError as error:
            found.append(str(error))
            assert find_runs(executor.runs_dir) == []  # nothing is left of it
    return found


@pytest.mark.parametrize(
    ("addresses", "elsewhere"),
    [
        (["8.8.8.8"] * 30, "8.8.9.8"),
        ([f"8.8.8.{host}" for host in range(30)], "9.8.8.8"),
        ([f"::ffff:8.8.8.{host}" for host in range(30)], "8.8.7.255"),
        ([f"2600:1:2:{subnet:x}::{subnet}" for subnet in range(30)], "2600:1:3::1"),
        ([f"2600:1:2::{host:x}" for host in range(30)], "8.8.8.8"),
    ],
)
def test_one_network_cannot_fill_the_queue_under_new_keys(shared_root, addresses, elsewhere):
    words = refusals(visitor_from(shared_root, address) for address in addresses)
    assert len(words) == 30 - limits.MAX_QUEUED_PER_GROUP
    assert "Waiting runs from your network: 6" in words[0]
    for _ in range(limits.MAX_QUEUED - limits.MAX_QUEUED_PER_GROUP - limits.KEPT_PLACES):
        launch(visitor_from(shared_root, elsewhere))
    (told,) = refusals([visitor_from(shared_root, elsewhere)])  # the last places are for others
    assert "reserved for others" in told
    for number in range(limits.KEPT_PLACES):
        launch(visitor_from(shared_root, f"20.0.{number}.1"))
    (told,) = refusals([visitor_from(shared_root, "21.0.0.1")])
    assert "queue is full: 12 runs are waiting" in told


def test_nor_when_they_all_ask_at_once_or_another_way(shared_root, tiny):
    executors = [visitor_from(shared_root, "8.8.8.8") for _ in range(16)]

    def ask(executor):
        return refusals([executor])

    with ThreadPoolExecutor(8) as threads:
        told = [words for found in threads.map(ask, executors) for words in found]
    assert len(told) == 16 - limits.MAX_QUEUED_PER_GROUP
    late = visitor_from(shared_root, "8.8.8.9")
    stopped = write_run(late.runs_dir, tiny, state="cancelled")
    with pytest.raises(demo_mode.DemoError, match="from your network"):
        Queue(late.runs_dir).submit(".lr_find/00")
    with pytest.raises(demo_mode.DemoError, match="from your network"):
        Queue(late.runs_dir).submit(stopped.id)
    assert Queue(late.runs_dir).entries() == []


def test_nor_after_the_server_has_started_anew(shared_root):
    for _ in range(limits.MAX_QUEUED_PER_GROUP):
        launch(visitor_from(shared_root, "8.8.8.8"))
    visitors._noted.clear()
    assert len(refusals([visitor_from(shared_root, "8.8.8.200")])) == 1
    assert visitors.address_group(visitor_dir(shared_root, new_key())) == ""


def test_a_place_is_free_again_once_a_run_of_the_network_has_ended(shared_root):
    executors = [visitor_from(shared_root, "8.8.8.8") for _ in range(limits.MAX_QUEUED_PER_GROUP)]
    runs = [launch(executor) for executor in executors]
    Queue(shared_root).claim(7)
    runs[0].write_status(replace(runs[0].status(), state="done"))  # its worker has it still
    launch(visitor_from(shared_root, "8.8.8.8"))


def test_one_network_cannot_make_all_runs_of_a_day(shared_root, tiny, monkeypatch):
    monkeypatch.setattr(limits, "MAX_RUNS_PER_GROUP", 4)
    for number in range(4):  # each has ended, so none is in the queue
        executor = visitor_from(shared_root, f"8.8.8.{number}")
        write_run(executor.runs_dir / ("" if number else ".trash"), tiny)
        visitors.keep_address_group(executor.runs_dir)
    (told,) = refusals([visitor_from(shared_root, "8.8.8.99")])
    assert "4 runs were created from your network today" in told
    launch(visitor_from(shared_root, "8.8.9.99"))


def test_addresses_are_kept_by_network_alone_and_a_proxys_are_nobodys(shared_root):
    executor = visitor_from(shared_root, "8.8.8.77")
    launch(executor)
    assert (executor.runs_dir / ".address").read_text() == "8.8.8.0/24"
    assert group_of_address("2600:1:2:3::4") == "2600:1:2::/48"
    for address in (None, "", "10.0.0.1", "127.0.0.1", "::1", "fe80::1%eth0", "no address"):
        assert group_of_address(address) == ""
    assert refusals(visitor_from(shared_root, "172.17.0.1") for _ in range(11)) == []


def test_what_is_noted_of_visitors_does_not_grow_for_ever(shared_root, monkeypatch):
    monkeypatch.setattr(visitors, "_MOST_NOTED", 5)
    visitors._noted.clear()
    for _ in range(20):
        visitor_from(shared_root, "8.8.8.8")
    assert len(visitors._noted) == 5


def test_a_visitor_keeps_so_many_runs(shared_root, tiny, monkeypatch):
    monkeypatch.setattr(limits, "MAX_RUNS_PER_VISITOR", 2)
    executor = visitor(shared_root)
    write_run(executor.runs_dir, tiny)
    executor.submit(load_recipe("quick"), TOY_BOOKS)
    with pytest.raises(demo_mode.DemoError, match="limit of 2 runs"):
        executor.submit(load_recipe("quick"), TOY_BOOKS)


def test_a_local_installation_has_no_limits(tmp_path, tiny, monkeypatch):
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
    with pytest.raises(demo_mode.DemoError, match="Training is off"):
        LocalExecutor(mine).submit(load_recipe("quick"), TOY_BOOKS)
    for folder in (mine, tmp_path):
        with pytest.raises(demo_mode.DemoError, match="Training is off"):
            ensure_worker(folder)
    with pytest.raises(demo_mode.DemoError):
        client.ensure_preview(mine)
    assert started == [] and list(tmp_path.iterdir()) == []


def test_what_the_machine_has_computed_is_shared(tmp_path):
    mine = visitor_dir(tmp_path, new_key())
    assert timing_path(mine) == timing_path(tmp_path)
    (tmp_path / CACHE_FOLDER).mkdir()
    (tmp_path / CACHE_FOLDER / "a.safetensors").write_bytes(b"1234")
    assert feature_cache_bytes(mine) == 4
    assert not mine.exists()


@pytest.mark.slow
def test_one_worker_runs_every_visitors_run(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr("core.jobs.local.ensure_worker", lambda runs_dir, wait_seconds=0: None)
    monkeypatch.setattr("core.jobs.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr("core.jobs.tasks.train_run.write_results", lambda *_: None)
    monkeypatch.setattr(
        limits, "check_work_allowed", lambda *_: None
    )  # of photos small enough for a test
    monkeypatch.setattr("core.jobs.worker.demo_mode.RETENTION", 1000 * demo_mode.RETENTION)
    executors = [visitor(tmp_path) for _ in range(2)]
    runs = [executor.submit(fast_recipe(), tiny.root) for executor in executors]
    assert run_worker(tmp_path, utc_now, idle_seconds=0.2)
    assert [run.status().state for run in runs] == ["done", "done"]
    assert Queue(tmp_path).entries() == []
    for executor in executors:
        assert not worker_alive(executor.runs_dir)
        assert {path.name for path in executor.runs_dir.glob("[!.]*")} == {runs.pop(0).id}
    assert (tmp_path / CACHE_FOLDER).is_dir()  # of both
