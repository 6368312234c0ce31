"""Processes that answer without a pause and say of each answer that it is tried, and that it is stored.

What they say comes through one pipe, a short line at a time, so that a line is whole even when its writer is
killed after it. One answer in :data:`TWICE_IN` is sent twice, as a browser does that has not heard back;
who takes the place of a killed process begins with the answer that was not acknowledged.
"""

from __future__ import annotations

import os
import random
import select
import signal
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Final

from dashboard.services import answering
from dashboard.services.answering import Sent
from dashboard.services.rating import Answer
from db.records import TaskKey
from engine.errors import DailiesError
from engine.vocabulary import Delivery
from scripts.reliability.desk import Desk

TWICE_IN: Final = 5
TRIED: Final = "tried"
STORED: Final = "stored"
REFUSED: Final = "refused"
SETTLING_S: Final = 60.0
LOOK_S: Final = 0.02
READ_BYTES: Final = 1 << 16
SEPARATOR: Final = "-"


@dataclass(slots=True)
class Said:
    """What writers said so far: keys tried, keys acknowledged, sentences of refusals."""

    tried: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)
    """The number of the answer each rater tried last."""
    writing: set[int] = field(default_factory=set)
    """Raters of whom an answer was acknowledged since they began."""


class Writers:
    """One process for each rater of a desk.

    Parameters
    ----------
    desk : Desk
        Its database must not be open in this process: the writers are forked.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reading, self._writing = os.pipe()
        self._processes: dict[int, BaseProcess] = {}
        self._buffer = b""
        self.said = Said()

    def start(self, rater: int) -> None:
        """Let a rater begin, or go on where they were killed."""
        last = self.said.last.get(rater, 0)
        first = last + 1 if key_of(rater, last) in self.said.stored or not last else last
        method = get_context("fork")
        process = method.Process(target=_answer, args=(self._desk, rater, first, self._writing), daemon=True)
        self.said.writing.discard(rater)
        process.start()
        self._processes[rater] = process

    def start_all(self) -> None:
        """Let everybody begin who does not write now."""
        for rater in self._desk.raters:
            if rater not in self._processes:
                self.start(rater)

    def settle(self, *, patience_s: float = SETTLING_S) -> None:
        """Wait until an answer of everybody who writes has been acknowledged since they began."""
        until = monotonic() + patience_s
        while not self.said.writing.issuperset(self._processes) and monotonic() < until:
            self.listen(LOOK_S)

    def listen(self, seconds: float) -> None:
        """Hear for a while what the writers say."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if select.select([self._reading], [], [], left)[0]:
                self._hear()

    def hear_out(self) -> None:
        """Hear what has been said and not been heard, of those too that are no more."""
        while select.select([self._reading], [], [], 0)[0]:
            self._hear()

    def kill(self, raters: tuple[int, ...]) -> None:
        """End processes at once (SIGKILL) and hear the last they said."""
        for rater in raters:
            self._signal(rater, signal.SIGKILL)
        for rater in raters:
            self._processes.pop(rater).join()
        self.hear_out()

    def hold(self) -> None:
        """Stop all processes where they are (SIGSTOP) and hear what they said."""
        for rater in self._processes:
            self._signal(rater, signal.SIGSTOP)
        for process in self._processes.values():  # a signal is seen only when a flush on its way is done
            assert process.pid is not None
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        self.hear_out()

    def let_go(self) -> None:
        """Let held processes go on."""
        for rater in self._processes:
            self._signal(rater, signal.SIGCONT)

    def close(self) -> None:
        """End everybody."""
        self.let_go()
        self.kill(tuple(self._processes))
        os.close(self._reading)
        os.close(self._writing)

    def _signal(self, rater: int, number: signal.Signals) -> None:
        pid = self._processes[rater].pid
        assert pid is not None
        os.kill(pid, number)

    def _hear(self) -> None:
        *lines, self._buffer = (self._buffer + os.read(self._reading, READ_BYTES)).split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            if word == TRIED:
                rater, _, number = rest.partition(SEPARATOR)
                self.said.tried.add(rest)
                self.said.last[int(rater)] = int(number)
            elif word == STORED:
                self.said.stored.add(rest)
                self.said.writing.add(int(rest.partition(SEPARATOR)[0]))
            else:
                self.said.refused.append(rest)


def key_of(rater: int, number: int) -> str:
    """The idempotency key of a rater's answer."""
    return f"{rater}{SEPARATOR}{number}"


def _answer(desk: Desk, rater: int, first: int, pipe: int) -> None:
    chance = random.Random(rater * 1_000_003 + first)
    number = first
    while True:
        key = key_of(rater, number)
        answer = Answer(delivery=chance.choice(list(Delivery)), watched_share=1.0)
        sent = Sent(TaskKey(desk.clip_id, rater, occasion=number), answer, key)
        _say(pipe, TRIED, key)
        try:
            answering.submit(sent)
            if chance.randrange(TWICE_IN) == 0:
                answering.submit(sent)
        except DailiesError as error:
            _say(pipe, REFUSED, f"{key} {error}"[:500])
            continue
        _say(pipe, STORED, key)
        number += 1


def _say(pipe: int, word: str, rest: str) -> None:
    os.write(pipe, f"{word} {rest}\n".encode())  # below PIPE_BUF: whole or not at all
