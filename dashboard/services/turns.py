"""What a lane of the analysis takes up: a claimed piece of work, and what becomes of its outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Turn(Protocol):
    """A piece of work that was claimed in the database.

    Attributes
    ----------
    name : str
        What people call the thing that is worked on, for sentences.
    work : callable
        Gets ``job`` in the analysis process and returns the outcome; both are picklable.
    """

    @property
    def name(self) -> str: ...

    @property
    def work(self) -> Callable[[Any], Any]: ...

    @property
    def job(self) -> Any: ...

    def keep(self, outcome: Any) -> None:
        """Store the outcome in one transaction."""

    def fail(self, sentence: str) -> None:
        """Say for good that it cannot be done, and why."""

    def put_back(self) -> None:
        """Queue it again; does nothing where its outcome was stored after all."""
