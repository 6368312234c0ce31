"""The line of column names of a table from elsewhere: so many at most, each once, shown in few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from engine.errors import TableError

MOST_COLUMNS: Final = 1_000
"""Every table that is known here has some tens; readers of tables slow down with the square of it."""
SHOWN_COLUMNS: Final = 20
SHOWN_CHARACTERS: Final = 40


def check(names: Sequence[str], *, file: str) -> None:
    """Refuse a header that no table of ours has.

    Raises
    ------
    TableError
        If there are too many columns, or two of one name.
    """
    if len(names) > MOST_COLUMNS:
        raise TableError(f"{file} has {len(names)} columns; a table here has at most {MOST_COLUMNS}.")
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice:
        raise TableError(f"{file} has the column {shown(twice[:1])!r} more than once; leave one.")


def shown(names: Iterable[str]) -> str:
    """Some names of columns, for a sentence."""
    every = list(names)
    parts = [name if len(name) <= SHOWN_CHARACTERS else name[:SHOWN_CHARACTERS] + "…" for name in every]
    return ", ".join(parts[:SHOWN_COLUMNS]) + (" …" if len(parts) > SHOWN_COLUMNS else "")
