"""Brings a database up to the tables of this version; refuses one from a newer version.

Alembic is loaded only where there is something to change: nearly every start finds the newest tables.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from db.errors import NewerDatabaseError, StorageError

FOLDER: Final = Path(__file__).resolve().parent
VERSION_TABLE: Final = "alembic_version"


def upgrade(engine: Engine, *, before_change: Callable[[str], object] | None = None) -> None:
    """Run the migrations a database has not seen, all in one transaction.

    Parameters
    ----------
    engine : Engine
        Its transactions must exclude other writers, so that two starting servers take turns.
    before_change : callable, optional
        Called with the revision of a database that has tables, before they are changed; what it raises
        leaves them as they are.

    Raises
    ------
    NewerDatabaseError
        If the database is at a migration this version does not know.
    StorageError
        If it holds tables but none of Dailies.
    """
    with engine.begin() as connection:
        current = _current(connection)
        if current == head():
            return
        if current is not None and current not in known():
            raise NewerDatabaseError(
                f"The database was written by a newer Dailies (its tables are at {current!r}, this "
                f"version ends at {head()!r}); update Dailies or restore an older backup."
            )
        if current is None and inspect(connection).get_table_names():
            raise StorageError(
                "The database holds tables of another program; choose another file or database "
                "in DAILIES_DATABASE_URL."
            )
        if current is not None and before_change is not None:
            before_change(current)
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def known() -> tuple[str, ...]:
    """The names of all migrations of this version, the oldest first: their files begin with them."""
    return tuple(sorted(each.name.partition("_")[0] for each in (FOLDER / "versions").glob("[0-9]*_*.py")))


def head() -> str:
    """The revision that this version's tables are at."""
    return known()[-1]


def is_at_head(connection: Connection) -> bool:
    """Whether a database has exactly the tables of this version."""
    return _current(connection) == head()


def _current(connection: Connection) -> str | None:
    """What a database's tables are at; ``None`` where Alembic has not been."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return found
