"""How long writers wait for their turn, told to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from time import perf_counter


class Where(StrEnum):
    """For whom a writer waits: others in its process, or those of other processes."""

    PROCESS = "process"
    DATABASE = "database"


_watchers: list[Callable[[str, float], None]] = []


def watch(told: Callable[[str, float], None]) -> None:
    """Have ``told(where, seconds)`` called after each wait."""
    if told not in _watchers:
        _watchers.append(told)


@contextmanager
def measured(where: Where) -> Iterator[None]:
    """Time what is in the block."""
    began = perf_counter()
    try:
        yield
    finally:
        for told in _watchers:
            told(where.value, perf_counter() - began)
