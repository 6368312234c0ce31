"""CSV files in and out: everything is read as text, checked in sentences and written whole or not at all."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.services import table_header
from dashboard.services.table_files import RETURN, cell, undefused
from engine.errors import TableError

LONGEST_HEADER: Final = 100_000
"""Characters."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV as text columns; empty cells become missing values.

    Raises
    ------
    TableError
        If the file is missing, a folder, empty, no UTF-8 text, ragged, or names a column twice.
    """
    if path.is_dir():
        raise TableError(f"{path.name} is a folder; give a CSV file.")
    try:
        with path.open(encoding="utf-8-sig") as opened:
            first = opened.readline(LONGEST_HEADER + 1)
        if len(first) > LONGEST_HEADER:
            raise TableError(f"{path.name} has a first line that is no line of column names; check it.")
        table_header.check([f"{number}" for number in range(first.count(",") + 1)], file=path.name)
        table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
        with path.open(encoding="utf-8-sig") as opened:
            header = next(pd.read_csv(opened, header=None, nrows=1, dtype=str).itertuples(index=False))
    except TableError:
        raise
    except OSError as error:
        raise TableError(f"{path.name} cannot be read ({error.strerror}); give a CSV file.") from error
    except pd.errors.EmptyDataError as error:
        raise TableError(f"{path.name} is empty; give a CSV file with a line of column names.") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise TableError(f"{path.name} is no CSV text in UTF-8; export it again as CSV.") from error
    names = [str(name).strip() for name in header]
    table_header.check(names, file=path.name)
    if not isinstance(table.index, pd.RangeIndex) or len(names) != table.shape[1]:
        raise TableError(f"{path.name} has rows with more cells than column names; check its commas.")
    table.columns = pd.Index(names)
    return table.map(undefused, na_action="ignore")


def column(table: pd.DataFrame, name: str, file: str) -> pd.Series:
    """One column as text.

    Raises
    ------
    TableError
        If there is none of that name.
    """
    if name not in table.columns:
        known = table_header.shown(map(str, table.columns))
        raise TableError(f"{file} has no column {name!r}; its columns are: {known}.")
    return table[name]


def numbers(
    table: pd.DataFrame,
    name: str,
    file: str,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    blank: bool = False,
) -> NDArray[np.float64]:
    """One column as numbers, shape (n,).

    Parameters
    ----------
    low, high : float
        Least and greatest value allowed.
    blank : bool
        Whether empty cells are allowed; they become NaN.

    Raises
    ------
    TableError
        If the column is missing or a cell is no finite number between ``low`` and ``high``.
    """
    text = column(table, name, file)
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values) | ~((values >= low) & (values <= high))
    if blank:
        wrong &= ~text.isna().to_numpy(dtype=bool)
    if wrong.any():
        row = int(np.argmax(wrong))
        cell = text.iloc[row]
        given = "an empty cell" if not isinstance(cell, str) else repr(cell[:40])
        wanted = f"a number from {low:g} to {high:g}" if np.isfinite(high) else "a number"
        raise TableError(f"{file}, line {row + 2}: {name} holds {given}; it must be {wanted}.")
    return values


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV; a reader never meets half of one, and a spreadsheet runs no text of it.

    Raises
    ------
    TableError
        If the file cannot be written.
    """
    temporary = path.with_name(path.name + ".part")
    try:
        safe = table.map(_defused)
        has_return = safe.map(lambda value: isinstance(value, str) and RETURN in value).to_numpy().any()
        quoting = csv.QUOTE_NONNUMERIC if has_return else csv.QUOTE_MINIMAL  # readers end a row at a bare one
        safe.to_csv(temporary, index=False, quoting=quoting)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TableError(f"{path} cannot be written: {error.strerror}.") from error


def _defused(value: object) -> object:
    """A text that spreadsheets would run led by an apostrophe; a number in text is none."""
    if not isinstance(value, str):
        return value
    try:
        float(value)
    except ValueError:
        return cell(value)
    return value
