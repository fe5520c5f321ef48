"""Writes runs into one zip file, which is the same bit for bit whenever the same is packed at the
same moment: sorted names, one date for all."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.base import files
from core.base.errors import InputError, RunError, os_error_line
from core.base.language import N_
from core.data.archive import printable
from core.store.provenance import read_provenance
from core.store.run import Run, open_run
from core.store.status import Clock
from core.transfer.checks import check_run
from core.transfer.manifest import (
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_NAME_LENGTH,
    Manifest,
    PackedFile,
    PackedRun,
    check_id,
    is_checkpoint,
)

_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can hold
_MAX_RATIO = 100  # what packs better than this would look like a bomb


@dataclass(frozen=True)
class Packed:
    """The zip file, and what lay in the run folders and is no part of a run: not in it."""

    data: bytes
    runs: tuple[str, ...]
    left_out: tuple[str, ...]


def pack(
    runs_dir: Path, run_ids: Sequence[str], sender: str, clock: Clock, checkpoint: bool = False
) -> Packed:
    """The runs as a zip file. sender: who sends them; may be empty. checkpoint: with what lets a
    stopped run go on where it stopped; without it, it would begin again.

    Raises InputError, one line: a run that is not there, an example, one that has not ended or is
    damaged (what is packed here can be taken elsewhere)."""
    sender = clean_sender(sender)
    runs = [_packable(runs_dir, id_) for id_ in sorted(set(run_ids))]
    buffer, left_out = io.BytesIO(), []
    packed: dict[str, PackedRun] = {}
    with zipfile.ZipFile(buffer, "w") as archive:
        for run in runs:
            known, others = run_files(run.path, checkpoint)
            left_out += [f"{run.id}/{name}" for name in others]
            told: dict[str, PackedFile] = {}
            for name in known:
                data = _bytes(run, name)
                told[name] = PackedFile(size=len(data), sha256=hashlib.sha256(data).hexdigest())
                _write(archive, f"{run.id}/{name}", data)
            arrival = read_provenance(runs_dir, run.id)
            packed[run.id] = PackedRun(sender=arrival.sender if arrival else None, files=told)
        exported = clock().isoformat(timespec="seconds")
        manifest = Manifest(sender=sender or None, exported=exported, runs=packed)
        _write(archive, MANIFEST, manifest.text().encode("utf-8"))
    return Packed(buffer.getvalue(), tuple(packed), tuple(left_out))


def export_zip(
    runs_dir: Path,
    run_ids: Sequence[str],
    path: Path,
    sender: str,
    clock: Clock,
    checkpoint: bool = False,
) -> Packed:
    """`pack` into a file; one of that name is replaced. Raises InputError."""
    if path.suffix.lower() != ".zip":
        raise InputError(f"--zip {path}: must end in .zip")
    if not path.parent.is_dir():
        raise InputError(f"--zip {path}: there is no folder {path.parent}")
    packed = pack(runs_dir, run_ids, sender, clock, checkpoint)
    try:
        files.write_bytes(path, packed.data)
    except OSError as error:
        raise InputError(os_error_line(error)) from None
    return packed


def runs_bytes(runs_dir: Path, run_ids: Sequence[str], checkpoint: bool = False) -> int:
    """Bytes that the runs' files take, as `pack` takes them; of what is gone meanwhile, none."""
    total = 0
    for folder in (Path(runs_dir) / id_ for id_ in run_ids):
        with suppress(OSError):
            known, _ = run_files(folder, checkpoint)
            total += sum((folder / name).stat().st_size for name in known)
    return total


def clean_sender(name: str) -> str:
    """The name without spaces at its ends. Raises InputError where it cannot be one."""
    name = name.strip()
    if len(name) > MAX_NAME_LENGTH or name != printable(name):
        raise InputError(
            N_("--from: must be at most {most} characters on one line", most=MAX_NAME_LENGTH)
        )
    return name


def run_files(folder: Path, checkpoint: bool = True) -> tuple[list[str], list[str]]:
    """The files of a run folder by name, sorted: those of the format, with or without its
    checkpoint, and whatever else is there."""
    paths = (each for each in folder.rglob("*") if each.is_symlink() or not each.is_dir())
    found = sorted(path.relative_to(folder).as_posix() for path in paths)
    known = [name for name in found if name in MAX_FILE_BYTES]
    others = [name for name in found if name not in MAX_FILE_BYTES]
    return [name for name in known if checkpoint or not is_checkpoint(name)], others


def _packable(runs_dir: Path, run_id: str) -> Run:
    try:
        check_id(run_id)
    except RunError as error:
        raise RunError(f"{printable(run_id)}: {error}") from None
    run = open_run(runs_dir, run_id)
    check_run(run)
    return run


def _bytes(run: Run, name: str) -> bytes:
    """Raises RunError where it cannot be read or is larger than any that would be taken."""
    path, most = run.path / name, MAX_FILE_BYTES[name]
    try:
        if path.is_symlink():
            raise RunError(f"{path}: {N_('a link; only files can be transferred')}")
        data = path.read_bytes()
    except OSError as error:
        raise RunError(os_error_line(error)) from None
    if len(data) > most:
        told = N_("{path}: larger than the transfer limit of {size:.0f} MB")
        raise RunError(told.format(path=path, size=most / 1e6))
    return data


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Packed, but for what is packed already and what packs too well to be believed."""
    member = zipfile.ZipInfo(name, _DATE)
    member.create_system, member.external_attr = 3, 0o644 << 16  # the same on every machine
    plain = name.endswith((".npz", ".safetensors"))
    plain = plain or len(data) > _MAX_RATIO * len(zlib.compress(data))
    archive.writestr(member, data, zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED, 6)
