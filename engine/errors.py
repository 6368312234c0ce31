"""The one root error of Dailies and its few children.

Every message is a sentence for the person in front of the screen: what was given, what was
expected, what to do next. The command line prints it and exits with status 2; pages show it.
"""

from __future__ import annotations

from collections.abc import Mapping


class DailiesError(Exception):
    """Root of every error a person can mend; anything else that escapes is a bug.

    Attributes
    ----------
    wording : tuple of (str, Mapping) or None
        The key and the values of a message that says the same in the languages of the pages.
    """

    wording: tuple[str, Mapping[str, object]] | None = None


class UnknownNameError(DailiesError, ValueError):
    """A name (emotion, verdict, system, column, project) that nothing here goes by."""


class MediaError(DailiesError):
    """A file that cannot be used as a clip."""


class TableError(DailiesError, ValueError):
    """A CSV, JSON or other table whose columns or values cannot be used."""


class WeightsError(DailiesError):
    """A weight file that is missing, damaged or not the one the manifest names."""


class PolicyError(DailiesError, ValueError):
    """A threshold policy that cannot be read, fitted or applied."""
