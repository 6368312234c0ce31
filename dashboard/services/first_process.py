"""A server's first process of the analysis, begun before the server itself is loaded.

Both take seconds to load and neither needs the other for it, so on two cores whoever starts Dailies waits for
the longer of the two and not for their sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from filelock import FileLock, Timeout

from dashboard.services import clip_work, own_weights
from dashboard.services.hands import LocalHand, Prepare
from db.location import data_folder

LOCK_FILE: Final = "analysis.lock"


@dataclass(frozen=True, slots=True)
class FirstProcess:
    """A process that loads the models, and the turn to analyse in this data folder.

    Attributes
    ----------
    turn : FileLock
        Held.
    weights : Mark
        Of the weights it loads.
    """

    turn: FileLock
    hand: LocalHand
    weights: own_weights.Mark

    @classmethod
    def begun(cls, prepare: Prepare = clip_work.prepare_process) -> Self | None:
        """Begin to load; ``None`` where another server analyses here, or the data folder cannot be used."""
        turn = turn_to_analyse()
        try:
            data_folder().mkdir(parents=True, exist_ok=True)
            turn.acquire(timeout=0)
        except (Timeout, OSError):
            return None
        weights, hand = own_weights.mark(), LocalHand(prepare)  # marked before it can have read them
        hand.renew()
        return cls(turn, hand, weights)

    def end(self) -> None:
        """End the process and give the turn back, unless the worker that took both over has."""
        self.hand.end()
        self.turn.release()


def turn_to_analyse() -> FileLock:
    """What one server at a time holds that analyses in this data folder."""
    return FileLock(data_folder() / LOCK_FILE, thread_local=False)
