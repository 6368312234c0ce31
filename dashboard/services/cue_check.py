"""The Ekman check as raters answer it: of each facial cue whether they see it, and a remark.

Only where the machine's opinion is shown: the cues are those of the emotion it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.services import permissions
from dashboard.services.machine_sight import require_sight
from dashboard.services.messages import say
from dashboard.services.permissions import Act
from dashboard.services.predictions import StoredPrediction, stored
from dashboard.services.refusals import worded
from db import clips, cue_answers, predictions, projects
from db.errors import RefusedValueError
from db.records import CueAnswerRecord, TaskKey
from db.session import reading, writing
from db.tables import KEY_LENGTH
from engine.analysis import EkmanCheck, FacialCue

REMARK_LENGTH: Final = 2000
"""Longest remark, in characters."""


@dataclass(frozen=True, slots=True)
class CueView:
    """A check as a person may answer it.

    Attributes
    ----------
    prediction_id : int
    check : EkmanCheck
    mine : CueAnswerRecord or None
        What they say now.
    seen_by : Mapping of int to (int, int)
        By action unit: how many people see it, of how many who said; empty before the person has said
        something, so that nobody follows the others.
    """

    prediction_id: int
    check: EkmanCheck
    mine: CueAnswerRecord | None
    seen_by: Mapping[int, tuple[int, int]]


def view(prediction: StoredPrediction, person_id: int) -> CueView | None:
    """The check of a prediction for a person who sees it, ``None`` where it has none with cues."""
    with reading() as session:
        project_id = clips.get(session, prediction.clip_id).project_id
        permissions.require(session, project_id, person_id, Act.RATE)
        check = prediction.analysis.ekman
        if check is None or not check.cues:
            return None
        mine = cue_answers.newest(session, prediction.id, person_id)
        everyone = () if mine is None else cue_answers.of_clip(session, prediction.clip_id)
    said = [each for each in everyone if each.prediction_id == prediction.id]
    return CueView(prediction.id, check, mine, {cue.action_unit: _count(cue, said) for cue in check.cues})


def store(
    task: TaskKey, prediction_id: int, answers: Mapping[int, bool], *, remark: str, key: str
) -> CueAnswerRecord:
    """Store what a person says of the cues of a prediction; sent again under ``key`` it is stored once.

    Parameters
    ----------
    answers : Mapping of int to bool
        By action unit; cues left out are not answered.

    Raises
    ------
    RefusedValueError
        If nothing is said, a cue is none of the check's, the remark or the key is too long, or the prediction
        has no check.
    NotShownError
        If the machine's opinion is not shown to the person.
    NotAllowedError
        If the person may not rate in the project.
    UnknownRowError
        If there is no such clip or prediction.
    """
    remark = remark.strip()
    if not 1 <= len(key) <= KEY_LENGTH:
        raise worded(RefusedValueError, "refusal.key", n=KEY_LENGTH)
    if len(remark) > REMARK_LENGTH:
        raise worded(RefusedValueError, "refusal.cue_remark_long", n=REMARK_LENGTH)
    with writing() as session:
        clip = clips.get(session, task.clip_id)
        permissions.require(session, clip.project_id, task.person_id, Act.RATE)
        require_sight(session, projects.by_id(session, clip.project_id), task)
        record = predictions.by_id(session, prediction_id)
        if record.clip_id != clip.id:
            raise worded(RefusedValueError, "refusal.other_clip")
        check = stored(record).analysis.ekman
        asked = set() if check is None else {cue.action_unit for cue in check.cues}
        if not set(answers) <= asked:
            raise worded(RefusedValueError, "refusal.cue_unknown")
        if not answers and not remark and cue_answers.newest(session, record.id, task.person_id) is None:
            raise worded(RefusedValueError, "refusal.cue_nothing")
        return cue_answers.add(
            session, record.id, task.person_id, answers=answers, remark=remark, idempotency_key=key
        )


def cue_name(cue: FacialCue) -> str:
    """What a cue is called in the language spoken now."""
    return say(f"cues.name.{cue.action_unit}")


def sentence(check: EkmanCheck, answers: Mapping[str, bool]) -> str:
    """What was answered, as ``"brows lowered yes, lips pressed no"``: for tables, so always in English."""
    said = [(cue.name, answers.get(str(cue.action_unit))) for cue in check.cues]
    return ", ".join(f"{name} {'yes' if sees else 'no'}" for name, sees in said if sees is not None)


def _count(cue: FacialCue, said: list[CueAnswerRecord]) -> tuple[int, int]:
    given = [each.answers[str(cue.action_unit)] for each in said if str(cue.action_unit) in each.answers]
    return sum(given), len(given)
