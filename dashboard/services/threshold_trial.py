"""Thresholds tried by hand: which clips a pair would judge otherwise, without storing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.services import aside
from dashboard.services.aside import WorkedOut
from dashboard.services.judging import gap_of, in_force, judge
from dashboard.services.permissions import Act, ensure
from dashboard.services.project_state import state_of
from db import predictions
from db.session import reading
from engine.verdict.policy import decide
from engine.vocabulary import VERDICT_ORDER, Verdict

"""Projects whose judged clips are kept at hand between two runs of a page."""


@dataclass(frozen=True, slots=True)
class JudgedClip:
    """A clip with a known gap under the thresholds in force.

    Attributes
    ----------
    alignment : float
        z units.
    verdict : Verdict
        Under the thresholds in force for this clip.
    """

    clip_id: str
    clip_name: str
    alignment: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TriedClip:
    """A clip that a tried pair judges otherwise.

    Attributes
    ----------
    then : Verdict
        Under the tried pair.
    margin : float
        How far the gap lies from the nearer tried threshold, z units.
    """

    clip: JudgedClip
    then: Verdict
    margin: float


def judged(project_id: int, *, person_id: int | None = None) -> WorkedOut[tuple[JudgedClip, ...]]:
    """Every analysed clip of a project whose gap is known, in the clips' order.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.TEACH)
    promoted = state_of(project_id).marks.promotions
    return aside.of_project(f"judged:{promoted}", project_id, lambda: _judged(project_id))


def _judged(project_id: int) -> tuple[JudgedClip, ...]:
    with reading() as session:
        newest = predictions.newest(session, project_id)
        policy = in_force(session, project_id, newest).policy
        found = []
        for clip, prediction in predictions.summaries_of_project(session, project_id):
            gap, verdict = gap_of(prediction), judge(policy, clip, prediction).verdict
            if gap is not None and verdict is not None:
                found.append(JudgedClip(clip.id, clip.original_name, gap, verdict))
        return tuple(found)


def flipping(clips: Sequence[JudgedClip], lower: float, upper: float) -> tuple[TriedClip, ...]:
    """The clips that one pair for all would judge otherwise, the clearest cases first.

    Parameters
    ----------
    clips : sequence of JudgedClip
    lower, upper : float
        The tried pair, z units.
    """
    gaps = np.array([clip.alignment for clip in clips], dtype=np.float64)
    codes = decide(gaps, np.full(gaps.shape, lower), np.full(gaps.shape, upper))
    tried = (
        TriedClip(clip, VERDICT_ORDER[code], min(abs(clip.alignment - lower), abs(clip.alignment - upper)))
        for clip, code in zip(clips, codes, strict=True)
    )
    changed = [each for each in tried if each.then is not each.clip.verdict]
    return tuple(sorted(changed, key=lambda each: (-each.margin, each.clip.clip_name)))
