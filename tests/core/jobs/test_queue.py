import multiprocessing

import pytest

from core.errors import RunError
from core.jobs.queue import QUEUE_FILE, Entry, Queue


def test_first_in_first_out(tmp_path):
    queue = Queue(tmp_path)
    assert queue.entries() == [] and queue.claim(1) is None
    for run in ("a", "b", "a", "c"):
        queue.submit(run)
    assert [entry.run for entry in queue.entries()] == ["a", "b", "c"]
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
    assert not queue.withdraw("a")
    assert queue.withdraw("b")
    assert not queue.withdraw("b")
    assert queue.entries() == [Entry("a", 1)]


def _claim_all(folder, number, out):
    queue, mine = Queue(folder), []
    while (run := queue.claim(number)) is not None:
        mine.append(run)
    out.put(mine)


def test_no_run_is_claimed_twice(tmp_path):
    queue = Queue(tmp_path)
    for i in range(60):
        queue.submit(str(i))
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    workers = [context.Process(target=_claim_all, args=(tmp_path, i, out)) for i in (1, 2, 3)]
    for worker in workers:
        worker.start()
    claimed = [run for _ in workers for run in out.get(timeout=60)]
    for worker in workers:
        worker.join()
        worker.close()
    out.close()
    out.join_thread()
    assert sorted(claimed, key=int) == [str(i) for i in range(60)]


def test_a_damaged_queue_is_named(tmp_path):
    (tmp_path / QUEUE_FILE).write_bytes(b"this is no database at all, however long it is" * 30)
    with pytest.raises(RunError, match=r"queue\.sqlite: cannot use the queue"):
        Queue(tmp_path).submit("a")
