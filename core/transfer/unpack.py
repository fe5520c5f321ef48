"""Takes runs out of zip files that somebody sent: each is checked as a whole, then appears at once.

A run lands only if its files are those that its manifest tells, byte for byte, and each is as the
format has it. Nothing in a zip file is executed, and no name in it decides where anything is
written.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from core.base import files
from core.base.errors import DataError, InputError, RunError, os_error_line
from core.base.language import N_
from core.data.archive import FileSource, Limits, file_too_large_text, open_file_source, printable
from core.data.dataset import find_datasets, read_dataset
from core.data.fingerprints import FileDigests, file_digest, fingerprint_history, photos_by_split
from core.store import visitors
from core.store.index import RunRow, read_row
from core.store.leftovers import IMPORT_LOCK, IMPORT_STAGE
from core.store.provenance import Provenance, read_provenance, write_provenance
from core.store.run import Run
from core.store.status import Clock
from core.transfer.checks import check_run
from core.transfer.confirm import unconfirmed_text
from core.transfer.manifest import (
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_MANIFEST_BYTES,
    RUN_LIMITS,
    Manifest,
    PackedFile,
    PackedRun,
    check_id,
    is_checkpoint,
    read_manifest,
)
from core.transfer.pack import run_files

STAGING_FOLDER, _LOCK = IMPORT_STAGE, IMPORT_LOCK  # in the runs folder: what is being checked
Outcome = Literal["taken", "here", "refused"]


@dataclass(frozen=True)
class ImportRequest:
    """A zip file (or a folder that one was unpacked to), and what it is called."""

    path: Path
    name: str


@dataclass(frozen=True)
class ImportResult:
    """What became of a run of a zip file: taken, here already, or refused, for that reason. run is
    empty where the zip file was refused as a whole; row is None of what was refused. photos:
    whether the run's photos are here."""

    file: str
    sender: str
    run: str
    outcome: Outcome
    reason: str = ""
    row: RunRow | None = None
    photos_found: bool = False


def import_runs(
    requests: Sequence[ImportRequest],
    runs_dir: Path,
    datasets: Path,
    clock: Clock,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    limits: Limits = RUN_LIMITS,
) -> list[ImportResult]:
    """Takes what can be taken, in the order of the parcels; an entry for every run, and for every
    zip file that was refused whole.

    Raises DemoError for a visitor of the demo; RunError, one line, where the folder of runs
    cannot be written or the disk is full: what was taken before stays."""
    visitors.refuse_visitor(runs_dir, "import")
    entries: list[ImportResult] = []
    matcher = _DatasetMatcher(datasets)
    with _staging_folder(Path(runs_dir)) as stage:
        for number, parcel in enumerate(requests, start=1):
            entries += _import_zip(parcel, Path(runs_dir), stage, matcher, clock, limits)
            on_progress(number, len(requests))
    return entries


@contextmanager
def _staging_folder(runs_dir: Path) -> Iterator[Path]:
    """A folder for what is being checked; one import at a time, so that what another one left,
    which was killed, can go."""
    stage = runs_dir / STAGING_FOLDER
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


def _import_zip(
    request: ImportRequest,
    runs_dir: Path,
    staging: Path,
    matcher: "_DatasetMatcher",
    clock: Clock,
    limits: Limits,
) -> list[ImportResult]:
    sender = printable(request.name.removesuffix(".zip"))
    try:
        with open_file_source(request.path, limits) as source:
            prefix, manifest = _find_manifest(source)
            sender = printable(manifest.sender or sender)
            arrival = Provenance(
                sender, printable(request.name), clock().isoformat(timespec="seconds")
            )
            importer = _RunImporter(source, prefix, runs_dir, staging, matcher, arrival, manifest)
            return [importer.import_run(run_id) for run_id in sorted(manifest.runs)]
    except InputError as error:
        reason = _without_paths(str(error), request.path, request.path.name)
        return [ImportResult(request.name, sender, "", "refused", reason)]


def _find_manifest(source: FileSource) -> tuple[str, Manifest]:
    """What the zip file says it holds, and the folder inside it that holds that: somebody may have
    packed it again. Raises RunError where it holds anything else."""
    for refused in source.rejected:
        raise RunError(f"{printable(refused.name)}: {refused.short_reason}")
    found = [name for name in source.files if name.rpartition("/")[2] == MANIFEST]
    if not found:
        raise RunError(
            N_("contains no {file}: not a zip file created by `export --zip`").format(file=MANIFEST)
        )
    if len(found) > 1:
        raise RunError(N_("contains {file} more than once").format(file=MANIFEST))
    prefix = found[0].removesuffix(MANIFEST)
    manifest = read_manifest(_read_manifest(source, found[0]))
    told = {f"{prefix}{id_}/{name}" for id_, run in manifest.runs.items() for name in run.files}
    for name in source.files:
        if name not in told and name != found[0]:
            problem = N_("contains {file}, which its {manifest} does not list")
            raise RunError(problem.format(file=printable(name), manifest=MANIFEST))
    return prefix, manifest


def _read_manifest(source: FileSource, name: str) -> bytes:
    data = b""
    for chunk in _chunks(source, name):
        data += chunk
        if len(data) > MAX_MANIFEST_BYTES:
            raise RunError(f"{MANIFEST}: {file_too_large_text(MAX_MANIFEST_BYTES)}")
    return data


def _chunks(source: FileSource, name: str) -> Iterator[bytes]:
    try:
        yield from source.chunks(name)
    except DataError as error:
        raise RunError(f"{printable(name)}: {error}") from None


def _without_paths(line: str, place: Path, name: str) -> str:
    """An error without the folders that it was read from."""
    return line.removeprefix(f"{place}: ").replace(f"{place}/", "").replace(str(place), name)


class _DatasetMatcher:
    """Which data set here holds the photos that a run saw. Each is read once, when it is first
    asked about."""

    def __init__(self, datasets: Path) -> None:
        self._datasets = Path(datasets)
        self._fingerprints = cache(_read_fingerprints)

    def find(self, environment: Mapping[str, Any]) -> str:
        """The folder of a data set with the training photos and every test set of the run whose
        environment.json that is (further ones do no harm, labels may differ); empty where there is
        none, or where the run has read no photo.

        The folder that the run names is asked first: it may be back on the machine it came from."""
        data = environment["data"]
        if not data.get("fingerprints"):
            return ""
        wanted, named = photos_by_split(data["fingerprints"]), Path(str(data["path"]))
        places = [place.resolve() for place in find_datasets(self._datasets)]
        places.sort(key=lambda place: place.name != named.name)  # the likeliest first
        for place in [named, *places] if named.is_absolute() else places:
            have = self._fingerprints(place)
            if all(print_ in have.get(split, ()) for split, print_ in wanted.items()):
                return str(place)
        return ""


def _read_fingerprints(root: Path) -> dict[str, list[str]]:
    try:
        digest = cache(FileDigests(lambda: None).digest)
        return fingerprint_history(read_dataset(root), digest)
    except InputError:
        return {}


@dataclass(frozen=True)
class _RunImporter:
    """Takes the runs of one zip file. provenance: what is noted of them."""

    source: FileSource
    prefix: str
    runs_dir: Path
    staging: Path
    matcher: _DatasetMatcher
    provenance: Provenance
    manifest: Manifest

    def import_run(self, run_id: str) -> ImportResult:
        """One run; why not, where it is refused."""
        packed, staged = self.manifest.runs[run_id], self.staging / "run"
        entry = ImportResult(
            self.provenance.file, self.provenance.sender, printable(run_id), "refused"
        )
        try:
            check_id(run_id)
            _check_names(packed)
            there, staged = self.runs_dir / run_id, self.staging / run_id
            if there.exists():
                return self._compare_existing(Run(there), packed, entry)
            _write_files(self.source, self.prefix, staged, packed)
            check_run(Run(staged))
            return self._install(Run(staged), packed, entry)
        except InputError as error:
            reason = _without_paths(str(error), staged, run_id)
            return replace(entry, reason=reason.removeprefix(f"{run_id}: "))
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _install(self, run: Run, packed: PackedRun, entry: ImportResult) -> ImportResult:
        arrival = self._run_provenance(run, packed)
        write_provenance(self.runs_dir, run.id, arrival)
        landed = Run(run.path.rename(self.runs_dir / run.id))
        row = read_row(landed)
        begun = row.status.state != "done" and row.status.epoch
        again = N_("imported without a checkpoint; resuming starts the run from the beginning")
        why = again if begun and not any(map(is_checkpoint, packed.files)) else ""
        return replace(entry, outcome="taken", reason=why, row=row, photos_found=bool(arrival.data))

    def _compare_existing(self, run: Run, packed: PackedRun, entry: ImportResult) -> ImportResult:
        """A run that is here already, the same or another; it stays as it is."""
        if not (run.path / "status.json").is_file():
            raise RunError(N_("the runs folder contains something else with that name"))
        names, _ = run_files(run.path, checkpoint=any(map(is_checkpoint, packed.files)))
        other = sorted(set(names) ^ set(packed.files))
        other += [
            name
            for name in names
            if name in packed.files
            and file_digest(run.path / name).hex() != packed.files[name].sha256
        ]
        if other:
            told = N_(
                "already here, but {files} differ. To replace it with this one, delete the "
                "existing run first"
            )
            raise RunError(told.format(files=", ".join(other)))
        here = N_("already here")
        if noted := read_provenance(self.runs_dir, run.id):
            # The photos may have come since.
            noted = replace(noted, data=self.matcher.find(run.environment()))
            write_provenance(self.runs_dir, run.id, noted)
            here = N_("already here, from {sender}").format(sender=noted.sender_text)
        photos = bool(noted.data) if noted else run.data_dir().is_dir()
        return replace(entry, outcome="here", reason=here, row=read_row(run), photos_found=photos)

    def _run_provenance(self, run: Run, packed: PackedRun) -> Provenance:
        sender = printable(packed.sender or self.provenance.sender)
        bearer = self.manifest.sender or ""
        return replace(
            self.provenance,
            sender=sender,
            bearer=printable(bearer) if bearer and printable(bearer) != sender else "",
            data=self.matcher.find(run.environment()),
            unconfirmed=unconfirmed_text(run),
        )


def unpack_checked(path: Path, run_id: str, staging: Path) -> Run:
    """The one run of a zip file that a cluster's node packed, checked as any, in a folder of the
    staging folder. Raises RunError, or OSError."""
    with open_file_source(path, RUN_LIMITS) as source:
        prefix, manifest = _find_manifest(source)
        if list(manifest.runs) != [run_id]:
            raise RunError(N_("contains a run other than {run}").format(run=run_id))
        packed = manifest.runs[run_id]
        _check_names(packed)
        _write_files(source, prefix, staging / run_id, packed)
    check_run(Run(staging / run_id))
    return Run(staging / run_id)


def _write_files(source: FileSource, prefix: str, staged: Path, packed: PackedRun) -> None:
    """Writes the files, each checked against what was packed. Raises RunError, or OSError."""
    staged.mkdir()
    for name, told in sorted(packed.files.items()):
        member = f"{prefix}{staged.name}/{name}"
        if member not in source.files:
            raise RunError(f"{name}: {N_('missing from the zip file')}")
        place = staged / name
        place.parent.mkdir(exist_ok=True)
        files.overwrite(place, _verified(_chunks(source, member), name, told))


def _check_names(packed: PackedRun) -> None:
    """Raises RunError where the manifest tells of a file that no run has, or of too large a one."""
    for name, told in packed.files.items():
        if name not in MAX_FILE_BYTES:
            raise RunError(f"{printable(name)}: {N_('not a run file')}")
        if told.size > MAX_FILE_BYTES[name]:
            raise RunError(f"{name}: {file_too_large_text(MAX_FILE_BYTES[name])}")


def _verified(chunks: Iterator[bytes], name: str, told: PackedFile) -> Iterator[bytes]:
    """The same chunks. Raises RunError where they are, or become, other than what was packed."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        if size > told.size:
            break
        yield chunk
    if size != told.size or digest.hexdigest() != told.sha256:
        raise RunError(f"{name}: {N_('differs from the exported file (SHA-256 mismatch)')}")
