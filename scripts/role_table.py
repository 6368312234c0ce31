"""Write the matrix of who may do what, as it is tested: ``python -m scripts.role_table``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.dashboard.role_matrix import AT_THE_DOOR, PARTIES, ROWS
from tests.dashboard.route_matrix import MORE_ROWS, NOBODY, ROUTE_ROWS

TABLE: Final = Path(__file__).resolve().parent.parent / "docs" / "roles.md"
HEAD: Final = """# Who may do what

Written by `python -m scripts.role_table` from the matrix that `tests/dashboard/test_role_matrix.py` and
`tests/dashboard/test_route_matrix.py` test cell by cell; a service that a page begins to use, or a route that
is added, fails those tests until it has a row. A *stranger* has an account and no part in the project;
*nobody* is not signed in. Whoever owns the machine (the command line) may do everything.
"""


def cells() -> int:
    """How many answers the matrix gives."""
    routes = {**ROUTE_ROWS, **MORE_ROWS}
    return len(ROWS) * len(PARTIES) + sum(len(row.status) for row in routes.values())


def written() -> str:
    """The file's text."""
    routes = {**ROUTE_ROWS, **MORE_ROWS}
    lines = [HEAD, f"{cells()} cells.", "", "## Services", "", _row("service", *PARTIES), _row(*["---"] * 6)]
    for name, row in ROWS.items():
        lines.append(_row(f"`{name}`", *("yes" if party in row.may else "–" for party in PARTIES)))
    lines += ["", "Services that ask for something else than a part:", ""]
    lines += [f"* `{name}`: {why}" for name, why in AT_THE_DOOR.items()]
    parties = (*PARTIES, NOBODY)
    lines += ["", "## Routes", "", "The status that is answered.", ""]
    lines += [_row("route", *parties), _row(*["---"] * (1 + len(parties)))]
    for name, route in routes.items():
        lines.append(_row(f"`{name}`", *(str(route.status[party]) for party in parties)))
    return "\n".join(lines) + "\n"


def _row(*words: str) -> str:
    return f"| {' | '.join(words)} |"


def main() -> None:
    """Write the file."""
    TABLE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
