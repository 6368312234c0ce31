"""What every table stands on: names of constraints, types of columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase

from db.columns import FiniteFloat, UtcDateTime

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

KEY_LENGTH: Final = 200
"""Longest name of a media file, an idempotency key or a version."""

SHA256_LENGTH: Final = 64


class Base(DeclarativeBase):
    """Every table; constraints are named, so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime, float: FiniteFloat, dict[str, Any]: JSON}  # noqa: RUF012 SQLAlchemy reads this plain dict


def between(column: str, low: float, high: float, *, name: str) -> CheckConstraint:
    """A check that a column lies in [low, high] where it is known."""
    return CheckConstraint(f"{column} >= {low} AND {column} <= {high}", name=name)
