"""The errors a person can mend: each is one line that names the file, key or index."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.base.language import N_

_DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What systems say most often, for `translate`: their own words stand in many lines.
OS_ERROR_TEXTS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Read-only file system"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("File too large"),
    N_("File exists"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File name too long"),
    N_("Too many open files"),
    N_("Input/output error"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Broken pipe"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
    N_("[Errno {number}] {reason}"),
)


class InputError(Exception):
    """Bad input from a person. The message is one line and says what to change."""

    @property
    def key(self) -> str:
        """What the line begins with: the dotted key of the recipe, where it is about one."""
        return str(self).partition(":")[0]


class RecipeError(InputError):
    """A recipe key is unknown or out of range."""


class DataError(InputError):
    """A data set's folder, photo, label or box cannot be used."""


class RunError(InputError):
    """A run folder is missing, damaged or in the wrong state for what was asked."""


def one_line(error: object, most: int = 300) -> str:
    """What an error of a library or another process says, as one line of so many characters."""
    return " ".join(str(error).split())[:most]


def os_error_line(error: OSError) -> str:
    """What the system would not do, in one line: the file, the reason, and what helps against a
    full disk."""
    reason = _reason(error)
    line = reason if error.filename is None else f"{error.filename}: {reason}"
    if error.errno in _DISK_FULL_ERRNOS:
        return N_(
            "{line}; free some space, then try again (a stopped run can be resumed)", line=line
        )
    return line


def damaged_text(place: object, reason: object) -> str:
    """One line: a file is not as it should be, for that reason (marked, or another program's)."""
    return N_("{path}: damaged ({reason})", path=place, reason=reason)


NOT_WRITTEN = N_("{path}: cannot be written ({reason})")
NOT_MOVED = N_("{path}: cannot be moved ({reason})")
NOT_DELETED = N_("{path}: cannot be deleted ({reason})")


def not_written_text(place: object, error: OSError, line: str = NOT_WRITTEN) -> str:
    """One line: a place cannot be written, or what `line` says."""
    return line.format(path=place, reason=_reason(error))


@contextmanager
def naming_os_errors(
    place: object, kind: type[InputError] = RunError, line: str = NOT_WRITTEN
) -> Iterator[None]:
    """Raises `kind`, one line, where the system will not have a place changed in the block."""
    try:
        yield
    except OSError as error:
        raise kind(not_written_text(place, error, line)) from None


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
