"""Who does the work of the analysis: a process that is given one thing after another, here or elsewhere.

The lanes of :mod:`dashboard.services.analysis_worker` know nothing else of it, so that a clip is looked at by
the same function whether a process of this machine does it or one of a cluster
(:mod:`dashboard.services.ray_hands`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Any, Protocol

from dashboard.services import clip_work, process_limits

Prepare = Callable[[], None]
"""Run once in each process before its first work."""

log = logging.getLogger(__name__)


class LostHandError(Exception):
    """The process ended while it worked: by what it was given, or by whoever ended it."""


class NotStartedError(Exception):
    """The process ended before it was handed anything: by no fault of what waits."""


class Hand(Protocol):
    """One process that works on one thing at a time."""

    def give(self, work: Callable[[Any], Any], job: Any) -> None:
        """Have it begin; work, job and outcome are picklable.

        Raises
        ------
        LostHandError
            If its process has ended.
        """

    def is_done(self, *, within_s: float) -> bool:
        """Whether it has ended with what it was given, for which this waits so many seconds at most.

        Raises
        ------
        NotStartedError
            If it has not begun with it and never will.
        """

    def outcome(self) -> Any:
        """What came of it, once it is done; raises what the work raised.

        Raises
        ------
        LostHandError
            If its process has ended meanwhile.
        """

    def renew(self) -> None:
        """End its process, whatever that does, and begin to start another."""

    def end(self) -> None:
        """End its process, whatever that does."""


class LocalHand:
    """A process of this machine, put under limits by ``prepare``; see :class:`Hand`."""

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._pool: ProcessPoolExecutor | None = None
        self._given: Future[Any] | None = None

    def give(self, work: Callable[[Any], Any], job: Any) -> None:
        if self._pool is None:
            self.renew()
        assert self._pool is not None
        try:
            self._given = self._pool.submit(work, job)
        except BrokenProcessPool:
            raise LostHandError from None

    def is_done(self, *, within_s: float) -> bool:
        assert self._given is not None
        return bool(wait([self._given], timeout=within_s).done)

    def outcome(self) -> Any:
        assert self._given is not None
        try:
            return self._given.result()
        except BrokenProcessPool:
            raise LostHandError from None

    def renew(self) -> None:
        self.end()
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=self._prepare)
        self._pool.submit(clip_work.warm_up).add_done_callback(partial(self._said, self._pool))

    def end(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            process_limits.end(pool)

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of its process; empty while there is none."""
        return () if self._pool is None else tuple(self._pool._processes or ())

    def _said(self, pool: ProcessPoolExecutor, warmed: Future[Any]) -> None:
        """Log why a process did not start, but for one that was ended before it had."""
        if self._pool is pool and not warmed.cancelled() and warmed.exception() is not None:
            log.error("The analysis process cannot start.", exc_info=warmed.exception())
