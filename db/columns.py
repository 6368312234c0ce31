"""Column types that keep their promises on every database."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, Float, Integer
from sqlalchemy.types import TypeDecorator

from db.errors import RefusedValueError
from engine.vocabulary import Delivery


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: zone-aware on both sides, stored in UTC.

    SQLite forgets zones, so they are put back on reading; a moment without a zone is refused on writing.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise RefusedValueError(f"A moment needs a time zone; {value} has none.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 the base class's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FiniteFloat(TypeDecorator[float]):
    """A finite number; SQLite would store NaN as NULL without a word."""

    impl = Float(53)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002 the base class's signature
        if value is not None and not math.isfinite(value):
            raise RefusedValueError(f"A number is expected, not {value}.")
        return None if value is None else float(value)


class DeliveryStep(TypeDecorator[Delivery]):
    """A step from -2 to 2; what lies outside is left to the table's check."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 the base class's signature
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Delivery | None:  # noqa: ARG002 the base class's signature
        return None if value is None else Delivery(value)


def words_of(kind: type[StrEnum], *, name: str, length: int = 16, checked: bool = True) -> Enum:
    """A column type for the values of ``kind``, stored as text with a CHECK called ``name``.

    ``checked=False`` leaves the CHECK out, for a column that came later: SQLite would have to copy the
    table for it, and lose its triggers.
    """
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=checked,
        validate_strings=True,
        length=length,
        values_callable=_values,
    )


def _values(kind: Any) -> list[str]:
    return [member.value for member in kind]
