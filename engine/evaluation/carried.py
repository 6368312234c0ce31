"""Figures of parts that were not run again: they stay in the newest results, under their own date."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from engine.evaluation.stored_results import results_files

HEADING: Final = "## Measured earlier, and not again"
WORDS: Final = (
    "Code, data or weights of these parts have changed since, or their folds are not kept here. What was "
    "measured then, with the code and the weights of then:"
)


def carried_tables(folder: Path, names: Collection[str]) -> list[dict[str, Any]]:
    """What the newest results file of a folder says of some parts.

    Parameters
    ----------
    folder : Path
    names : collection of str
        Parts that have no fresh figures.

    Returns
    -------
    list of dict
        Tables as the file holds them, with these parts' rows alone; each row says when it was measured.
    """
    _, content = next(results_files(folder), (None, {}))
    found = []
    for table in content.get("tables", ()):
        rows = [_dated(content, table, row) for row in table["rows"] if _part(table, row) in names]
        if rows:
            found.append({**table, "parts": list(dict.fromkeys(row["part"] for row in rows)), "rows": rows})
    return found


def _part(table: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Rows written before they named their part are known where the table has one part alone."""
    return str(row.get("part") or (table["parts"][0] if len(table["parts"]) == 1 else ""))


def _dated(content: Mapping[str, Any], table: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "part": _part(table, row),
        "measured": row.get("measured", content["written"]),
        "commit": row.get("commit", content.get("commit", "")),
    }


def markdown(tables: Sequence[Mapping[str, Any]]) -> str:
    """The carried figures for people, one line a row."""
    lines = [HEADING, "", WORDS, "", "| part | system | figures | n | measured | commit |", "|" + "---|" * 6]
    for table in tables:
        for row in table["rows"]:
            figures = ", ".join(_figure(row, key) for key in row["mean"])
            told = (f"`{row['part']}`", row["name"], figures, str(row["n"]), row["measured"])
            lines.append(f"| {' | '.join(told)} | {row['commit'] or 'not noted'} |")
    return "\n".join([*lines, ""])


def _figure(row: Mapping[str, Any], key: str) -> str:
    away = f" ± {row['spread'][key]:.3f}" if key in row["spread"] else ""
    return f"{key.replace('_', ' ')} {row['mean'][key]:.3f}{away}"
