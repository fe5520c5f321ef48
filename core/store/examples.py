"""The example runs that come with the project: a second folder of runs, beside one's own, in which
nothing is ever written.

An example is known by its id, which begins with `example-`; no run that is trained has such an id
(core.store.run.create_run begins it with the date). `OVERFIT_LENS_EXAMPLES` names another folder of
examples; `none` stands for none at all.
"""

import os
from pathlib import Path

from core.base.errors import RunError, naming_os_errors
from core.base.files import PROJECT_ROOT
from core.base.language import N_

EXAMPLE_PREFIX = "example-"
_HIDDEN = ".examples-hidden"  # in the runs folder: there the examples are not listed


def is_example(run_id: str) -> bool:
    """Whether the run (or the group of repeats) of that id came with the project."""
    return run_id.startswith(EXAMPLE_PREFIX)


def examples_dir() -> Path:
    """The folder of the example runs; it need not be there."""
    return Path(os.environ.get("OVERFIT_LENS_EXAMPLES") or PROJECT_ROOT / "runs" / "examples")


def run_folder(runs_dir: Path, run_id: str) -> Path:
    """The folder of a run: among the examples where it is one, else in `runs_dir`."""
    return (examples_dir() if is_example(run_id) else Path(runs_dir)) / run_id


def refuse_example(run_id: str) -> None:
    """Raises RunError, one line, where the run is an example: it stays as it came."""
    if is_example(run_id):
        told = N_("{run}: is an example and cannot be changed; only your own runs can")
        raise RunError(told.format(run=run_id))


def examples_hidden(runs_dir: Path) -> bool:
    """Whether the examples are left out of the lists that show the runs of `runs_dir`."""
    return (Path(runs_dir) / _HIDDEN).exists()


def set_examples_hidden(runs_dir: Path, hidden: bool) -> None:
    """Leaves the examples out of the lists, or shows them again. Raises RunError where that cannot
    be noted."""
    note = Path(runs_dir) / _HIDDEN
    with naming_os_errors(note):
        if hidden:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch()
        else:
            note.unlink(missing_ok=True)
