"""Which runs a session compares, and the scoring of all runs on its photos: in the background,
without training."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from core.capture.session import Session
from core.data.dataset import read_dataset
from core.jobs.local import LocalExecutor
from core.store.index import RunRow
from core.store.rescoring import has_weights, outdated_runs
from core.store.run import open_run

_COMPARED = 30  # runs, the newest ones, among which the second is looked for


def runs_that_can_answer(
    runs_dir: Path, rows: Sequence[RunRow], dataset_root: Path
) -> list[RunRow]:
    """The finished runs on a data set that have their weights, newest first, examples last."""
    place = str(Path(dataset_root).resolve())
    done = [row for row in rows if row.data_path == place and row.status.state == "done"]
    found = [r for r in done if not r.problem and has_weights(open_run(runs_dir, r.id))]
    return sorted(found, key=lambda row: row.example)


def default_runs(runs_dir: Path, rows: Sequence[RunRow], dataset_root: Path) -> tuple[str, ...]:
    """The newest run that can answer and the one whose answers to the data set's photos differ from
    its most; one or none where there are no more."""
    ids = [row.id for row in runs_that_can_answer(runs_dir, rows, dataset_root)][:_COMPARED]
    if len(ids) < 2:
        return tuple(ids)
    newest, *others = (_predicted(runs_dir, run_id) for run_id in ids)
    share = [float((newest != each.reindex(newest.index)).mean()) for each in others]
    return ids[0], ids[1 + max(range(len(others)), key=lambda place: share[place])]


def score_runs(runs_dir: Path, rows: Sequence[RunRow], session: Session) -> list[str]:
    """Queues every finished run whose scores lack a photo or label that the data set has now, and
    which can answer; their ids. Raises InputError where the worker cannot be asked."""
    behind = outdated_runs(runs_dir, list(rows), read_dataset(session.dataset_root))
    if behind:
        LocalExecutor(runs_dir).submit_rescoring([row.id for row in behind])
    return [row.id for row in behind]


def _predicted(runs_dir: Path, run_id: str) -> pd.Series:
    return open_run(runs_dir, run_id).predictions().set_index(["split", "file"])["predicted"]
