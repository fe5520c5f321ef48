"""A folder or a zip file that somebody made, read without trust: what is in it, and its bytes.

Nothing is ever unpacked to a name from the archive; members are read as bytes, within limits.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from core.base.errors import DataError
from core.base.language import N_

_JUNK = {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "@eadir"}
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What is still taken for a set of photos (or `what` is expected). `ratio` is unpacked to
    packed size, of files over 1 MB; photos are packed already, so honest ones stay near 1."""

    files: int = 20_000
    file_bytes: int = 200_000_000
    total_bytes: int = 8_000_000_000
    ratio: int = 200
    expected_content: str = N_("set of photos")


LIMITS = Limits()


@dataclass(frozen=True)
class RejectedFile:
    """Something that was left out: its name in the source, and why. what: the reason without what
    comes of it, for whoever takes all or nothing."""

    name: str
    reason: str
    short_reason: str = ""


class FileSource(Protocol):
    """files: the names of all files that may be read, as paths with `/`, in order. refused: links,
    devices and the like. Dot files and the litter of operating systems are in neither."""

    name: str
    files: tuple[str, ...]
    rejected: tuple[RejectedFile, ...]

    def read(self, file: str) -> bytes:
        """The bytes of a file. Raises DataError: why it cannot be read, without its name."""

    def __enter__(self) -> FileSource: ...

    def __exit__(self, *_: object) -> None: ...


def open_file_source(path: Path, limits: Limits = LIMITS) -> FileSource:
    """Opens a folder or a zip file; use it in a `with`.

    Raises DataError, one line, for what is neither, and for a zip that is encrypted, points outside
    of itself or would unpack to more than the limits.
    """
    path = Path(path)
    if path.is_dir():
        return _Folder(path, limits)
    if not path.is_file():
        raise DataError(
            N_("{path}: no such folder or zip file").format(
                path=path,
            )
        )
    return _Zip(path, limits)


class _Folder:
    def __init__(self, path: Path, limits: Limits) -> None:
        self.name = path.resolve().name
        self._root, self._limits = path, limits
        found: list[str] = []
        refused: list[RejectedFile] = []
        for name, mode in self._walk():
            if stat.S_ISREG(mode):
                found.append(name)
            else:
                refused.append(_special(name, mode))
            _check_count(path, len(found) + len(refused), limits)
        self.files, self.rejected = tuple(sorted(found)), tuple(refused)

    def _walk(self) -> Iterator[tuple[str, int]]:
        """Names below the folder with their modes; links are told, never followed."""

        def stop(error: OSError) -> None:
            raise DataError(f"{error.filename}: {error.strerror}")

        for here, folders, files in os.walk(self._root, onerror=stop):
            links = [name for name in folders if (Path(here) / name).is_symlink()]
            folders[:] = sorted(n for n in folders if n not in links and not is_junk((n,)))
            for name in sorted([*links, *files]):
                place = Path(here) / name
                if not is_junk((name,)):
                    yield place.relative_to(self._root).as_posix(), place.lstat().st_mode

    def read(self, file: str) -> bytes:
        try:
            with (self._root / file).open("rb") as opened:
                data = opened.read(self._limits.file_bytes + 1)
        except OSError as error:
            raise DataError(str(error.strerror or error)) from None
        _check_size(len(data), self._limits)
        return data

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class _Zip:
    def __init__(self, path: Path, limits: Limits) -> None:
        self.name = path.name
        self._limits, self._read_so_far = limits, 0
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise DataError(
                N_("{path}: not a zip file we can read ({error})").format(
                    path=path,
                    error=error,
                )
            ) from None
        try:
            self._members, self.rejected = self._read_members(path)
        except BaseException:
            self._zip.close()
            raise
        self.files = tuple(sorted(self._members))

    def _read_members(
        self, path: Path
    ) -> tuple[dict[str, zipfile.ZipInfo], tuple[RejectedFile, ...]]:
        """Members by name. Raises DataError when the whole archive cannot be trusted."""
        listed = self._zip.infolist()
        _check_count(path, len(listed), self._limits)
        _check_bomb(path, listed, self._limits)
        members: dict[str, zipfile.ZipInfo] = {}
        refused: list[RejectedFile] = []
        for member in listed:
            name = _member_name(member)
            parts = tuple(part for part in name.split("/") if part not in ("", "."))
            if ".." in parts or re.match(r"/|[A-Za-z]:", name):
                raise DataError(
                    N_(
                        "{path}: holds {name}, which points outside of the zip file; "
                        "nothing was taken from it"
                    ).format(
                        path=path,
                        name=printable(name),
                    )
                )
            if member.is_dir() or name.endswith("/") or not parts or is_junk(parts):
                continue
            clean, mode = "/".join(parts), member.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                refused.append(_special(clean, mode))
            elif clean in members:
                twice = N_("is in the zip file twice")
                refused.append(
                    RejectedFile(clean, N_("is in the zip file twice; the first is taken"), twice)
                )
            elif member.flag_bits & 0x1:
                raise DataError(
                    N_(
                        "{path}: is encrypted; unpack it with its password and import the folder"
                    ).format(
                        path=path,
                    )
                )
            else:
                members[clean] = member
        return members, tuple(refused)

    def read(self, file: str) -> bytes:
        member = self._members[file]
        _check_size(member.file_size, self._limits)
        data = bytearray()
        try:
            with self._zip.open(member) as opened:
                while chunk := opened.read(_CHUNK):
                    data += chunk
                    # What is declared need not be true: what comes out is counted too.
                    _check_size(len(data), self._limits)
                    self._read_so_far += len(chunk)
                    if self._read_so_far > self._limits.total_bytes:
                        raise DataError(N_("the zip file unpacks to more than is allowed"))
        except NotImplementedError:
            raise DataError(N_("packed by a method that Python cannot unpack")) from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as bad:
            raise DataError(
                N_("damaged in the zip file ({reason})").format(
                    reason=printable(str(bad)),
                )
            ) from None
        return bytes(data)

    def __enter__(self) -> FileSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()


def is_junk(parts: tuple[str, ...]) -> bool:
    """Whether a path is a dot file or an operating system's litter."""
    return any(part.startswith(".") or part.casefold() in _JUNK for part in parts)


def printable(text: str) -> str:
    """A stranger's text without what could play tricks on a terminal, cut to 200 characters."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return shown if len(shown) <= 200 else f"{shown[:197]}..."


def _member_name(member: zipfile.ZipInfo) -> str:
    """The name in Unicode, with `/`. Some packers write UTF-8 without saying so."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _check_count(path: Path, count: int, limits: Limits) -> None:
    if count > limits.files:
        raise DataError(
            N_("{path}: holds more than {files:,} files; that is no {what}").format(
                path=path, files=limits.files, what=limits.expected_content
            )
        )


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise DataError(file_too_large_text(limits.file_bytes))


def file_too_large_text(max_bytes: int) -> str:
    """What is wrong with a file of more bytes than that."""
    return N_("larger than {size:.0f} MB").format(size=max_bytes / 1e6)


def _check_bomb(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Refuses a zip file that claims to unpack to far more than it is."""
    total = sum(member.file_size for member in members)
    if total > limits.total_bytes:
        raise DataError(
            N_("{path}: unpacks to {size:.1f} GB; the limit is {limit:g} GB").format(
                path=path,
                size=total / 1e9,
                limit=limits.total_bytes / 1e9,
            )
        )
    for member in members:
        if member.file_size > max(1_000_000, limits.ratio * member.compress_size):
            raise DataError(
                N_(
                    "{path}: {file} unpacks to over {ratio} times its size; that is no {what}, so "
                    "nothing was taken"
                ).format(
                    path=path,
                    file=printable(member.filename),
                    ratio=limits.ratio,
                    what=limits.expected_content,
                )
            )
    # Members that share their bytes (Fifield 2019, "A better zip bomb").
    placed = sorted(members, key=lambda member: member.header_offset)
    for member, after in pairwise(placed):
        if member.header_offset + member.compress_size > after.header_offset:
            raise DataError(
                N_("{path}: its members overlap, as in a zip bomb; nothing was taken").format(
                    path=path,
                )
            )


def _special(name: str, mode: int) -> RejectedFile:
    if stat.S_ISLNK(mode):
        return RejectedFile(name, N_("a link; links are not followed"), N_("a link"))
    neither = N_("neither a file nor a folder")
    return RejectedFile(name, neither, neither)
