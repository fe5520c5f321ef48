"""A queue with a run that cannot be read."""

from pathlib import Path

from core.jobs.queue import Queue
from tests.corpus.builders import write_case_run

command = "queue --runs HERE/runs"
handled = "1 in the queue ... the-run  cannot be read: ... status.json: damaged"


def make(here: Path) -> None:
    (write_case_run(here, "queued").path / "status.json").write_text("{")
    Queue(here / "runs").submit("the-run")
