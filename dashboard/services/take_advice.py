"""What the machine says about a take, criterion by criterion: advice beside the form, never a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import rubric
from dashboard.services.class_takes import TARGET_INTENSITY
from dashboard.services.judging import context_of
from dashboard.services.machine_view import MachineView, machine_view
from dashboard.services.messages import say
from dashboard.services.script_words import script_sentence
from db import predictions
from db.records import ClipRecord, SetWorkRecord, Target
from engine.analysis import Judgement, z_score

UNKNOWN: Final = "classes.advice.unknown"


def advice(session: Session, clip: ClipRecord, work: SetWorkRecord) -> Mapping[str, str]:
    """Sentences by the key of the standard criterion they are about; empty before the analysis."""
    said = machine_view(session, clip)
    if said.prediction is None:
        return {}
    return {
        rubric.EMOTION: _emotion(said, clip, work),
        rubric.INTENSITY: _intensity(session, said, clip, work),
        rubric.WORDS: _words(said),
    }


def _emotion(said: MachineView, clip: ClipRecord, work: SetWorkRecord) -> str:
    heard = None if said.prediction is None else said.prediction.analysis.emotion
    if heard is None:
        return say(UNKNOWN)
    shown = say(
        "classes.advice.emotion",
        emotion=say(f"emotion.{heard.label.value}"),
        percent=round(100 * heard.probabilities[heard.label]),
    )
    wanted = work.emotion or clip.directed_emotion
    if wanted is None:
        return shown
    return f"{shown} {say('classes.advice.directed', emotion=say(f'emotion.{wanted.value}'))}"


def _intensity(session: Session, said: MachineView, clip: ClipRecord, work: SetWorkRecord) -> str:
    judgement = _judged(session, said, clip, work.target)
    if judgement is None or judgement.verdict is None or said.prediction is None:
        return say(UNKNOWN)
    return say(
        f"classes.advice.intensity.{work.target.value}",
        verdict=say(f"zone.{judgement.verdict.value}"),
        shown=f"{said.prediction.analysis.expressed_intensity:.2f}",
        wanted=f"{_wanted(said, work.target):.2f}",
    )


def _judged(session: Session, said: MachineView, clip: ClipRecord, target: Target) -> Judgement | None:
    """The verdict against what the work asks for: the line's own demand, or what was directed."""
    if target is Target.SCRIPT:
        return said.judgement
    record = predictions.latest_for(session, clip.id)
    shown = None if record is None else z_score(record.expressed_intensity)
    wanted = z_score(TARGET_INTENSITY[target])
    if record is None or shown is None or wanted is None:
        return None
    return said.policy.policy.judge(shown - wanted, context_of(clip, record))


def _wanted(said: MachineView, target: Target) -> float:
    if target is not Target.SCRIPT:
        return TARGET_INTENSITY[target]
    analysis = None if said.prediction is None else said.prediction.analysis
    return 0.0 if analysis is None or analysis.expected_intensity is None else analysis.expected_intensity


def _words(said: MachineView) -> str:
    match = None if said.prediction is None else said.prediction.analysis.script
    return say("classes.advice.no_words") if match is None else script_sentence(match)
