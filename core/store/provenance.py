"""What is known of runs that came from elsewhere: who sent them, and which data set here holds
their photos.

A note beside the run folders, `<runs>/.arrived/<run's id>.json`, so that the folders themselves
stay byte for byte what was sent.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from core.base import files
from core.base.errors import RunError, damaged_text
from core.base.language import N_
from core.store.schemas import validate_data

PROVENANCE_FOLDER = ".arrived"


@dataclass(frozen=True)
class Provenance:
    """`sender` trained the run; `bearer` sent it on, where that was somebody else. `file`: the zip
    file that it came in; `arrived`: ISO 8601 in UTC. `data`: the data set here with the same
    photos; empty where there is none. `unconfirmed`: why its scores or verdict are not those that
    its own predictions give (core.transfer.confirm)."""

    sender: str
    file: str
    arrived: str
    bearer: str = ""
    data: str = ""
    unconfirmed: str = ""

    @property
    def sender_text(self) -> str:
        """Whom it came from."""
        if not self.bearer:
            return self.sender
        return N_("{sender}, passed on by {bearer}", sender=self.sender, bearer=self.bearer)


_ADAPTER = TypeAdapter(Provenance)


def read_provenance(runs_dir: Path, run_id: str) -> Provenance | None:
    """What is noted of a run; None of one that was trained here. Raises RunError where the note is
    damaged."""
    path = _place(runs_dir, run_id)
    try:
        noted = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(damaged_text(path, error)) from None
    arrival: Provenance = validate_data(_ADAPTER, path, noted)
    return arrival


def write_provenance(runs_dir: Path, run_id: str, provenance: Provenance) -> None:
    """Notes it, in place of what was noted before. Raises OSError naming the file."""
    path = _place(runs_dir, run_id)
    path.parent.mkdir(exist_ok=True)
    files.write_json(path, asdict(provenance))


def delete_provenance(runs_dir: Path, run_id: str) -> None:
    """For a run that is deleted for good. Raises OSError naming the file."""
    _place(runs_dir, run_id).unlink(missing_ok=True)


def _place(runs_dir: Path, run_id: str) -> Path:
    return Path(runs_dir) / PROVENANCE_FOLDER / f"{run_id}.json"
