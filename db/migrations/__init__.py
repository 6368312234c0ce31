"""Brings a database up to the tables of this version; refuses one from a newer version."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from db.errors import NewerDatabaseError, StorageError

FOLDER: Final = Path(__file__).resolve().parent


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
    scripts = _scripts()
    with engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == scripts.get_current_head():
            return
        if current is not None and current not in known(scripts):
            raise NewerDatabaseError(
                f"The database was written by a newer Dailies (its tables are at {current!r}, this "
                f"version ends at {scripts.get_current_head()!r}); update Dailies or restore an older backup."
            )
        if current is None and inspect(connection).get_table_names():
            raise StorageError(
                "The database holds tables of another program; choose another file or database "
                "in DAILIES_DATABASE_URL."
            )
        if current is not None and before_change is not None:
            before_change(current)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def head() -> str:
    """The revision that this version's tables are at."""
    return str(_scripts().get_current_head())


def is_at_head(connection: Connection) -> bool:
    """Whether a database has exactly the tables of this version."""
    return MigrationContext.configure(connection).get_current_revision() == _scripts().get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


@cache
def _scripts() -> ScriptDirectory:
    """The migrations of this version, which are read from their files once."""
    return ScriptDirectory.from_config(_config())


def known(scripts: ScriptDirectory | None = None) -> set[str]:
    """The names of all migrations of this version."""
    scripts = scripts or _scripts()
    return {script.revision for script in scripts.walk_revisions()}
