"""Where Dailies keeps its data: the folder and the database in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "DAILIES_HOME"
DATABASE_VARIABLE: Final = "DAILIES_DATABASE_URL"
DATABASE_FILE: Final = "dailies.db"
CHECKOUT: Final = Path(__file__).resolve().parent.parent


def data_folder() -> Path:
    """The folder of database and media: ``DAILIES_HOME`` else ``data/`` of the checkout."""
    named = os.environ.get(HOME_VARIABLE, "").strip()
    return Path(named).expanduser().resolve() if named else CHECKOUT / "data"


def database_url() -> str:
    """The database's SQLAlchemy address: ``DAILIES_DATABASE_URL`` or SQLite in the data folder."""
    named = os.environ.get(DATABASE_VARIABLE, "").strip()
    return named or f"sqlite:///{data_folder() / DATABASE_FILE}"
