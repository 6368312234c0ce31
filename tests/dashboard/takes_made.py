"""Takes without a browser."""

from __future__ import annotations

import secrets
from io import BytesIO

from dashboard.services import takes
from dashboard.services.predictions import draft_of
from dashboard.services.recording_pass import Performer
from dashboard.services.takes import Wanted
from db import clips, predictions, session
from db.records import ClipStatus, TakeRecord
from tests.dashboard.analysis_made import made_analysis


def made_take(
    performer: Performer, content: bytes, *, line: str = "How dare you!", script_line_id: int | None = None
) -> TakeRecord:
    """A queued take of some bytes."""
    wanted = Wanted(line, script_line_id)
    key = secrets.token_hex(16)
    return takes.add(performer, BytesIO(content), name="take.webm", wanted=wanted, recording_key=key)


def analysed(take: TakeRecord, *, expressed: float, line: str = "How dare you!") -> None:
    """Give a take its prediction."""
    with session.writing() as s:
        clips.claim_queued(s)
        analysis = made_analysis(expected=0.7, expressed=expressed, line=line)
        predictions.add(s, draft_of(analysis, clip_id=take.clip_id))
        clips.set_status(s, take.clip_id, ClipStatus.READY)
