"""The errors a person can mend: each is one line that names the file, key or index."""

from __future__ import annotations

import errno

from core.base.language import mark

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What systems say most often, for `retell`: their own words stand in many lines.
SYSTEM = (
    mark("No such file or directory"),
    mark("Permission denied"),
    mark("Operation not permitted"),
    mark("Read-only file system"),
    mark("No space left on device"),
    mark("Disk quota exceeded"),
    mark("File too large"),
    mark("File exists"),
    mark("Is a directory"),
    mark("Not a directory"),
    mark("File name too long"),
    mark("Too many open files"),
    mark("Input/output error"),
    mark("Connection refused"),
    mark("Connection reset by peer"),
    mark("Broken pipe"),
    mark("Network is unreachable"),
    mark("No route to host"),
    mark("Name or service not known"),
    mark("Temporary failure in name resolution"),
    mark("[Errno {number}] {reason}"),
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


def os_error_line(error: OSError) -> str:
    """What the system would not do, in one line: the file, the reason, and what helps against a
    full disk."""
    reason = _reason(error)
    line = reason if error.filename is None else f"{error.filename}: {reason}"
    if error.errno in _NO_ROOM:
        return mark(
            "{line}; free some space, then try again (a run that stopped can be resumed)"
        ).format(line=line)
    return line


def damaged(place: object, reason: object) -> str:
    """One line: a file is not as it should be, for that reason (marked, or another program's)."""
    return mark("{path}: damaged ({reason})").format(path=place, reason=reason)


def not_written(place: object, error: OSError) -> str:
    """One line: a place cannot be written."""
    return mark("{path}: cannot be written ({reason})").format(path=place, reason=_reason(error))


def not_moved(place: object, error: OSError) -> str:
    """Likewise: moved."""
    return mark("{path}: cannot be moved ({reason})").format(path=place, reason=_reason(error))


def not_deleted(place: object, error: OSError) -> str:
    """Likewise: deleted."""
    return mark("{path}: cannot be deleted ({reason})").format(path=place, reason=_reason(error))


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
