"""Fetches the photos of small_books from where their author published them.

The project holds their labels, boxes and a manifest of git blob hashes; every photo is checked
against its hash, then kept as a copy of at most 1024 px (core.data.photo_copies).
"""

import csv
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.base import files
from core.base.download import DEFAULT_RETRY_POLICY, RetryPolicy, download
from core.base.errors import DataError, naming_os_errors
from core.base.language import N_
from core.data.archive import FileSource, open_file_source
from core.data.dataset import Dataset, read_dataset
from core.data.photo_copies import copy_photo
from core.data.photos import open_photo

DATASET_NAME = "small_books"
MANIFEST = "upstream_manifest.csv"
UPSTREAM = (
    "https://raw.githubusercontent.com/daisukelab/small_book_image_dataset/"
    "61350e5ecf6ee637ebbd1560172dee1c9c868316"
)
PREFIX = "dataset/"  # of the manifest's paths; the rest is the place in the data set
BUNDLED_FILES = ("labels.csv", "boxes.csv", MANIFEST, "LICENSE", "dataset.yaml")
# Hidden, so that nobody takes them for test sets: originals, and copies that are not all there yet.
ORIGINALS, COPIES = ".originals", ".copies"
MAX_ORIGINAL_BYTES = 50_000_000  # bytes of an original whose size the manifest does not tell


@dataclass(frozen=True)
class Original:
    """A photo as it was published. path: in the repository. size: in bytes, None if not told."""

    path: str
    blob: str
    size: int | None

    @property
    def relative_path(self) -> str:
        """Where its copy lies in the data set: labels.csv and boxes.csv name it by its file."""
        return self.path.removeprefix(PREFIX)

    def find_problem(self, data: bytes) -> str | None:
        """What is wrong with these bytes; None when they are the photo's."""
        if git_blob_sha1(data) == self.blob:
            return None
        if self.size is not None and len(data) != self.size:
            return N_("has {count} bytes instead of {size}").format(count=len(data), size=self.size)
        return N_("differs from the published file (git blob {blob})").format(
            blob=git_blob_sha1(data)[:12]
        )


@dataclass(frozen=True)
class DownloadProgress:
    """How far a fetch is. eta: seconds left; None while nobody can tell."""

    photos_done: int
    photos_total: int
    bytes_done: int
    bytes_total: int
    eta: float | None


# Puts an original at a path, whole and checked, or raises InputError; tells how many bytes it has.
_Getter = Callable[[Original, Path, Callable[[int], None]], None]


def fetch_small_books(
    bundled_dir: Path,
    target: Path,
    source: str = UPSTREAM,
    keep_originals: bool = False,
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
    on_progress: Callable[[DownloadProgress], None] = lambda progress: None,
) -> Dataset:
    """Makes `target` the whole data set: photos from `source`, the rest from the project's
    `bundled_dir`.

    source: a web address that the manifest's paths are put after, or a folder or zip file that
    holds the originals. Photos that are there and can be read stay; whatever stops it, the next
    call goes on. Raises InputError, one line: the first photo that cannot be had, and why."""
    originals = read_manifest(bundled_dir / MANIFEST)
    with naming_os_errors(target, DataError):
        target.mkdir(parents=True, exist_ok=True)
        with files.locked(target / ".lock"):
            for name in BUNDLED_FILES:
                if not (target / name).exists():
                    shutil.copyfile(bundled_dir / name, target / name)
            with _getter(source, retry_policy) as get:
                _fetch_all(originals, target, get, keep_originals, on_progress)
            _put_in_place(target)
            if not keep_originals:
                shutil.rmtree(target / ORIGINALS, ignore_errors=True)
    return read_dataset(target)


def read_manifest(path: Path) -> tuple[Original, ...]:
    """The photos that make up the set. Raises DataError."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return tuple(
                Original(row["path"], row["git_blob_sha1"], int(row["bytes"] or 0) or None)
                for row in csv.DictReader(file)
            )
    except (OSError, KeyError, ValueError) as error:
        raise DataError(
            N_("{path}: not a photo manifest ({error})").format(path=path, error=error)
        ) from None


def git_blob_sha1(data: bytes) -> str:
    """The name that git gives to a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


# --- photo by photo -------------------------------------------------------------------------------


def _fetch_all(
    originals: tuple[Original, ...],
    target: Path,
    get: _Getter,
    keep_originals: bool,
    on_progress: Callable[[DownloadProgress], None],
) -> None:
    known = [one.size for one in originals if one.size]
    usual = sum(known) // max(1, len(known))  # for the few whose size is not told
    of_size, done, fetched = sum(one.size or usual for one in originals), 0, 0
    began = time.monotonic()

    def tell(photos: int, size: int, got: int) -> None:
        """got: the bytes of the next photo, of `size`, that have come."""
        part = min(got, size)
        pace = (time.monotonic() - began) / (fetched + part) if fetched + part else None
        eta = None if pace is None else pace * (of_size - done - part)
        on_progress(DownloadProgress(photos, len(originals), done + part, of_size, eta))

    for number, original in enumerate(originals):
        size = original.size or usual
        if not _is_there(original, target, keep_originals):
            _fetch(original, target, get, keep_originals, partial(tell, number, size))
            fetched += size
        done += size
        tell(number + 1, 0, 0)


def _is_there(original: Original, target: Path, keep_originals: bool) -> bool:
    """Whether the copy is there and whole, and the original too if it is wanted."""
    if keep_originals and _original_problem(original, target / ORIGINALS / original.path):
        return False
    for folder in (target, target / COPIES):
        with suppress(DataError):
            open_photo(folder / original.relative_path, at_least=64)
            return True
    return False


def _fetch(
    original: Original,
    target: Path,
    get: _Getter,
    keep_original: bool,
    on_bytes: Callable[[int], None],
) -> None:
    path = target / ORIGINALS / original.path
    if _original_problem(original, path):
        part = path.with_name(f"{path.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        get(original, part, on_bytes)
        part.replace(path)
    try:
        jpeg = copy_photo(path).jpeg
    except DataError as error:
        raise DataError(f"{original.path}: {error}") from None
    copy = target / COPIES / original.relative_path
    copy.parent.mkdir(parents=True, exist_ok=True)
    files.write_bytes(copy, jpeg)
    if not keep_original:
        path.unlink()


def _original_problem(original: Original, path: Path) -> str | None:
    return original.find_problem(path.read_bytes()) if path.is_file() else N_("is missing")


def _put_in_place(target: Path) -> None:
    """Moves the copies to where they belong once all are there; train/ comes last, since a folder
    is a data set from then on."""
    copies = target / COPIES
    for folder in sorted(copies.glob("*"), key=lambda folder: folder.name == "train"):
        if not (target / folder.name).exists():
            folder.replace(target / folder.name)
            continue
        for copy in sorted(path for path in folder.rglob("*") if path.is_file()):
            place = target / copy.relative_to(copies)
            place.parent.mkdir(parents=True, exist_ok=True)
            copy.replace(place)
    shutil.rmtree(copies, ignore_errors=True)


# --- where from -----------------------------------------------------------------------------------


@contextmanager
def _getter(source: str, retry_policy: RetryPolicy) -> Iterator[_Getter]:
    if not source.startswith(("http://", "https://")):
        with open_file_source(Path(source)) as opened:
            yield partial(_read_from, source, opened)
        return

    def get(original: Original, path: Path, on_bytes: Callable[[int], None]) -> None:
        limit, url = original.size or MAX_ORIGINAL_BYTES, f"{source.rstrip('/')}/{original.path}"
        check = partial(_original_problem, original)
        download(url, path, limit, check, retry_policy, on_bytes)

    yield get


def _read_from(
    name: str, source: FileSource, original: Original, path: Path, on_bytes: Callable[[int], None]
) -> None:
    """From a folder or zip: the repository's, or its folder dataset/, wrapped in others or not."""
    wanted = original.relative_path
    file = next((file for file in source.files if f"/{file}".endswith(f"/{wanted}")), None)
    if file is None:
        raise DataError(N_("{source}: does not contain {file}").format(source=name, file=wanted))
    try:
        data = source.read(file)
    except DataError as error:
        raise DataError(f"{name}: {file}: {error}") from None
    if problem := original.find_problem(data):
        raise DataError(f"{name}: {file} {problem}")
    path.write_bytes(data)
    on_bytes(len(data))
