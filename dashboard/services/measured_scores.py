"""How good each system was on people and dialogues it never met, as the checkout's results file says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.evaluation.stored_results import Score, StoredResults, stored_results
from engine.vocabulary import SystemName

COMMAND: Final = "make evaluate"


@dataclass(frozen=True, slots=True)
class SystemScores:
    """The scores of one system.

    Attributes
    ----------
    scores : tuple of Score
        Empty where it was not measured yet.
    is_older : bool
        Some of them are of earlier weights than those that answer here.
    is_vague : bool
        Of some the file does not say which weights they are of.
    command : str
        What measures it.
    """

    system: SystemName
    scores: tuple[Score, ...]
    is_older: bool
    is_vague: bool
    command: str


def results() -> StoredResults | None:
    """The newest results, ``None`` where nothing has been measured."""
    return stored_results()


def of_system(found: StoredResults, system: SystemName) -> SystemScores:
    """What the results say of one system."""
    scores = found.of(system)
    return SystemScores(
        system=system,
        scores=scores,
        is_older=any(score.is_current is False for score in scores),
        is_vague=any(score.is_current is None for score in scores),
        command=COMMAND if system is SystemName.ALIGNMENT else f"{COMMAND} EVALUATE={system.value}-shipped",
    )
