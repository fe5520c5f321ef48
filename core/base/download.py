"""A file over HTTP, whatever the line and the server do: goes on where it stopped, tries again,
gives up in a known time.

The standard library is enough: one file at a time, no uploads, no cookies.
"""

import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.base.errors import InputError, naming_os_errors, one_line
from core.base.language import N_

_CHUNK = 1 << 16
# HTTP errors that may be gone in a moment.
_TRANSIENT_STATUSES = {408, 425, 429, 500, 502, 503, 504}
_TRANSIENT_ERRORS = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait. timeout: seconds without a byte (or with hardly any) before a try is given
    up. tries: how often in a row without getting further. pause: seconds before the second try,
    doubled for each one after, up to `longest`. wrong: so many whole, wrong files are no accident.
    """

    timeout: float = 30.0
    max_failures: int = 5
    first_delay: float = 1.0
    max_delay: float = 30.0
    max_wrong_files: int = 3


DEFAULT_RETRY_POLICY = RetryPolicy()


class _PermanentError(Exception):
    """A try that will not go better the next time."""


def download(
    url: str,
    part: Path,
    limit: int,
    check: Callable[[Path], str | None],
    retry_policy: RetryPolicy = DEFAULT_RETRY_POLICY,
    on_bytes: Callable[[int], None] = lambda size: None,
) -> None:
    """Fetches a file to `part`, going on with what is there already.

    check: what is wrong with the whole file, None when it is right; a wrong one is thrown away.
    limit: the most bytes that are taken. on_bytes: told how many are there. Raises InputError, one
    line, when it cannot be had; what has come stays in `part` for the next time."""
    shown = re.sub(r"//[^/@]*@", "//", url)  # without a name and password
    if not url.startswith(("http://", "https://")):
        raise InputError(f"{shown}: {N_('must begin with http:// or https://')}")
    furthest = _size(part)
    failures = wrong = 0
    while True:
        try:
            _download_once(url, part, limit, retry_policy, on_bytes)
            problem = check(part)
            if problem is None:
                return
            part.unlink(missing_ok=True)
            furthest, wrong = 0, wrong + 1
            if wrong == retry_policy.max_wrong_files:
                raise InputError(f"{shown}: {problem}")
        except _PermanentError as error:
            part.unlink(missing_ok=True)
            raise InputError(f"{shown}: {error}") from None
        except _TRANSIENT_ERRORS as error:
            problem = _error_text(error)
        got = _size(part)
        failures = 1 if got > furthest else failures + 1
        furthest = max(furthest, got)
        if failures >= retry_policy.max_failures:
            often = N_("{problem} (tried {count} times)", problem=problem, count=failures)
            raise InputError(f"{shown}: {often}")
        time.sleep(min(retry_policy.max_delay, retry_policy.first_delay * 2 ** (failures - 1)))


def _download_once(
    url: str, part: Path, limit: int, retry_policy: RetryPolicy, on_bytes: Callable[[int], None]
) -> None:
    """One try. Raises one of _TRANSIENT_ERRORS, or _PermanentError."""
    start = _size(part)
    request = urllib.request.Request(url, headers={"User-Agent": "overfit-lens"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        response = urllib.request.urlopen(request, timeout=retry_policy.timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # nothing beyond what is there: it is whole, or of another file
            return
        if error.code not in _TRANSIENT_STATUSES:
            raise _PermanentError(_error_text(error)) from None
        raise
    if not isinstance(response, http.client.HTTPResponse):  # urllib follows redirects to FTP too
        raise _PermanentError(N_("redirected to a non-web address"))
    with response:
        if "html" in response.headers.get_content_type():
            raise ValueError(N_("the server sent a web page instead of the file"))
        # A server may ignore Range and send everything, or from elsewhere.
        goes_on = response.status == 206 and _first_byte(response) == start
        if response.status == 206 and not goes_on:
            part.unlink(missing_ok=True)
            raise ValueError(N_("the server sent a different part of the file than requested"))
        _write(response, part, start if goes_on else 0, limit, retry_policy, on_bytes)


def _write(
    response: http.client.HTTPResponse,
    part: Path,
    start: int,
    limit: int,
    retry_policy: RetryPolicy,
    on_bytes: Callable[[int], None],
) -> None:
    promised = response.length
    size, since, before = start, time.monotonic(), start
    with part.open("ab" if start else "wb") as file:
        while chunk := response.read1(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise _PermanentError(
                    N_("the server sent more than this file's {limit} bytes", limit=limit)
                )
            with naming_os_errors(part, InputError):  # trying again does not help a full disk
                file.write(chunk)
                file.flush()
            on_bytes(size)
            # A server that drips never times out by itself.
            if time.monotonic() - since > retry_policy.timeout:
                if size - before < 1000 * retry_policy.timeout:
                    raise TimeoutError
                since, before = time.monotonic(), size
    if promised is not None and size - start < promised:
        raise ConnectionError(N_("the connection was lost"))


def _first_byte(response: http.client.HTTPResponse) -> int | None:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _error_text(error: Exception) -> str:
    """One line on what went wrong."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        if "redirect" in str(error.reason) and error.code < 400:
            return N_("too many redirects")
        return N_("HTTP error {code} ({reason})", code=error.code, reason=error.reason)
    if isinstance(reason, TimeoutError):
        return N_("the server did not respond or stopped sending")
    return one_line(reason) or type(reason).__name__
