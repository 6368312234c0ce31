"""What each of the systems says about one clip, which a process of its own looks at once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from dashboard.services import background, clip_work, media_store
from dashboard.services.analysis_worker import CLIP_LIMIT_S
from dashboard.services.background import Lane, Work
from dashboard.services.clip_turns import job_of
from dashboard.services.clip_work import ClipJob
from dashboard.services.permissions import Act, require
from dashboard.services.process_limits import Apart, TooGreedyError
from db import clips
from db.errors import RefusedValueError
from db.records import ClipRecord
from db.session import reading
from engine.analysis import Analysis
from engine.errors import DailiesError, WeightsError
from engine.vocabulary import Emotion, SystemName


@dataclass(frozen=True, slots=True)
class SystemAnswer:
    """What one system says, or why it says nothing: either is ``None``."""

    system: SystemName
    analysis: Analysis | None
    refusal: str | None = None

    @property
    def emotion(self) -> Emotion | None:
        """The emotion it names."""
        estimate = None if self.analysis is None else self.analysis.emotion
        return None if estimate is None else estimate.label


@dataclass(frozen=True, slots=True)
class Comparison:
    """All systems on one clip, in the order of :class:`~engine.vocabulary.SystemName`."""

    clip: ClipRecord
    answers: tuple[SystemAnswer, ...]

    @property
    def named(self) -> Mapping[Emotion, int]:
        """How many systems name each emotion, the most named first."""
        counts = Counter(answer.emotion for answer in self.answers if answer.emotion is not None)
        return dict(counts.most_common())

    @property
    def overlaps(self) -> Mapping[tuple[SystemName, SystemName], float]:
        """Σ min(p, q) over the emotions for each two systems that name some; 1 is the same opinion."""
        shares = {
            answer.system: answer.analysis.emotion.probabilities
            for answer in self.answers
            if answer.analysis is not None and answer.analysis.emotion is not None
        }
        return {
            (first, second): sum(min(share, shares[second].get(name, 0.0)) for name, share in named.items())
            for (first, named), (second, _) in combinations(shares.items(), 2)
        }


def begin(clip_id: str, *, person_id: int | None) -> None:
    """Ask all systems about a clip; :func:`look` tells how far that is.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such clip.
    """
    with reading() as session:
        clip = clips.get(session, clip_id)
        require(session, clip.project_id, person_id, Act.SEE_MACHINE)

    def act(report: Callable[[int, int], None]) -> Comparison:
        return compared(clip, report=report)

    background.start(_name(clip_id), act, lane=Lane.SYSTEMS)


def look(clip_id: str, *, person_id: int | None = None) -> Work | None:
    """How far the comparison of a clip is; its answer is a :class:`Comparison`.

    Raises
    ------
    NotAllowedError
        If the person may not see what the machine says.
    """
    with reading() as session:
        require(session, clips.get(session, clip_id).project_id, person_id, Act.SEE_MACHINE)
    return background.look(_name(clip_id))


def compared(
    clip: ClipRecord, *, report: Callable[[int, int], None] = lambda _done, _all: None
) -> Comparison:
    """Ask all systems about a clip and wait.

    Raises
    ------
    RefusedValueError
        If the clip ends the process it is analysed in, or takes more time or memory than a clip may.
    """
    path, job = media_store.path_of(clip.media_key), job_of(clip)
    with Apart(limit_s=CLIP_LIMIT_S) as process:
        try:
            for done, system in enumerate(SystemName):  # which takes most of the time
                report(done, len(SystemName))
                process.do(_load, system)
            return Comparison(clip, process.do(_ask, path, job))
        except TooGreedyError:
            raise RefusedValueError(
                f"{clip.original_name} made the analysis stop, so the systems cannot be compared on it."
            ) from None


def _load(system: SystemName) -> None:
    from engine.systems.alignment import AlignmentSystem
    from engine.systems.registry import naming_system

    with suppress(WeightsError):  # it will be said as this system's answer
        AlignmentSystem.load() if system is SystemName.ALIGNMENT else naming_system(system)


def _ask(path: Path, job: ClipJob) -> tuple[SystemAnswer, ...]:
    try:
        answers = clip_work.analysed_by_each(path, job)
    except DailiesError as error:
        refusal = str(error).replace(path.name, job.original_name)
        return tuple(SystemAnswer(system, None, refusal) for system in SystemName)
    return tuple(
        SystemAnswer(system, None, str(answer))
        if isinstance(answer, DailiesError)
        else SystemAnswer(system, answer)
        for system, answer in answers.items()
    )


def _name(clip_id: str) -> str:
    return f"systems:{clip_id}"
