"""Takes runs out of zip files that somebody sent: each is checked as a whole, then appears at once.

A run lands only if its files are those that its manifest tells, byte for byte, and each is as the
format has it. Nothing in a zip file is executed, and no name in it decides where anything is
written.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.base import files
from core.base.errors import DataError, InputError, RunError, os_error_line
from core.base.language import N_
from core.data.archive import Limits, Source, larger_than, open_source, printable
from core.store import visitors
from core.store.index import RunRow, read_row
from core.store.provenance import Arrival, arrival_of, note_arrival
from core.store.run import Run
from core.store.status import Clock
from core.transfer.checks import check_run
from core.transfer.manifest import (
    LARGEST,
    MANIFEST,
    RUN_LIMITS,
    Manifest,
    PackedRun,
    check_id,
    read_manifest,
)
from core.transfer.matching_photos import Shelf
from core.transfer.pack import run_files

STAGE = ".import"  # in the runs folder: what is being checked
_LOCK = ".import.lock"
Outcome = Literal["taken", "here", "refused"]


@dataclass(frozen=True)
class Parcel:
    """A zip file (or a folder that one was unpacked to), and what it is called."""

    path: Path
    name: str


@dataclass(frozen=True)
class Entry:
    """What became of a run of a zip file: taken, here already, or refused, for that reason. run is
    empty where the zip file was refused as a whole; row is None of what was refused. photos:
    whether the run's photos are here."""

    file: str
    sender: str
    run: str
    outcome: Outcome
    reason: str = ""
    row: RunRow | None = None
    photos: bool = False


def import_runs(
    parcels: Sequence[Parcel],
    runs_dir: Path,
    datasets: Path,
    clock: Clock,
    on_parcel: Callable[[int, int], None] = lambda done, total: None,
    limits: Limits = RUN_LIMITS,
) -> list[Entry]:
    """Takes what can be taken, in the order of the parcels; an entry for every run, and for every
    zip file that was refused whole.

    Raises DemoError for a visitor of the demo; RunError, one line, where the folder of runs
    cannot be written or the disk is full: what was taken before stays.
    """
    visitors.refuse_visitor(runs_dir, "import")
    entries: list[Entry] = []
    shelf = Shelf(datasets)
    with _stage(Path(runs_dir)) as stage:
        for number, parcel in enumerate(parcels, start=1):
            entries += _open(parcel, Path(runs_dir), stage, shelf, clock, limits)
            on_parcel(number, len(parcels))
    return entries


@contextmanager
def _stage(runs_dir: Path) -> Iterator[Path]:
    """A folder for what is being checked; one import at a time, so that what another one left,
    which was killed, can go."""
    stage = runs_dir / STAGE
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        with files.locked(runs_dir / _LOCK):
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir()
            try:
                yield stage
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise RunError(
            os_error_line(OSError(error.errno, error.strerror or str(error), str(runs_dir)))
        ) from None


def _open(
    parcel: Parcel, runs_dir: Path, stage: Path, shelf: Shelf, clock: Clock, limits: Limits
) -> list[Entry]:
    sender = printable(parcel.name.removesuffix(".zip"))
    try:
        with open_source(parcel.path, limits) as source:
            prefix, manifest = _manifest(source)
            sender = printable(manifest.sender or sender)
            arrival = Arrival(sender, printable(parcel.name), clock().isoformat(timespec="seconds"))
            carrier = _Carrier(source, prefix, runs_dir, stage, shelf, arrival, manifest)
            return [carrier.take(run_id) for run_id in sorted(manifest.runs)]
    except InputError as error:
        reason = _plain(str(error), parcel.path, parcel.path.name)
        return [Entry(parcel.name, sender, "", "refused", reason)]


def _manifest(source: Source) -> tuple[str, Manifest]:
    """What the zip file says it holds, and the folder inside it that holds that: somebody may have
    packed it again. Raises RunError where it holds anything else."""
    for refused in source.refused:
        raise RunError(f"{printable(refused.name)}: {refused.what}")
    found = [name for name in source.files if name.rpartition("/")[2] == MANIFEST]
    if not found:
        raise RunError(
            N_("holds no {file}: not a zip that `export --zip` has written").format(file=MANIFEST)
        )
    if len(found) > 1:
        raise RunError(N_("holds {file} more than once").format(file=MANIFEST))
    prefix = found[0].removesuffix(MANIFEST)
    manifest = read_manifest(_read(source, found[0]))
    told = {f"{prefix}{id_}/{name}" for id_, run in manifest.runs.items() for name in run.files}
    for name in source.files:
        if name not in told and name != found[0]:
            raise RunError(
                N_("holds {file}, which its {manifest} does not tell of").format(
                    file=printable(name), manifest=MANIFEST
                )
            )
    return prefix, manifest


def _read(source: Source, name: str) -> bytes:
    try:
        return source.read(name)
    except DataError as error:
        raise RunError(f"{printable(name)}: {error}") from None


def _plain(line: str, place: Path, name: str) -> str:
    """An error without the folders that it was read from."""
    return line.removeprefix(f"{place}: ").replace(f"{place}/", "").replace(str(place), name)


@dataclass(frozen=True)
class _Carrier:
    """Takes the runs of one zip file. arrival: what is noted of them."""

    source: Source
    prefix: str
    runs_dir: Path
    stage: Path
    shelf: Shelf
    arrival: Arrival
    manifest: Manifest

    def take(self, run_id: str) -> Entry:
        """One run; why not, where it is refused."""
        packed, staged = self.manifest.runs[run_id], self.stage / "run"
        entry = Entry(self.arrival.file, self.arrival.sender, printable(run_id), "refused")
        try:
            check_id(run_id)
            _check_names(packed)
            there, staged = self.runs_dir / run_id, self.stage / run_id
            if there.exists():
                return self._met(Run(there), packed, entry)
            self._fill(staged, packed)
            check_run(Run(staged))
            return self._land(Run(staged), packed, entry)
        except InputError as error:
            reason = _plain(str(error), staged, run_id)
            return replace(entry, reason=reason.removeprefix(f"{run_id}: "))
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _fill(self, staged: Path, packed: PackedRun) -> None:
        """Writes the files, each checked against what was packed. Raises RunError, or OSError."""
        staged.mkdir()
        for name, told in sorted(packed.files.items()):
            member = f"{self.prefix}{staged.name}/{name}"
            if member not in self.source.files:
                raise RunError(f"{name}: {N_('missing in the zip file')}")
            data = _read(self.source, member)
            if len(data) != told.size or hashlib.sha256(data).hexdigest() != told.sha256:
                raise RunError(f"{name}: {N_('is not what was packed (its SHA-256 differs)')}")
            place = staged / name
            place.parent.mkdir(exist_ok=True)
            files.overwrite(place, data)

    def _land(self, run: Run, packed: PackedRun, entry: Entry) -> Entry:
        arrival = self._arrival(run, packed)
        note_arrival(self.runs_dir, run.id, arrival)
        landed = Run(run.path.rename(self.runs_dir / run.id))
        row = read_row(landed)
        return replace(entry, outcome="taken", row=row, photos=bool(arrival.data))

    def _met(self, run: Run, packed: PackedRun, entry: Entry) -> Entry:
        """A run that is here already, the same or another; it stays as it is."""
        if not (run.path / "status.json").is_file():
            raise RunError(N_("something else of that name is in the folder of runs"))
        names, _ = run_files(run.path)
        other = sorted(set(names) ^ set(packed.files))
        other += [
            name
            for name in names
            if name in packed.files and _digest(run.path / name) != packed.files[name].sha256
        ]
        if other:
            raise RunError(
                N_(
                    "is here already, and differs in {files}. To have this one instead, delete "
                    "that one first"
                ).format(files=", ".join(other))
            )
        noted = arrival_of(self.runs_dir, run.id)
        if noted is None:
            return replace(
                entry,
                outcome="here",
                reason=N_("is here already"),
                row=read_row(run),
                photos=run.data_dir().is_dir(),
            )
        # The photos may have come since.
        noted = replace(noted, data=self.shelf.find(run.environment()))
        note_arrival(self.runs_dir, run.id, noted)
        here = N_("is here already, from {sender}").format(sender=noted.words)
        return replace(
            entry, outcome="here", reason=here, row=read_row(run), photos=bool(noted.data)
        )

    def _arrival(self, run: Run, packed: PackedRun) -> Arrival:
        sender = printable(packed.sender or self.arrival.sender)
        bearer = self.manifest.sender or ""
        return replace(
            self.arrival,
            sender=sender,
            bearer=printable(bearer) if bearer and printable(bearer) != sender else "",
            data=self.shelf.find(run.environment()),
        )


def _check_names(packed: PackedRun) -> None:
    """Raises RunError where the manifest tells of a file that no run has, or of too large a one."""
    for name, told in packed.files.items():
        if name not in LARGEST:
            raise RunError(f"{printable(name)}: {N_('no file of a run')}")
        if told.size > LARGEST[name]:
            raise RunError(f"{name}: {larger_than(LARGEST[name])}")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
