"""Downloads of large files that go on where they stopped."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from core.errors import InputError

Tell = Callable[[int, int | None], None]  # bytes so far; bytes in all, None where nobody says

_CHUNK = 1 << 18
_TIMEOUT = 30.0  # seconds without a single byte
_NOTHING_LEFT = 416  # the server's answer when all it has was asked for before


def download(url: str, part: Path, tell: Tell = lambda done, total: None) -> None:
    """Downloads a file to `part`, after what an earlier try has left there.

    Whether it is the right file is for the caller to check: between two tries the server's may have
    changed. Raises InputError, naming the address and what went wrong; what has come is kept.
    """
    if not url.startswith(("http://", "https://")):
        raise InputError(f"{url}: must begin with http:// or https://")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        file = part.open("ab")
    except OSError as error:
        raise InputError(f"{part}: cannot be written ({error.strerror})") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{part}: another process is downloading it") from None
        try:
            _go_on(url, file, tell)
        except HTTPError as error:
            raise InputError(f"{url}: the server says {error.code} {error.reason}") from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)  # of an URLError
            words = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            raise InputError(f"{url}: cannot be reached ({words})") from None
        finally:
            if file.tell() == 0:
                part.unlink(missing_ok=True)


def _go_on(url: str, file: IO[bytes], tell: Tell) -> None:
    done = file.tell()
    headers = {"User-Agent": "overfit-lens"} | ({"Range": f"bytes={done}-"} if done else {})
    try:
        answer = urlopen(Request(url, headers=headers), timeout=_TIMEOUT)
    except HTTPError as error:
        if done and error.code == _NOTHING_LEFT:
            return
        raise
    with answer:
        if done and _first_byte(answer) != done:  # a server that sends everything again
            file.truncate(0)
            done = 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else done + int(length)
        while chunk := answer.read(_CHUNK):
            _append(file, chunk)
            done += len(chunk)
            tell(done, total)
    os.fsync(file.fileno())
    if total is not None and done < total:
        raise InputError(
            f"{url}: the connection ended after {done / 1e6:.1f} of {total / 1e6:.1f} MB; "
            "the same command goes on from there"
        )


def _append(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
        file.flush()
    except OSError as error:
        raise InputError(f"{file.name}: cannot be written ({error.strerror})") from None


def _first_byte(answer: Any) -> int | None:
    """Where in the file the answer begins, if it is a part of it."""
    span = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range") or "")
    return int(span[1]) if answer.status == 206 and span else None
