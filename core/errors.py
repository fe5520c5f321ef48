"""The errors a person can mend: each is one line that names the file, key or index."""

from __future__ import annotations


class InputError(Exception):
    """Bad input from a person. The message is one line and says what to change."""


class RecipeError(InputError):
    """A recipe key is unknown, out of range or not available yet."""


class DataError(InputError):
    """A data set's folder, photo, label or box cannot be used."""


class RunError(InputError):
    """A run folder is missing, damaged or in the wrong state for what was asked."""
