"""One commit for what many people do in the same moment.

To commit is to wait for the disk, and one writes at a time: a class that answers at once would wait for the
disk in a row. Here whoever comes first leads: when the database is theirs, they do what all who
wait have asked for, each in a savepoint of its own, and commit once. Nobody is told of success before that.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from db.session import sentences, writing

MOST_AT_ONCE: Final = 32
"""Acts in one transaction: others, in this process and outside it, wait for its end."""

T = TypeVar("T")


class _Request:
    """Something to be done, and later what came of it."""

    __slots__ = ("act", "error", "leads", "result", "woken")

    def __init__(self, act: Callable[[Session], Any]) -> None:
        self.act = act
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.woken = threading.Event()


class _Line:
    """Who waits in this process; the first leads, and names the next to lead when they are done."""

    def __init__(self) -> None:
        self._waiting: deque[_Request] = deque()
        self._is_led = False
        self._mutex = threading.Lock()

    def join(self, request: _Request) -> None:
        """Wait until the request is dealt with, by oneself or by who leads."""
        with self._mutex:
            self._waiting.append(request)
            leads, self._is_led = not self._is_led, True
        if not leads:
            request.woken.wait()
        if leads or request.leads:
            self._lead()

    def _lead(self) -> None:
        group: list[_Request] = []
        try:
            with writing() as session:
                session.connection()  # begins: whoever comes while we wait for the lock is of this group
                group = self._next_group()
                for request in group:
                    _deal_with(request, session, is_alone=len(group) == 1)
        except BaseException as error:
            group = group or self._next_group()
            for request in group:  # nothing of what they asked for is stored
                request.error = request.error or error
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for request in group:
                request.woken.set()

    def _next_group(self) -> list[_Request]:
        with self._mutex:
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]

    def _hand_over(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].woken.set()
            else:
                self._is_led = False


_lines: dict[int, _Line] = {}
_making: Final = threading.Lock()


def together(act: Callable[[Session], T]) -> T:
    """Do something in a transaction that may be shared with what others ask for in the same moment.

    Parameters
    ----------
    act : callable
        Takes the session. What it raises undoes what it did, and nothing of others'. It may run in another
        thread of this process: it asks for nothing that belongs to its own, such as the spoken language.

    Returns
    -------
    object
        What ``act`` returned; by then it is on disk.

    Raises
    ------
    StorageError
        If the database refuses or cannot be used, in one sentence; nothing of ``act`` is stored.
    """
    request = _Request(act)
    _line().join(request)
    if request.error is not None:
        raise request.error
    done: T = request.result
    return done


def _deal_with(request: _Request, session: Session, *, is_alone: bool) -> None:
    if is_alone:
        request.result = request.act(session)
        return
    try:
        with sentences(), session.begin_nested():
            request.result = request.act(session)
    except Exception as error:
        request.error = error


def _line() -> _Line:
    with _making:
        return _lines.setdefault(os.getpid(), _Line())  # who waits does not cross a fork
