"""A script's lines at their turn in the analysis: some at once are read for what they demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

from db import scripts
from db.records import LineReading, ScriptLineRecord
from db.session import reading, writing

AT_ONCE: Final = 32
"""A second or two, so that a take never waits long."""
NOTHING: Final = "none"
"""What ``read_with`` says of lines that could not be read."""

Job = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class LinesTurn:
    """See :class:`dashboard.services.turns.Turn`."""

    lines: tuple[ScriptLineRecord, ...]

    @classmethod
    def claim(cls) -> Self | None:
        """The lines that have waited longest, ``None`` where none waits."""
        with reading() as session:
            found = scripts.unread(session, limit=AT_ONCE)
        return cls(found) if found else None

    @property
    def name(self) -> str:
        return self.lines[0].text

    @property
    def work(self) -> Callable[[Any], Any]:
        return read_lines

    @property
    def job(self) -> Job:
        return tuple((line.id, line.text) for line in self.lines)

    def keep(self, outcome: tuple[LineReading, ...]) -> None:
        with writing() as session:
            scripts.keep_readings(session, outcome)

    def fail(self, sentence: str) -> None:  # noqa: ARG002 a line has no place for a sentence
        with writing() as session:
            scripts.keep_readings(session, [LineReading(line.id, None, None, NOTHING) for line in self.lines])

    def put_back(self) -> None:
        """Lines are not marked while they are read."""


def read_lines(job: Job) -> tuple[LineReading, ...]:
    """Read some lines, in the analysis process."""
    from engine.systems.alignment import AlignmentSystem

    brain = AlignmentSystem.load().text
    readings = brain.read_many([text for _line, text in job])
    return tuple(
        LineReading(
            line_id=line_id,
            expected_intensity=reading.expected,
            emotion=None if reading.emotion is None else reading.emotion.label,
            read_with=brain.version,
        )
        for (line_id, _text), reading in zip(job, readings, strict=True)
    )
