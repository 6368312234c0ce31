"""Letting a column of words take one more word, without copying its table.

SQLite cannot change a CHECK; its manual ("Making other kinds of table schema changes", section 7 of ALTER
TABLE) says how the stored text of the table is changed instead where no row is touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text


def widen(connection: Connection, table: str, column: str, words: Sequence[str], *, by: str) -> None:
    """Let ``column`` of ``table`` take the word ``by`` beside ``words``, in that order.

    Parameters
    ----------
    connection : Connection
        In the transaction of a migration.

    Raises
    ------
    RuntimeError
        If the table has no such check.
    """
    before, after = _listed(column, words), _listed(column, (*words, by))
    name = f"ck_{table}_{column}_known"
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({after})"))
        return
    version = int(connection.exec_driver_sql("PRAGMA schema_version").scalar() or 0)
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
        ),
        {"before": before, "after": after, "table": table},
    ).rowcount
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
    if changed != 1:
        raise RuntimeError(f"The table {table} has no check {before!r}.")


def _listed(column: str, words: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
