"""What raters say of a face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CueAnswerRecord:
    """What a person says of the facial cues of one prediction.

    Attributes
    ----------
    answers : Mapping of str to bool
        By number of the action unit, as text: whether they see it. Cues they said nothing of are left out.
    remark : str
    """

    id: int
    idempotency_key: str
    prediction_id: int
    person_id: int
    answers: Mapping[str, bool]
    remark: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FaceChoiceRecord:
    """Whose face of a clip is to be read.

    Attributes
    ----------
    face : int or None
        Counted from 1 at the left; ``None`` leaves it to the engine.
    person_id : int or None
        Who chose.
    """

    id: int
    clip_id: str
    person_id: int | None
    face: int | None
    created_at: datetime
