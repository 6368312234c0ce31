"""What the machine says about a clip, as far as a person may see it: the whole of it, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.explanation import explain, verdict_sentence
from dashboard.services.intensity_judging import NOTHING_KNOWN, RatersIntensity, raters_intensity
from dashboard.services.judging import InForce, in_force, judge
from dashboard.services.predictions import StoredPrediction, stored
from db import predictions
from db.records import ClipRecord
from engine.analysis import Judgement
from engine.verdict.fixed import FIXED


@dataclass(frozen=True, slots=True)
class MachineView:
    """What the machine says about a clip.

    Attributes
    ----------
    prediction : StoredPrediction or None
        ``None`` until the clip is analysed.
    judgement : Judgement or None
        Under the policy in force now, not the one at the time of the analysis.
    policy : InForce
    headline : str
        The verdict in one sentence.
    explanation : tuple of str
        Why, in sentences.
    raters : RatersIntensity
        What raters here would say about the intensities, where a map is in force.
    """

    prediction: StoredPrediction | None = None
    judgement: Judgement | None = None
    policy: InForce = field(default_factory=lambda: InForce(None, FIXED))
    headline: str = ""
    explanation: tuple[str, ...] = ()
    raters: RatersIntensity = NOTHING_KNOWN


NOTHING_SHOWN: Final = MachineView()
"""Before a blind answer is locked, and in single channels: not even whether there is a prediction."""


def machine_view(session: Session, clip: ClipRecord) -> MachineView:
    """What the machine says about a clip now."""
    record = predictions.latest_for(session, clip.id)
    policy = in_force(session, clip.project_id, record)
    if record is None:
        return MachineView(policy=policy, headline=verdict_sentence(None))
    prediction = stored(record)
    judgement = judge(policy.policy, clip, record)
    return MachineView(
        prediction=prediction,
        judgement=judgement,
        policy=policy,
        headline=verdict_sentence(judgement.verdict),
        explanation=explain(prediction.analysis, judgement, policy),
        raters=raters_intensity(session, clip.project_id, clip, record),
    )
