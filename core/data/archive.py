"""A folder or a zip file that somebody made, read without trust: what is in it, and its bytes.

Nothing is ever unpacked to a name from the archive; members are read as bytes, within limits.
"""

import hashlib
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

from core.base.errors import DataError
from core.base.language import N_

_JUNK = {"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "@eadir", ".ds_store", ".git"}
_JUNK |= {".ipynb_checkpoints", ".earlier", ".labels.lock", ".gitignore", ".gitattributes"}
ENCODINGS = ("utf-8", "cp932", "cp437")  # of names in a zip file that does not tell, likely first
_CHUNK = 1 << 20
_HEAD = 64  # bytes that tell what a file is
_TAIL = 66_000  # bytes at a zip's end that tell of its list of members
_ENTRY = 400  # bytes of one of them, at most


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


class FileSource:
    """files: the names of all files that may be read, as paths with `/`, in order. rejected: links,
    devices and the like. hidden: dot files. The litter of operating systems is in none of them.
    notes: how names were read, and which links were followed. stamp: of a folder, changes with
    every file in it. encoding: of the names in a zip that does not tell it, "" where
    all are plain."""

    name: str
    files: tuple[str, ...]
    rejected: tuple[RejectedFile, ...]
    hidden: tuple[str, ...]
    notes: tuple[str, ...]
    stamp: str
    encoding: str

    def head(self, file: str) -> bytes:
        """Its first bytes, at most 64; empty where it cannot be read."""
        raise NotImplementedError

    def chunks(self, file: str) -> Iterator[bytes]:
        """The bytes of a file, a megabyte at a time. Raises DataError: why it cannot be read,
        without its name."""
        raise NotImplementedError

    def read(self, file: str) -> bytes:
        """The bytes of a file. Raises DataError, likewise."""
        return b"".join(self.chunks(file))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def open_file_source(
    path: Path, limits: Limits = LIMITS, follow_links: bool = False, encoding: str | None = None
) -> FileSource:
    """Opens a folder or a zip file; use it in a `with`. follow_links: those of a folder that is
    one's own; a zip's never are. encoding: of names in a zip that does not tell it.

    Raises DataError, one line, for what is neither, and for a zip that is encrypted, points outside
    of itself or would unpack to more than the limits."""
    path = Path(path)
    if path.is_dir():
        return _Folder(path, limits, follow_links)
    if not path.is_file():
        raise DataError(N_("{path}: no such folder or zip file", path=path))
    return _Zip(path, limits, encoding)


class _Folder(FileSource):
    def __init__(self, path: Path, limits: Limits, follow_links: bool) -> None:
        self.name = path.resolve().name
        self._root, self._limits, self._follow = path, limits, follow_links
        self._links = 0
        found: list[str] = []
        hidden: list[str] = []
        refused: list[RejectedFile] = []
        stamp = hashlib.sha256()
        for place, facts in self._walk():
            name = place.relative_to(path).as_posix()
            mode = facts.st_mode
            if is_hidden(name):
                hidden.append(name)
                continue
            stamp.update(
                repr((name, mode, facts.st_ino, facts.st_size, facts.st_mtime_ns)).encode()
            )
            if stat.S_ISREG(mode):
                found.append(name)
            else:
                refused.append(_special(name, mode, follow_links))
            _check_count(path, len(found) + len(refused), limits)
        self.files, self.rejected, self.hidden = tuple(sorted(found)), tuple(refused), tuple(hidden)
        self.stamp, self.encoding = stamp.hexdigest(), ""
        told = N_("followed {count} links to files and folders elsewhere")
        notes = [told.format(count=self._links)] if self._links else []
        self.notes = tuple(notes)

    def _walk(self) -> Iterator[tuple[Path, os.stat_result]]:
        """The files below the folder, but those that go meanwhile (a photo being added has another
        name first). Links are followed only where that is asked for; a folder that holds itself is
        not entered twice."""
        waiting: list[tuple[Path, tuple[Path, ...]]] = [(self._root, (self._root.resolve(),))]
        while waiting:
            folder, parents = waiting.pop()
            try:
                places = sorted(folder.iterdir())
            except OSError as error:
                if isinstance(error, FileNotFoundError) and folder != self._root:
                    continue
                raise DataError(f"{error.filename}: {error.strerror}") from None
            for place in places:
                if is_junk((place.name,)):
                    continue
                try:
                    facts = place.lstat()
                except FileNotFoundError:
                    continue
                if stat.S_ISLNK(facts.st_mode) and self._follow:
                    with suppress(OSError):
                        facts = place.stat()
                        self._links += 1
                if stat.S_ISDIR(facts.st_mode) and place.resolve() not in parents:
                    waiting.append((place, (*parents, place.resolve())))
                else:
                    yield place, facts

    def head(self, file: str) -> bytes:
        with suppress(OSError), (self._root / file).open("rb") as opened:
            return opened.read(_HEAD)
        return b""

    def chunks(self, file: str) -> Iterator[bytes]:
        size = 0
        try:
            with (self._root / file).open("rb") as opened:
                while chunk := opened.read(_CHUNK):
                    size += len(chunk)
                    _check_size(size, self._limits)
                    yield chunk
        except OSError as error:
            raise DataError(str(error.strerror or error)) from None


class _Zip(FileSource):
    def __init__(self, path: Path, limits: Limits, encoding: str | None) -> None:
        self.name = path.name
        self._limits, self._read_so_far = limits, 0
        self.stamp = self.encoding = ""
        self.hidden = self.notes = ()
        try:
            _check_directory(path, limits)
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise DataError(
                N_("{path}: not a readable zip file ({error})", path=path, error=error)
            ) from None
        try:
            self._members, self.rejected = self._read_members(path, encoding)
        except BaseException:
            self._zip.close()
            raise
        self.files = tuple(sorted(self._members))

    def _read_members(
        self, path: Path, encoding: str | None
    ) -> tuple[dict[str, zipfile.ZipInfo], tuple[RejectedFile, ...]]:
        """Members by name. Raises DataError when the whole archive cannot be trusted."""
        listed = self._zip.infolist()
        _check_count(path, len(listed), self._limits)
        _check_bomb(path, listed, self._limits)
        members: dict[str, zipfile.ZipInfo] = {}
        refused: list[RejectedFile] = []
        raw = [_raw_name(member) for member in listed]
        used = encoding or likeliest_encoding([name for name in raw if name is not None])
        if any(name is not None and not name.isascii() for name in raw):
            told = N_("names in the zip file were read as {encoding}")
            self.notes, self.encoding = (told.format(encoding=used.upper()),), used
        for member, packed in zip(listed, raw, strict=True):
            name = _member_name(member, packed, used)
            parts = tuple(part for part in name.split("/") if part not in ("", "."))
            if ".." in parts or re.match(r"/|[A-Za-z]:", name):
                told = N_(
                    "{path}: contains {name}, which points outside the zip file; nothing "
                    "was imported"
                )
                raise DataError(told.format(path=path, name=printable(name)))
            if member.is_dir() or name.endswith("/") or not parts or is_junk(parts):
                continue
            clean, mode = "/".join(parts), member.external_attr >> 16
            if is_hidden(clean):
                self.hidden = (*self.hidden, clean)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                refused.append(_special(clean, mode))
            elif clean in members:
                twice = N_("appears twice in the zip file")
                refused.append(
                    RejectedFile(
                        clean, N_("appears twice in the zip file; the first one is used"), twice
                    )
                )
            elif member.flag_bits & 0x1:
                told = N_("{path}: encrypted; unpack it with its password, then import the folder")
                raise DataError(told.format(path=path))
            else:
                members[clean] = member
        return members, tuple(refused)

    def head(self, file: str) -> bytes:
        # Whatever is wrong with it is told when it is read.
        with suppress(Exception), self._zip.open(self._members[file]) as opened:
            return opened.read(_HEAD)
        return b""

    def chunks(self, file: str) -> Iterator[bytes]:
        member, size = self._members[file], 0
        _check_size(member.file_size, self._limits)
        try:
            with self._zip.open(member) as opened:
                while chunk := opened.read(_CHUNK):
                    # What is declared need not be true: what comes out is counted too.
                    size += len(chunk)
                    _check_size(size, self._limits)
                    self._read_so_far += len(chunk)
                    if self._read_so_far > self._limits.total_bytes:
                        raise DataError(N_("the unpacked zip file exceeds the size limit"))
                    yield chunk
        except NotImplementedError:
            raise DataError(N_("compressed with a method that Python cannot unpack")) from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as bad:
            raise DataError(
                N_("damaged in the zip file ({reason})", reason=printable(str(bad)))
            ) from None

    def __exit__(self, *_: object) -> None:
        self._zip.close()


def is_junk(parts: tuple[str, ...]) -> bool:
    """Whether a path is litter of an operating system or a program, which needs no word."""
    return any(part.startswith("._") or part.casefold() in _JUNK for part in parts)


def is_hidden(name: str) -> bool:
    """Whether a path is a dot file, or lies in such a folder."""
    return any(part.startswith(".") for part in name.split("/"))


def printable(text: str) -> str:
    """A stranger's text without what could play tricks on a terminal, cut to 200 characters."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return shown if len(shown) <= 200 else f"{shown[:197]}..."


def _raw_name(member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name that does not tell its encoding; None of one that is flagged UTF-8."""
    if member.flag_bits & 0x800:
        return None
    return member.orig_filename.encode("cp437", "replace")


def _member_name(member: zipfile.ZipInfo, raw: bytes | None, encoding: str) -> str:
    """The name in Unicode, with `/`. It is decoded before that: in CP932 a letter may hold the byte
    of a backslash."""
    name = member.filename
    if raw is not None:
        name = raw.decode(encoding, "replace").partition("\0")[0]
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def likeliest_encoding(names: Sequence[bytes]) -> str:
    """The one of ENCODINGS in which names make the most plausible text. UTF-8 fits other text only
    by accident; of the others, letters of one script side by side count for, signs against."""
    texts = [name for name in names if not name.isascii()]
    scores: dict[str, float] = {}
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError):
            scores[encoding] = _plausibility(" ".join(name.decode(encoding) for name in texts))
    return ENCODINGS[0] if ENCODINGS[0] in scores else max(scores, key=scores.__getitem__)


def _plausibility(text: str) -> float:
    """From -1 to 1, over the letters beyond ASCII."""
    found = []
    for before, char, after in zip(f" {text}", text, f"{text[1:]} "):
        if char.isascii():
            continue
        name = unicodedata.name(char, "")
        latin = "LATIN" in name or "GREEK" in name
        beside_ascii = any(other.isascii() and other.isalpha() for other in (before, after))
        if not (char.isalpha() or unicodedata.category(char) in ("Mn", "Lm", "Nd")):
            found.append(0.0 if "IDEOGRAPHIC" in name or "KATAKANA" in name else -1.0)
        elif "HALFWIDTH" in name or "FULLWIDTH" in name:
            found.append(-0.5)
        else:
            found.append(1.0 if latin == beside_ascii else -0.25)
    return sum(found) / max(1, len(found))


def _check_directory(path: Path, limits: Limits) -> None:
    """Refuses a list of members that is longer than so many files need, before it is read: each of
    its entries takes ten times as much memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    bare = tail[-22:-18] == b"PK\5\6" and tail[-2:] == b"\0\0"  # as zipfile looks for it
    end = len(tail) - 22 if bare else tail.rfind(b"PK\5\6")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if end >= 76 and tail[end - 76 : end - 72] == b"PK\6\6":  # ZIP64, which may count instead
        longer = int.from_bytes(tail[end - 36 : end - 28], "little")
        size = longer if size == 0xFFFFFFFF else max(size, longer)
    if size > _ENTRY * limits.files:
        _check_count(path, limits.files + 1, limits)


def _check_count(path: Path, count: int, limits: Limits) -> None:
    if count > limits.files:
        told = N_("{path}: contains more than {files:,} files; not a {what}")
        raise DataError(told.format(path=path, files=limits.files, what=limits.expected_content))


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
        told = N_("{path}: unpacks to {size:.1f} GB; the limit is {limit:g} GB")
        raise DataError(told.format(path=path, size=total / 1e9, limit=limits.total_bytes / 1e9))
    for member in members:
        if member.file_size > max(1_000_000, limits.ratio * member.compress_size):
            raise DataError(
                N_(
                    "{path}: {file} unpacks to more than {ratio} times its size; not a "
                    "{what}, so nothing was imported",
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
                N_("{path}: its files overlap, as in a zip bomb; nothing was imported", path=path)
            )


def _special(name: str, mode: int, followed: bool = False) -> RejectedFile:
    if stat.S_ISLNK(mode) and followed:
        gone = N_("a broken link: remove or fix it")
        return RejectedFile(name, gone, gone)
    if stat.S_ISLNK(mode):
        return RejectedFile(name, N_("a link (links are not followed)"), N_("a link"))
    neither = N_("neither a file nor a folder")
    return RejectedFile(name, neither, neither)
