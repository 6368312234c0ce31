"""What is worked out from all of a project's answers: at once where they are few, aside where they are many.

In a small project everybody sees what the answers say now. In a large one they see what they said when it was
worked out last, with the time, while it is worked out again in the background.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from dashboard.services import background, messages
from dashboard.services.background import Lane
from dashboard.services.project_state import ProjectState, state_of

T = TypeVar("T")

AT_ONCE: Final = 2_000
"""Up to so many answers a page takes a second at most; beyond, what is made of them is worked out aside."""

REST: Final = 10.0
"""How many times as long as it took what was worked out is left as it is: answers come all the time."""

MOST_KEPT: Final = 24
"""Pieces of a few MB for 100,000 answers, of some 100 MB for a million."""


@dataclass(frozen=True, slots=True)
class WorkedOut(Generic[T]):
    """What was worked out.

    Attributes
    ----------
    value : object or None
        ``None`` while it is worked out for the first time.
    at : datetime or None
        When it was worked out, where answers may have come since.
    work : str
        Under which name it is worked out in the background.
    is_working : bool
        Whether it is being worked out again.
    state : ProjectState or None
        That of the project when it was worked out.
    """

    value: T | None
    at: datetime | None
    work: str
    is_working: bool
    state: ProjectState | None


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    state: ProjectState
    at: datetime
    until_s: float
    """By the machine's clock of running time, when it may be worked out again."""


_kept: Final[OrderedDict[str, _Kept]] = OrderedDict()
_keeping: Final = threading.Lock()


def of_project(name: str, project_id: int, act: Callable[[], T]) -> WorkedOut[T]:
    """What ``act`` makes of a project, kept until something in the project changes.

    Parameters
    ----------
    name : str
        Of what is worked out; another for each choice ``act`` depends on.
    act : callable
        Asks the database itself, after this has asked for the project's state.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    state = state_of(project_id)
    place = f"{name}:{state.database}:{project_id}:{state.language}"
    kept = _kept.get(place)
    if kept is not None and kept.state == state:
        return WorkedOut(kept.value, None, place, is_working=False, state=state)
    if state.marks.ratings[0] <= AT_ONCE:
        return WorkedOut(_work_out(place, state, act).value, None, place, is_working=False, state=state)
    work = background.look(place)
    if work is not None and work.error is not None and (kept is None or kept.until_s < time.monotonic()):
        background.forget(place)  # said once; a later look tries again
        raise work.error
    if kept is None or kept.until_s < time.monotonic():
        here = contextvars.copy_context()
        background.start(place, lambda _: _begun(here, place, state, act), lane=Lane.FIGURES)
    work = background.look(place)
    is_working = work is not None and not work.is_done
    if kept is None:
        kept = _kept.get(place)  # it may have been quick
    if kept is None:
        return WorkedOut(None, None, place, is_working, None)
    return WorkedOut(kept.value, kept.at, place, is_working, kept.state)


def _begun(here: contextvars.Context, place: str, state: ProjectState, act: Callable[[], Any]) -> None:
    here.run(messages.speak, state.language)
    here.run(_work_out, place, state, act)


def _work_out(place: str, state: ProjectState, act: Callable[[], Any]) -> _Kept:
    at, began = datetime.now(UTC), time.monotonic()
    value = act()
    ended = time.monotonic()
    found = _Kept(value, state, at, ended + REST * (ended - began))
    with _keeping:
        _kept[place] = found
        _kept.move_to_end(place)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found
