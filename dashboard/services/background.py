"""Work that outlives a page: started once, watched by whoever looks, its answer kept until fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

WORKERS: Final = 1
"""One at a time in each lane: fits share their processors with the analysis and with everyone's pages."""


class Lane(StrEnum):
    """What waits for what: work waits only for work of its own lane."""

    CLIPS = "clips"
    THRESHOLDS = "thresholds"
    SYSTEMS = "systems"
    FIGURES = "figures"
    COUNTS = "counts"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work and how far it is.

    Attributes
    ----------
    running_s : float
        Seconds since it was asked for.
    share : float or None
        How much is done, 0 to 1, where the work can tell.
    error : Exception or None
        Why it ended without an answer.
    """

    name: str
    is_done: bool
    running_s: float
    share: float | None = None
    answer: Any = None
    error: BaseException | None = None


_lock = threading.Lock()
_pools = {lane: ThreadPoolExecutor(WORKERS, thread_name_prefix=f"dailies-{lane}") for lane in Lane}
_started: dict[str, tuple[float, Future[Any]]] = {}
_shares: dict[str, float] = {}
_stopping: set[str] = set()


def start(name: str, act: Callable[[Callable[[int, int], None]], Any], *, lane: Lane = Lane.CLIPS) -> None:
    """Begin ``act`` under ``name``; does nothing while work of that name is still going on.

    Parameters
    ----------
    act : callable
        Gets a function that it may call with (steps done, steps in all).
    lane : Lane
        Behind which work it waits its turn.
    """

    def report(done: int, total: int) -> None:
        _shares[name] = done / total if total else 1.0

    with _lock:
        going = _started.get(name)
        if going is None or going[1].done():
            _shares.pop(name, None)
            _stopping.discard(name)
            _started[name] = (time.monotonic(), _pools[lane].submit(act, report))


def look(name: str) -> Work | None:
    """How far the work of that name is; ``None`` where there is none."""
    with _lock:
        started = _started.get(name)
    if started is None:
        return None
    begun, future = started
    age = time.monotonic() - begun
    if not future.done():
        return Work(name, is_done=False, running_s=age, share=_shares.get(name))
    error = future.exception()
    answer = None if error else future.result()
    return Work(name, is_done=True, running_s=age, share=1.0, answer=answer, error=error)


def stop(name: str) -> None:
    """Ask work to end early; what has not begun is dropped, what goes on sees :func:`is_stopping`."""
    with _lock:
        started = _started.get(name)
        if started is None:
            return
        if started[1].cancel():
            del _started[name]
        elif not started[1].done():
            _stopping.add(name)


def is_stopping(name: str) -> bool:
    """Whether the work of that name has been asked to end early."""
    return name in _stopping


def forget(name: str) -> None:
    """Drop finished work, once its answer has been shown."""
    with _lock:
        started = _started.get(name)
        if started is not None and started[1].done():
            del _started[name]
