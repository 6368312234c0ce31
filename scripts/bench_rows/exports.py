"""A hundred thousand answers leave, in the formats that have a target."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.bench_rows.row import Row


def run() -> Iterator[Row]:
    """Run ``scripts/export_load.py``."""
    from scripts.export_load import export_load

    for what, found, target in export_load():
        yield Row(what, found, target=target)
