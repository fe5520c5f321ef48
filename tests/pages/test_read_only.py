"""A folder of runs that cannot be written: everything in it can still be looked at."""

import pytest

from core.jobs.queue import Queue
from core.store.index import RunIndex
from tests.factory import write_run
from tests.faults.disks import read_only
from tests.pages.conftest import visible_text


@pytest.mark.parametrize("indexed", [True, False])
def test_every_page_shows_its_runs(runs, dataset, open_page, indexed):
    run = write_run(runs, dataset)
    write_run(runs, dataset, "looks-good", "running", minutes=1)
    waiting = write_run(runs, dataset, "looks-good", "queued", minutes=2)
    Queue(runs).submit(waiting.id)
    (runs / "worker.lock").touch()
    if indexed:
        RunIndex(runs).rows()
    with read_only(runs):
        for page in ("runs", "run", "compare", "cams", "worker", "train"):
            app = open_page(page, run=run.id)
            assert not app.exception, (page, app.exception)
            if page in ("runs", "worker"):
                assert "Cannot write to" in visible_text(app) + " ".join(e.value for e in app.error)
