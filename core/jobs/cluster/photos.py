"""A data set on its way to nodes: one archive, known by its fingerprint, that a node keeps."""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from core.base import files
from core.base.errors import DataError
from core.base.language import N_
from core.data.fingerprints import file_digest

PHOTOS_FOLDER = ".photos"  # in a node's folder
MAX_KEPT = 10  # data sets that a node keeps


def photos_fingerprint(root: Path) -> str:
    """SHA-256 of every file of a data set and its name. Raises DataError."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode() + file_digest(path))
    return digest.hexdigest()[:32]


def pack_photos(root: Path) -> bytes:
    """The data set as a tar file; photos are compressed already."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", dereference=True) as archive:
        for path in _files(root):
            archive.add(path, path.relative_to(root).as_posix(), recursive=False)
    return buffer.getvalue()


def place_photos(node_root: Path, name: str, fingerprint: str, fetch: Callable[[], bytes]) -> Path:
    """The data set on this node, fetched where it is not there yet, checked by its fingerprint.
    name: its folder's, which some pages show. Raises DataError where it is not what was sent."""
    folder = node_root / PHOTOS_FOLDER / fingerprint
    place = folder / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(folder.with_suffix(".lock")):
        if not place.is_dir():
            beside = folder.with_name(f".{fingerprint}{files.TEMP_SUFFIX}")
            shutil.rmtree(beside, ignore_errors=True)  # of a process that was killed
            with files.staging(beside) as stage:
                with tarfile.open(fileobj=io.BytesIO(fetch())) as archive:
                    archive.extractall(stage / name, filter="data")
                if photos_fingerprint(stage / name) != fingerprint:
                    raise DataError(N_("the photos differ from those that were sent"))
                folder.mkdir(exist_ok=True)
                (stage / name).rename(place)
    os.utime(folder)
    kept = sorted(
        (path for path in folder.parent.glob("[!.]*") if path.is_dir()),
        key=lambda path: path.stat().st_mtime,
    )
    for old in kept[:-MAX_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return place


def _files(root: Path) -> list[Path]:
    """Without hidden files; what a link points to goes as a file."""
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts)
    )
