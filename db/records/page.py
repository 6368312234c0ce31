"""What lists and JSON columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A stretch of a long list; ``next_key`` fetches what follows, ``None`` at the end."""

    items: tuple[T, ...]
    next_key: int | None
