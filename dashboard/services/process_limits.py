"""What a process that reads other people's files may use: so much memory, no core dump, no life of its own.

A file that asks for more ends its process, or is refused there; the server goes on.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import Final, Self, TypeVar

from engine.errors import MediaError

try:
    import resource
except ImportError:  # no POSIX system: nothing is limited but time
    resource = None  # type: ignore[assignment]  # looked at before it is used

MEMORY_VARIABLE: Final = "DAILIES_CLIP_MEMORY_GB"
USUAL_MEMORY_GB: Final = 6.0
"""The models take 1 GB, twenty minutes of full HD 1.4 GB (``scripts/scene_load.py``), a Whisper 1 to 3."""
LEAST_MEMORY_GB: Final = 2.0
APART_LIMIT_S: Final = 120.0
"""For what is done to one file outside the analysis: copied without tags, pictures of a face."""

T = TypeVar("T")


class TooGreedyError(MediaError):
    """A file that takes more memory or time than it may, or ended the process that read it."""


def memory_bytes() -> int:
    """How much memory a process that reads files may take for data; more than the variable's least."""
    try:
        told = float(os.environ.get(MEMORY_VARIABLE, "") or USUAL_MEMORY_GB)
    except ValueError:
        told = USUAL_MEMORY_GB
    return int(max(LEAST_MEMORY_GB, told if math.isfinite(told) else USUAL_MEMORY_GB) * 1e9)


def restrain() -> None:
    """Put this process under its limits, and end it when the one that started it has ended."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    limit_memory()


def limit_memory() -> None:
    """Let this process have so much memory and write no core dump, which would show who was filmed."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = memory_bytes() if hard == resource.RLIM_INFINITY else min(memory_bytes(), hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Apart:
    """A restrained process for one thing after another; a new one takes over from one that ended.

    Parameters
    ----------
    limit_s : float
        Seconds that one thing may take.
    """

    def __init__(self, *, limit_s: float = APART_LIMIT_S) -> None:
        self._limit_s = limit_s
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def do(self, work: Callable[..., T], *given: object) -> T:
        """Have something done there; both ways everything must be picklable.

        Raises
        ------
        TooGreedyError
            If it took too much time or memory, or its process ended.
        """
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=restrain)
        try:
            return self._pool.submit(work, *given).result(timeout=self._limit_s)
        except TooLate:
            self._end()
            raise TooGreedyError(f"it took longer than {self._limit_s:.0f} s.") from None
        except BrokenProcessPool:
            self._end()
            raise TooGreedyError("it ended the process that read it.") from None
        except MemoryError:
            raise TooGreedyError(too_much_memory()) from None

    def _end(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            end(pool)


def end(pool: ProcessPoolExecutor) -> None:
    """End the processes of a pool at once, whatever they do."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
        process.join()


def too_much_memory() -> str:
    """The end of a sentence about a file that wanted too much."""
    return f"it takes more than {memory_bytes() / 1e9:.0f} GB of memory."


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
