"""How far a long command is, how fast it goes and how long it will take, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

LINE_EVERY_S: Final = 30.0
"""Where nobody looks on, as in a log."""
SETTLED: Final = 2
"""Clips done before a rate is named: the first waits for the models."""


class Pace:
    """Says how far it is, on one line that is written over where a person looks on.

    Parameters
    ----------
    total : int
    to : TextIO, optional
        Standard error by default.
    clock : callable
        Seconds that only go forward.
    """

    def __init__(
        self, total: int, *, to: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._to, self._clock = total, to or sys.stderr, clock
        self._first: tuple[float, int] | None = None
        self._said_at = clock()
        self._width = 0

    def reached(self, done: int) -> None:
        """Say that so many are done."""
        now = self._clock()
        sentence = self.sentence(done, now)
        if self._to.isatty():
            print(f"\r{sentence:<{self._width}}", end="", file=self._to, flush=True)
            self._width = len(sentence)
        elif now - self._said_at >= LINE_EVERY_S:
            print(sentence, file=self._to, flush=True)
            self._said_at = now

    def sentence(self, done: int, now: float) -> str:
        """How far it is at a time; the rate is that since the first few were done."""
        said = f"{done} of {self._total} clips analysed"
        if self._first is None:
            if done >= SETTLED:
                self._first = now, done
            return said
        since, before = self._first
        if done <= before or now <= since:
            return said
        rate = (done - before) / (now - since)
        return f"{said}, {_rate(rate)}, {_left((self._total - done) / rate)} left"

    def end(self) -> None:
        """Leave the line."""
        if self._to.isatty():
            print(file=self._to)


def _rate(each_s: float) -> str:
    for times, unit in ((1, "a second"), (60, "a minute")):
        if each_s * times >= 1:
            return f"{each_s * times:.1f} {unit}"
    return f"{each_s * 3600:.1f} an hour"


def _left(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
