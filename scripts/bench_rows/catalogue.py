"""The parts of the bench, in the order of the table; each is a module beside this one with ``run()``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Final

from scripts.bench_rows.row import Row

PARTS: Final = {
    "clip": "one clip",
    "systems": "all four systems on one clip",
    "composition": "the plain composition of the same libraries",
    "batch": "fifty clips, two processes",
    "ray": "the same on a Ray cluster of this machine",
    "growth": "how one clip's cost grows",
    "large": "a hundred thousand clips, a million ratings",
    "large_postgres": "the same project in PostgreSQL",
    "queue": "fifty raters ask for their next clip at once",
    "pages": "the next clip after an answer, in a browser",
    "agreement": "agreement over a million ratings",
    "start": "from nothing to the first page and to the first analysis",
    "memory": "twenty raters on large clips",
    "answers": "a class that answers at once",
    "exports": "a hundred thousand answers leave",
}
"""What each measures, by the name of its module."""


def is_there(part: str) -> bool:
    """Whether the module of a part has been written."""
    return find_spec(f"{__package__}.{part}") is not None


def measure_of(part: str) -> Callable[[], Iterator[Row]]:
    """What measures a part; it gives each row as soon as it has it."""
    measure: Callable[[], Iterator[Row]] = importlib.import_module(f"{__package__}.{part}").run
    return measure
