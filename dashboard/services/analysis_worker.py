"""The analysis at work: takes queued clips from the database, one process to a lane.

A lane is a thread with a warm process under it, its hand. The thread claims a turn (a clip, a script's
lines, an utterance of a scene), hands it down, waits, and stores the outcome in one transaction. If the
process ends, the turn is tried once more in a fresh one, since it may have been anybody's doing; if it ends
again or takes too long, the turn is said to have failed. Who looks on reads the database.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from filelock import Timeout

from dashboard.services import (
    clip_work,
    media_store,
    metrics,
    own_weights,
    process_limits,
    recordings,
    scene_turns,
    uploads,
)
from dashboard.services.clip_turns import ClipTurn, Work
from dashboard.services.first_process import FirstProcess, turn_to_analyse
from dashboard.services.hands import Hand, LocalHand, LostHandError, NotStartedError, Prepare
from dashboard.services.line_turns import LinesTurn
from dashboard.services.turns import Turn
from db import clips, scenes
from db.errors import RefusedValueError, StorageError
from db.location import data_folder
from db.session import writing
from engine.errors import DailiesError

CLIP_LIMIT_S: Final = 900.0
"""Ten minutes of 1080p are copied and analysed in well under half of this on two cores."""
POLL_S: Final = 0.5
LOCK_RETRY_S: Final = 5.0
RETRY_AFTER_ERROR_S: Final = 5.0
ERROR_ID_BYTES: Final = 4
ATTEMPTS: Final = 2
"""A process that ended may have been ended by somebody else; a second one was ended by what it worked on."""

Claim = Callable[[Work], Turn | None]

log = logging.getLogger(__name__)


def any_turn(work: Work) -> Turn | None:
    """Take whatever is next: a clip, a script's lines, an utterance of a scene."""
    return ClipTurn.claim(work) or LinesTurn.claim() or scene_turns.claim()


class AnalysisWorker:
    """Analyses whatever is queued until it is stopped; one per data folder at a time.

    Parameters
    ----------
    lanes : int
        Clips analysed at once, each in a process of its own.
    work : callable
        What is done to a clip; must be picklable.
    prepare : callable
        Run once in each process before its first clip.
    limit_s : float
        Seconds a clip may take before its process is ended.
    hands : callable
        Makes the hand of a lane; those of this machine's processes by default.
    claim : callable
        Takes the next turn out of the database, ``None`` where nothing waits.
    first : FirstProcess, optional
        The hand of the first lane, which has begun already, and the turn to analyse.
    """

    def __init__(
        self,
        *,
        lanes: int = 1,
        work: Work = clip_work.work_on,
        prepare: Prepare = clip_work.prepare_process,
        limit_s: float = CLIP_LIMIT_S,
        hands: Callable[[Prepare], Hand] = LocalHand,
        claim: Claim = any_turn,
        first: FirstProcess | None = None,
    ) -> None:
        self._stopping = threading.Event()
        self._lock = turn_to_analyse() if first is None else first.turn
        self._lanes = [
            _Lane(
                self._stopping,
                lambda: claim(work),
                hands(prepare) if first is None or number else first.hand,
                limit_s,
                begun=None if first is None or number else first.weights,
            )
            for number in range(lanes)
        ]
        self._keeper: threading.Thread | None = None

    def start(self) -> None:
        """Begin in the background; if another process analyses here, wait to take over from it."""
        self._keeper = threading.Thread(target=self._take_over, name="analysis-keeper", daemon=True)
        self._keeper.start()

    def try_start(self) -> bool:
        """Begin unless another process analyses in this data folder; whether it began."""
        try:
            data_folder().mkdir(parents=True, exist_ok=True)
            if not self._lock.is_locked:
                self._lock.acquire(timeout=0)
        except Timeout:
            return False
        except OSError as error:
            raise StorageError(
                f"The data folder {data_folder()} cannot be used: {error.strerror}."
            ) from error
        media_store.sweep()
        recordings.sweep()
        uploads.sweep()
        with writing() as session:
            clips.requeue_interrupted(session)
            scenes.requeue_interrupted(session)
        for lane in self._lanes:
            lane.start()
        return True

    def stop(self) -> None:
        """End at once; a clip that was being analysed is queued again."""
        self._stopping.set()
        if self._keeper is not None:
            self._keeper.join()
        for lane in self._lanes:
            lane.join()
        self._lock.release()

    def is_alive(self) -> bool:
        """Whether the lanes run, or this process waits to take over from another."""
        keeps = self._keeper is not None and self._keeper.is_alive()
        return keeps or all(lane.is_alive() for lane in self._lanes)

    def _take_over(self) -> None:
        while not self._stopping.is_set():
            try:
                if self.try_start():
                    return
            except DailiesError:
                log.exception("The analysis cannot start; it will be tried again.")
            self._stopping.wait(LOCK_RETRY_S)


class _Lane:
    """A thread that feeds turns to one process."""

    def __init__(
        self,
        stopping: threading.Event,
        claim: Callable[[], Turn | None],
        hand: Hand,
        limit_s: float,
        *,
        begun: own_weights.Mark | None = None,
    ) -> None:
        self._stopping, self._claim, self._hand, self._limit_s = stopping, claim, hand, limit_s
        self._weights = begun
        self._interrupted: Turn | None = None
        self._thread = threading.Thread(target=self._run, name="analysis-lane", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> None:
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        if self._weights is None:
            self._fresh_process()
        while not self._stopping.is_set():
            try:
                self._put_back_interrupted()
                turn = self._claim()
                if turn is None:
                    self._stopping.wait(POLL_S)
                    continue
                self._interrupted = turn
                self._take(turn)
                self._interrupted = None
            except Exception:  # the database may be away for a while; the lane must outlive that
                log.exception("The analysis was interrupted; it goes on in a moment.")
                self._stopping.wait(RETRY_AFTER_ERROR_S)
        self._hand.end()

    def _put_back_interrupted(self) -> None:
        """Queue again what could not be stored when its outcome was there."""
        if self._interrupted is not None:
            self._interrupted.put_back()
            self._interrupted = None

    def _take(self, turn: Turn) -> None:
        with metrics.analysing() as ended:
            self._deal_with(turn, ended)

    def _deal_with(self, turn: Turn, ended: list[str]) -> None:
        try:
            outcome = self._outcome(turn)
        except _StoppedError:
            ended.append("stopped")
            turn.put_back()
        except NotStartedError:
            ended.append("stopped")
            log.warning("A process of the analysis did not start; another one is tried.")
            self._fresh_process()
            turn.put_back()
        except DailiesError as error:
            turn.fail(str(error))
        except _TooSlowError:
            self._fresh_process()
            turn.fail(_too_slow(turn, self._limit_s))
        except LostHandError:
            self._fresh_process()
            turn.fail(_crashed(turn))
        except MemoryError:
            self._fresh_process()  # what it has left over may not be enough for the next
            turn.fail(f"{turn.name} cannot be used: {process_limits.too_much_memory()}")
        except Exception as error:
            _blame_us(turn, error)
        else:
            ended.append("done")
            self._store(turn, outcome)

    @staticmethod
    def _store(turn: Turn, outcome: Any) -> None:
        try:
            turn.keep(outcome)
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, RefusedValueError):
                raise  # the database is away for now; another turn may do
            if isinstance(error, DailiesError) and error.wording is not None:
                turn.fail(str(error))  # it was looked at, and cannot be used
            else:
                _blame_us(turn, error)  # it would be refused each time

    def _outcome(self, turn: Turn) -> Any:
        if self._weights != own_weights.mark():
            self._fresh_process()
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(turn)
            except LostHandError:
                log.warning("A process of the analysis ended; what it worked on is tried again.")
                self._fresh_process()
        return self._attempt(turn)

    def _attempt(self, turn: Turn) -> Any:
        self._hand.give(turn.work, turn.job)
        begun = time.monotonic()
        while not self._hand.is_done(within_s=POLL_S):
            if self._stopping.is_set():
                raise _StoppedError
            if time.monotonic() - begun > self._limit_s:
                raise _TooSlowError
        return self._hand.outcome()

    def _fresh_process(self) -> None:
        self._weights = own_weights.mark()
        self._hand.renew()


class _StoppedError(Exception):
    """The worker is asked to end while a clip is being analysed."""


class _TooSlowError(Exception):
    """A clip has taken longer than it may."""


def _too_slow(turn: Turn, limit_s: float) -> str:
    return (
        f"The analysis of {turn.name} took longer than {limit_s / 60:.0f} minutes and was ended; "
        "give a shorter or smaller clip."
    )


def _crashed(turn: Turn) -> str:
    return (
        f"{turn.name} made the analysis stop, so it cannot be used; export it again as MP4 and import that."
    )


def _blame_us(turn: Turn, error: Exception) -> None:
    """Log a bug under an id, which is all of it that people see."""
    name = secrets.token_hex(ERROR_ID_BYTES)
    log.error("Error %s on %s", name, type(turn).__name__, exc_info=error)
    told = f"Something went wrong with {turn.name} that is ours to mend; the log tells of error {name}."
    turn.fail(told)
