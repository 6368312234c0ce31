"""Work runs once under its name, tells how far it is, and keeps its answer until it is fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dashboard.services import background
from dashboard.services.background import Work
from engine.errors import DailiesError


def _done(name: str) -> Work:
    while True:
        work = background.look(name)
        assert work is not None
        if work.is_done:
            return work
        time.sleep(0.01)


def test_work_that_goes_on_is_not_started_twice() -> None:
    may_end, started = threading.Event(), []

    def act(report: Callable[[int, int], None]) -> str:
        started.append(1)
        report(1, 4)
        may_end.wait(20)
        return "answer"

    background.start("once", act)
    background.start("once", act)
    while not started:
        time.sleep(0.01)
    work = background.look("once")
    assert work is not None
    assert not work.is_done
    may_end.set()
    assert _done("once").answer == "answer"
    assert started == [1]
    background.forget("once")
    assert background.look("once") is None


def test_a_share_is_told_while_the_work_goes_on() -> None:
    may_end, reported = threading.Event(), threading.Event()

    def act(report: Callable[[int, int], None]) -> None:
        report(1, 4)
        reported.set()
        may_end.wait(20)

    background.start("share", act)
    assert reported.wait(20)
    work = background.look("share")
    assert work is not None
    assert work.share == 0.25
    may_end.set()
    _done("share")
    background.forget("share")


def test_an_error_is_kept_as_the_answer() -> None:
    def act(_report: Callable[[int, int], None]) -> None:
        raise DailiesError("Nothing to learn from.")

    background.start("error", act)
    assert str(_done("error").error) == "Nothing to learn from."
    background.forget("error")


def test_finished_work_may_be_started_again() -> None:
    answers = iter((1, 2))
    for expected in (1, 2):
        background.start("again", lambda _report: next(answers))
        assert _done("again").answer == expected
    background.forget("again")
