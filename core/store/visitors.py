"""Visitors of a hosted demo: each has a folder of runs of their own, `<runs>/.visitors/<mark>/`.

The folder is named by the hash of a key that nobody can guess and that is kept nowhere: only who
holds the key finds the folder, and a log that names the folder gives nothing away. It is a folder
of runs like any other, so whatever is asked for a visitor's runs reaches theirs and the examples,
and no others. What visitors share (queue, worker, what the machine has computed of the bundled
photos) lies in `<runs>`, which is called their shared root here.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path

from core.base.demo_mode import Action, DemoError, refusal_text
from core.store.run import find_runs

VISITORS = ".visitors"
CAPTURE_DATA = ".capture_data"  # in a visitor's folder: data sets that hold what they captured


def new_key() -> str:
    """A key for a visitor: 192 random bits."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether a text could be a key."""
    return re.fullmatch(r"[A-Za-z0-9_-]{32}", text) is not None


def visitor_dir(shared_root: Path, key: str) -> Path:
    """The folder of runs of whoever holds the key, whether or not it is there."""
    return Path(shared_root) / VISITORS / hashlib.sha256(key.encode()).hexdigest()[:32]


def is_visitor_dir(runs_dir: Path) -> bool:
    """Whether a folder of runs is a visitor's."""
    return Path(runs_dir).parent.name == VISITORS


def shared_root_of(runs_dir: Path) -> Path:
    """The folder where the queue, the worker and what runs share are: a folder of runs is its own
    shared root, but for a visitor's."""
    return Path(runs_dir).parents[1] if is_visitor_dir(runs_dir) else Path(runs_dir)


def entry_prefix(runs_dir: Path) -> str:
    """What the entries of a folder's runs begin with in the queue of its shared root."""
    return f"{VISITORS}/{Path(runs_dir).name}/" if is_visitor_dir(runs_dir) else ""


def split_entry(shared_root: Path, entry: str) -> tuple[Path, str]:
    """The folder of runs that an entry of the queue belongs to, and its name there."""
    found = re.fullmatch(rf"{re.escape(VISITORS)}/([0-9a-f]{{32}})/(.+)", entry)
    return (
        (Path(shared_root) / VISITORS / found[1], found[2]) if found else (Path(shared_root), entry)
    )


def visitor_dirs(shared_root: Path) -> list[Path]:
    """The folders of all visitors."""
    return sorted(path for path in (Path(shared_root) / VISITORS).glob("[!.]*") if path.is_dir())


def count_visitor_runs(shared_root: Path) -> int:
    """The runs of all visitors together."""
    return sum(len(find_runs(folder)) for folder in visitor_dirs(shared_root))


def refuse_visitor(runs_dir: Path, act: Action) -> None:
    """Raises DemoError where the folder of runs is a visitor's."""
    if is_visitor_dir(runs_dir):
        raise DemoError(refusal_text(act))
