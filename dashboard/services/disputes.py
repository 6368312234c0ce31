"""How far people differ about each clip, and which clips somebody should decide about first."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dashboard.services.derived_consensus import Consensus, consensus
from dashboard.services.given_answers import Field, GivenAnswer, collect
from dashboard.services.project_state import ProjectState, state_of
from db import projects
from db.session import reading
from engine.vocabulary import Channel, Delivery

MOST_KEPT: Final = 8
FAR_APART: Final = 0.5
"""Intensities of the same clip that differ by half the scale are a dispute; less is a matter of taste."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """How the standing answers to a full clip differ.

    Attributes
    ----------
    raters : int
    step_range : int
        Steps between the lowest and the highest delivery, 0 to 4.
    verdict_entropy, emotion_entropy : float
        Bits; 0 where all say the same.
    intensity_range : float
        The wider of the two intensities' ranges, 0 to 1.
    consensus : Mapping[Field, Consensus]
        What the answers add up to, by what was answered at all.
    """

    clip_id: str
    name: str
    raters: int
    step_range: int
    verdict_entropy: float
    emotion_entropy: float
    intensity_range: float
    consensus: Mapping[Field, Consensus]

    @property
    def is_disputed(self) -> bool:
        """Whether verdicts or emotions differ, or an intensity by :data:`FAR_APART`."""
        return self.verdict_entropy > 0 or self.emotion_entropy > 0 or self.intensity_range >= FAR_APART

    @property
    def weight(self) -> tuple[float, ...]:
        """Sorts what people differ about most to the end: steps first, then verdict, emotion, intensity."""
        return (
            self.step_range if self.verdict_entropy > 0 else 0,
            self.verdict_entropy,
            self.emotion_entropy,
            self.intensity_range,
        )


def of_project(project_id: int) -> Mapping[str, Dispute]:
    """Every clip with an answer that stands, by its id.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    return _at(project_id, state_of(project_id))


def entropy(values: Iterable[Hashable]) -> float:
    """Shannon's entropy of the values (1948), bits; 0 without any."""
    counts = Counter(values)
    total = sum(counts.values())
    return -sum(count / total * math.log2(count / total) for count in counts.values()) + 0.0


def about(answers: Iterable[GivenAnswer]) -> tuple[GivenAnswer, ...]:
    """The answers that are laid side by side: standing ones to full clips, of people where there are any."""
    standing = [each for each in answers if each.stands and each.channel is Channel.FULL]
    is_simulated = all(each.simulated for each in standing)
    return tuple(each for each in standing if each.simulated is is_simulated)


@lru_cache(maxsize=MOST_KEPT)
def _at(project_id: int, _state: ProjectState) -> Mapping[str, Dispute]:
    with reading() as session:
        answers = about(collect(session, projects.by_id(session, project_id)))
    agreed = {field: consensus(field, answers) for field in Field}
    by_clip: dict[str, list[GivenAnswer]] = defaultdict(list)
    for each in answers:
        by_clip[each.clip_id].append(each)
    return {
        clip_id: _dispute(
            given, {field: found[clip_id] for field, found in agreed.items() if clip_id in found}
        )
        for clip_id, given in by_clip.items()
    }


def _dispute(given: list[GivenAnswer], agreed: Mapping[Field, Consensus]) -> Dispute:
    def said(field: Field) -> list[str]:
        return [value for each in given if (value := each.value(field)) is not None]

    steps = [int(value) for value in said(Field.DELIVERY)]
    levels = [[float(value) for value in said(field)] for field in (Field.EXPECTED, Field.EXPRESSED)]
    return Dispute(
        clip_id=given[0].clip_id,
        name=given[0].clip_name,
        raters=len({each.person_id for each in given}),
        step_range=max(steps) - min(steps) if steps else 0,
        verdict_entropy=entropy(Delivery(step).verdict for step in steps),
        emotion_entropy=entropy(said(Field.EMOTION)),
        intensity_range=max((max(each) - min(each) for each in levels if each), default=0.0),
        consensus=agreed,
    )
