"""Below the evidence: whose face was read and can be read instead, and which facial cues the person sees."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.cue_check import cue_check
from dashboard.components.face_picker import face_picker
from dashboard.services import cue_check as cues
from dashboard.services import face_choice, importing, messages, task_pass
from dashboard.services.predictions import StoredPrediction
from dashboard.services.review import ReviewView
from db.records import ClipStatus

REFRESH_S: Final = 1
WORKING: Final = (ClipStatus.QUEUED, ClipStatus.ANALYSING)


def draw(here: visit.Visit, view: ReviewView, prediction: StoredPrediction) -> None:
    """Draw what there is; only for who may see the machine."""
    faces = prediction.analysis.faces
    task = view.task
    if view.clip.status in WORKING:
        _reading_again(view.clip.id)
    elif faces is not None and faces.count > 1:

        def picked(face: int | None) -> None:
            if task is not None:
                face_choice.choose(task.key, face)

        face_picker(prediction, faces, on_pick=None if task is None else boundary.guarded(picked))
    shown = cues.view(prediction, here.person.id)
    if shown is not None:
        cue_check(shown, pass_=None if task is None else task_pass.issue(task.key))


@st.fragment(run_every=REFRESH_S)
def _reading_again(clip_id: str) -> None:
    with boundary.shown():
        (clip,) = importing.statuses([clip_id], person_id=visit.here().person.id)
        if clip.status not in WORKING:
            st.rerun()
        st.info(messages.say("faces.reading"), icon=":material/hourglass_top:")
