"""The rows there are, in the order of the table; each is a module beside this one with ``run() -> Row``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

from scripts.reliability.row import Row

ROWS: Final = (
    "kill",
    "power_loss",
    "read_then_write",
    "disk_full",
    "fuzzed_media",
    "hostile_tables",
    "role_matrix",
    "web_attacks",
    "sockets",
    "postgresql",
    "backup",
    "upgrade",
)
"""Names of modules; what is not written yet is said in the table."""


def is_there(name: str) -> bool:
    """Whether the module of a row has been written."""
    return find_spec(f"{__package__}.{name}") is not None


def measure_of(name: str) -> Callable[[], Row]:
    """What measures a row."""
    measure: Callable[[], Row] = importlib.import_module(f"{__package__}.{name}").run
    return measure
