"""`evaluate`: a finished run's answers, scores and diagnosis anew."""

from core.base.errors import InputError
from core.cli.options import DEFAULT_RUNS, RunArgument, RunsOption
from core.store.run import open_run


def evaluate(run: RunArgument, runs: RunsOption = DEFAULT_RUNS) -> None:
    """Asks a finished run about the photos again, without training: after labels or boxes have
    changed. The last line printed is the run folder."""
    found = open_run(runs, run)
    if found.status().state != "done":
        raise InputError(f"{run}: is not finished ({found.status().state})")
    from core.jobs.tasks.results import reevaluate_run

    reevaluate_run(found)
    diagnosis = found.diagnosis() or {}
    print(f"{diagnosis['verdict']}: {diagnosis['finding']}")
    print(found.path)
