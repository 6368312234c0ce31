"""Work runs once under its name, tells how far it is, and keeps its answer until it is fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dashboard.services import background
from dashboard.services.background import Lane, Work
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


def test_work_that_is_asked_to_stop_sees_it_and_what_waits_behind_it_never_begins() -> None:
    begun = threading.Event()

    def until_stopped(_report: Callable[[int, int], None]) -> str:
        begun.set()
        while not background.is_stopping("stopped"):
            time.sleep(0.01)
        return "half"

    background.start("stopped", until_stopped)
    background.start("never begun", lambda _report: begun.clear())
    assert begun.wait(20)
    background.stop("never begun")
    assert background.look("never begun") is None
    background.stop("stopped")
    assert _done("stopped").answer == "half"
    assert begun.is_set()


def test_a_stop_does_not_reach_the_next_work_of_the_same_name() -> None:
    background.stop("again")
    background.start("again", lambda _report: background.is_stopping("again"))
    assert _done("again").answer is False


def test_an_import_does_not_hold_up_learning() -> None:
    may_end = threading.Event()
    background.start("import", lambda _report: may_end.wait(20))
    background.start("learning", lambda _report: "learned", lane=Lane.THRESHOLDS)
    assert _done("learning").answer == "learned"
    work = background.look("import")
    assert work is not None
    assert not work.is_done
    may_end.set()
    _done("import")
