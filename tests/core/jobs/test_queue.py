import multiprocessing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.errors import RunError
from core.jobs.queue import QUEUE_FILE, Entry, Queue


def test_first_in_first_out(tmp_path):
    queue = Queue(tmp_path)
    assert queue.entries() == [] and queue.claim(1) is None
    for run in ("a", "b", "a", "c"):
        queue.submit(run)
    assert [entry.work_id for entry in queue.entries()] == ["a", "b", "c"]
    assert queue.claim(7) == "a"
    assert queue.claim(8) == "b"
    assert queue.entries() == [Entry("a", 7), Entry("b", 8), Entry("c", None)]
    queue.remove("a")
    assert queue.claim(7) == "c" and queue.claim(7) is None


def test_only_what_waits_can_be_withdrawn(tmp_path):
    queue = Queue(tmp_path)
    queue.submit("a")
    queue.submit("b")
    queue.claim(1)
    assert not queue.remove_unclaimed("a")
    assert queue.remove_unclaimed("b")
    assert not queue.remove_unclaimed("b")
    assert queue.entries() == [Entry("a", 1)]


def run_in_parallel(act, *arguments):
    """Does it in a process for each of the arguments, all at the same time."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=act, args=each) for each in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
        process.close()


def _claim_all(folder, number, barrier):
    queue, mine = Queue(folder), []
    barrier.wait()
    while (run := queue.claim(number)) is not None:
        mine.append(run)
    (folder / f"claimed-by-{number}").write_text("\n".join(mine))


def test_no_run_is_claimed_twice(tmp_path):
    queue = Queue(tmp_path)
    for i in range(60):
        queue.submit(str(i))
    all_here = multiprocessing.get_context("fork").Barrier(3)
    run_in_parallel(_claim_all, *((tmp_path, number, all_here) for number in (1, 2, 3)))
    claimed = [run for each in tmp_path.glob("claimed-by-*") for run in each.read_text().split()]
    assert sorted(claimed, key=int) == [str(i) for i in range(60)]


def test_a_damaged_queue_is_named(tmp_path):
    (tmp_path / QUEUE_FILE).write_bytes(b"this is no database at all, however long it is" * 30)
    with pytest.raises(RunError, match=r"queue\.sqlite: cannot use the queue"):
        Queue(tmp_path).submit("a")


def order(queue):
    return [entry.work_id for entry in queue.entries()]


def test_what_waits_can_be_moved_and_what_is_claimed_stays(tmp_path):
    queue = Queue(tmp_path)
    for run in ("a", "b", "c", "d"):
        queue.submit(run)
    queue.claim(1)
    assert queue.move("d", "first")
    assert order(queue) == ["a", "d", "b", "c"]
    assert queue.move("c", "up")
    assert order(queue) == ["a", "d", "c", "b"]
    assert queue.move("d", "down")
    assert order(queue) == ["a", "c", "d", "b"]
    for run, to in (("c", "up"), ("c", "first"), ("b", "down")):  # at the end already
        assert queue.move(run, to)
        assert order(queue) == ["a", "c", "d", "b"]
    assert not queue.move("a", "down")  # it trains
    assert not queue.move("gone", "first")
    assert [queue.claim(2) for _ in range(4)] == ["c", "d", "b", None]


@settings(max_examples=30)  # each move is written to the disk
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["first", "up", "down"])), max_size=8))
def test_moving_loses_and_doubles_nothing(moves):
    with TemporaryDirectory() as folder:
        queue = Queue(Path(folder))
        wanted = ["0", "1", "2", "3", "4"]
        for run in wanted:
            queue.submit(run)
        for run, to in moves:
            moved = queue.move(str(run), to)
            assert moved == (str(run) in wanted)
            if moved:
                place = wanted.index(str(run))
                wanted.pop(place)
                wanted.insert(
                    {"first": 0, "up": max(0, place - 1), "down": place + 1}[to], str(run)
                )
            assert order(queue) == wanted


def _shuffle(folder, run, barrier):
    queue = Queue(folder)
    barrier.wait()
    for step in range(30):
        queue.move(run, ("first", "down", "up")[step % 3])


def test_people_who_move_runs_at_once_lose_none(tmp_path):
    queue = Queue(tmp_path)
    for run in ("a", "b", "c", "d"):
        queue.submit(run)
    all_here = multiprocessing.get_context("fork").Barrier(2)
    run_in_parallel(_shuffle, *((tmp_path, run, all_here) for run in ("b", "d")))
    assert sorted(order(queue)) == ["a", "b", "c", "d"]
