"""A queue with a run that cannot be read."""

from pathlib import Path

from core.jobs.queue import Queue
from tests.corpus.making import run_of

command = "queue --runs HERE/runs"
handled = "1 in the queue ... the-run  cannot be read: ... status.json: damaged"


def make(here: Path) -> None:
    (run_of(here, "queued").path / "status.json").write_text("{")
    Queue(here / "runs").submit("the-run")
