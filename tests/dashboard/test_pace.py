"""A long command says how far it is, how fast it goes and how long it will take."""

from __future__ import annotations

from io import StringIO

import pytest

from dashboard.cli.pace import LINE_EVERY_S, Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("seconds", "done", "said"),
    [
        (4, 10, "2.0 a second, 20 s left"),
        (80, 10, "6.0 a minute, 7 min left"),
        (800, 10, "36.0 an hour, 1 h 7 min left"),
    ],
)
def test_the_rate_counts_from_when_the_models_were_there(seconds: float, done: int, said: str) -> None:
    clock = Clock()
    pace = Pace(50, to=StringIO(), clock=clock)
    assert pace.sentence(0, clock.now) == "0 of 50 clips analysed"
    pace.sentence(2, clock.now + 60)  # which the models took
    assert pace.sentence(done, clock.now + 60 + seconds) == f"{done} of 50 clips analysed, {said}"


def test_where_somebody_looks_on_one_line_is_written_over() -> None:
    screen = Screen()
    pace = Pace(3, to=screen)
    for done in range(4):
        pace.reached(done)
    pace.end()
    assert screen.getvalue().count("\n") == 1
    assert screen.getvalue().count("\r") == 4


def test_a_log_gets_a_line_now_and_then() -> None:
    clock, log = Clock(), StringIO()
    pace = Pace(9, to=log, clock=clock)
    for done in range(9):
        clock.now += LINE_EVERY_S / 3
        pace.reached(done)
    pace.end()
    assert len(log.getvalue().splitlines()) == 3
