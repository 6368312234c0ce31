"""What one database would keep and another refuses: a NUL in a text. Neither is given one.

PostgreSQL refuses it by itself; SQLite would keep it, and a project that holds one could not be moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Engine, event

from db.errors import UNSTORABLE, RefusedValueError

NUL: Final = "\0"


def refuse(engine: Engine) -> None:
    """Have an engine refuse such texts, in the sentence of the database that does it by itself."""

    @event.listens_for(engine, "before_cursor_execute")
    def on_execute(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        if _has_nul(parameters):
            raise RefusedValueError(UNSTORABLE)


def _has_nul(value: Any) -> bool:
    """Whether one of a statement's values is such a text: they come flat, by name, or as many rows."""
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, Mapping):
        return any(map(_has_nul, value.values()))
    return isinstance(value, list | tuple) and any(map(_has_nul, value))
