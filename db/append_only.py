"""Triggers that refuse to change or delete a row, for the databases Dailies runs on."""

from __future__ import annotations

from typing import Final

EVENTS: Final = ("UPDATE", "DELETE")


def statements(table: str, *, dialect: str) -> tuple[str, ...]:
    """The SQL that makes ``table`` append-only.

    Parameters
    ----------
    table : str
    dialect : str
        SQLAlchemy's name of the database: ``"sqlite"`` or ``"postgresql"``.

    Raises
    ------
    ValueError
        For another database.
    """
    sentence = f"{table} are append-only" if table != "audit_log" else "the audit log is append-only"
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            for event in EVENTS
        )
    if dialect == "postgresql":
        return (
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        )
    raise ValueError(f"Dailies runs on SQLite and PostgreSQL, not on {dialect}.")


def but_for_the_removed(table: str, *, dialect: str) -> tuple[str, ...]:
    """The SQL by which a row of an append-only ``table`` can be emptied once its clip has a tombstone.

    What is removed stays removed: a person's withdrawal goes before the record's completeness. Everything
    else stays refused, deleting too.

    Parameters
    ----------
    table : str
        Has a column ``clip_id`` and is append-only by :func:`statements`.
    """
    gone = "EXISTS (SELECT 1 FROM tombstones WHERE tombstones.clip_id = OLD.clip_id)"
    sentence = f"{table} are append-only"
    if dialect == "sqlite":
        return (
            f"DROP TRIGGER {table}_no_update",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT {gone} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END",
        )
    return (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' AND {gone} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{sentence}'; END $$",
    )
