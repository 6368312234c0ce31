"""A full class that answers at once."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.bench_rows.row import Row


def run() -> Iterator[Row]:
    """Run ``scripts/answer_load.py``."""
    from scripts.answer_load import answer_load

    for what, found, target in answer_load().rows():
        yield Row(what, found, target=target)
