"""Visitors of a hosted demo: each has a folder of runs of their own, `<runs>/.visitors/<mark>/`.

The folder is named by the hash of a key that nobody can guess and that is kept nowhere: only who
holds the key finds the folder, and a log that names the folder gives nothing away. It is a folder
of runs like any other, so whatever is asked for a visitor's runs reaches theirs and the examples,
and no others. What visitors share (queue, worker, what the machine has computed of the bundled
photos) lies in `<runs>`, which is called their shared root here.
"""

import hashlib
import ipaddress
import re
import secrets
from pathlib import Path

from core.base import files
from core.base.demo_mode import Action, DemoError, refusal_text
from core.store.run import find_runs

VISITORS = ".visitors"
_ADDRESS = ".address"  # in a visitor's folder: the group of addresses that they came from last
_MOST_NOTED = 10_000
_noted: dict[str, str] = {}  # by folder: that of visitors who are here, with or without a folder
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


def group_of_address(address: str | None) -> str:
    """The network that shares an address's places and runs: IPv4 by /24, IPv6 by /48, which one
    customer has. Empty where nobody's address is known: one of a private network is a proxy's."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if not found.is_global:
        return ""
    return str(ipaddress.ip_network((found.packed, 24 if found.version == 4 else 48), strict=False))


def note_address(runs_dir: Path, address: str | None) -> None:
    """Says where the visitor whose folder that is comes from, now."""
    if len(_noted) >= _MOST_NOTED:
        _noted.pop(next(iter(_noted)), None)
    _noted[Path(runs_dir).name] = group_of_address(address)


def keep_address_group(runs_dir: Path) -> None:
    """Writes that into the visitor's folder, with which it goes. Raises OSError."""
    if group := _noted.get(Path(runs_dir).name):
        files.write_text(Path(runs_dir) / _ADDRESS, group)


def address_group(runs_dir: Path) -> str:
    """The group of addresses that a visitor comes from, or came from last; empty if not known."""
    if (known := _noted.get(Path(runs_dir).name)) is not None:
        return known
    try:
        return (Path(runs_dir) / _ADDRESS).read_text("utf-8")
    except OSError:
        return ""


def count_group_runs(runs_dir: Path) -> int:
    """The runs, also in the trash, of all visitors from the same group of addresses."""
    group = address_group(runs_dir)
    folders = visitor_dirs(shared_root_of(runs_dir)) if group else []
    same = [folder for folder in folders if address_group(folder) == group]
    return sum(len(find_runs(folder)) + len(find_runs(folder / ".trash")) for folder in same)


def refuse_visitor(runs_dir: Path, act: Action) -> None:
    """Raises DemoError where the folder of runs is a visitor's."""
    if is_visitor_dir(runs_dir):
        raise DemoError(refusal_text(act))
