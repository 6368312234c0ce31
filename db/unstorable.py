"""What one database would keep and another refuses: a NUL in a text. Neither is given one.

PostgreSQL refuses it by itself; SQLite would keep it, and a project that holds one could not be moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Engine, event

from db.errors import UNSTORABLE, RefusedValueError

NUL: Final = "\0"


def refuse(engine: Engine) -> None:
    """Have an engine refuse such texts, in the sentence of the database that does it by itself."""

    @event.listens_for(engine, "before_cursor_execute")
    def on_execute(
        _connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, is_many: bool
    ) -> None:
        for row in parameters if is_many else (parameters,):
            if any(isinstance(value, str) and NUL in value for value in _values(row)):
                raise RefusedValueError(UNSTORABLE)


def _values(row: Any) -> Iterable[Any]:
    return row.values() if isinstance(row, Mapping) else row or ()
