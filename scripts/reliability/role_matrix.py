"""Every service and route that pages use, by everybody: those who may, may, and nobody else."""

from __future__ import annotations

from typing import Final

from scripts.reliability.row import Row
from scripts.reliability.tested import is_whole, tested
from scripts.role_table import cells

FILES: Final = ("tests/dashboard/test_role_matrix.py", "tests/dashboard/test_route_matrix.py")


def run() -> Row:
    """Ask each of them as each party."""
    found = tested(*FILES)
    bad = found["failed"] + found["error"]
    return Row(
        "every service function and route × every role and a stranger",
        "the matrix is written down and tested cell by cell",
        f"{cells()} cells, {bad} rows wrong",
        met=is_whole(found),
        detail="The matrix is docs/roles.md; a service that a page begins to use, or a new route, fails "
        "until it has a row. What is allowed is undone before it is stored.",
    )
