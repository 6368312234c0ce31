"""The take that is graded, and the remarks about its moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.moments import Moment, moments
from dashboard.components.player import PlayerScene, player
from dashboard.routes import media_url
from dashboard.services import grading, messages
from dashboard.services.student_work import ShownTake, StudentWork
from db.records import ClipStatus

SHORTEST_S: Final = 0.1


def draw(here: visit.Visit, found: StudentWork) -> ShownTake | None:
    """Draw the chosen take, if there is one, and say which it is."""
    shown = _chosen_take(found.takes)
    if shown is None:
        return None
    clip = shown.clip
    player(
        PlayerScene(
            clip=clip.id,
            source=media_url(clip.playable_key),
            is_sound_only=clip.width is None and clip.status is ClipStatus.READY,
            duration_s=clip.duration_s or SHORTEST_S,
            line=clip.line or shown.line,
        ),
        key="take_player",
    )
    if clip.status is not ClipStatus.READY:
        st.caption(messages.say("classes.desk.not_ready"))
    person = here.person.id
    moments(
        clip.id,
        [
            Moment(
                each.id, each.at_s, each.text, found.names.get(each.author_id, ""), each.author_id == person
            )
            for each in shown.comments
        ],
        on_add=boundary.guarded(
            lambda clip_id, at_s, text: grading.comment(clip_id, at_s=at_s, text=text, person_id=person)
        ),
        on_drop=boundary.guarded(lambda comment_id: grading.drop_comment(comment_id, person_id=person)),
    )
    return shown


def _chosen_take(takes: Sequence[ShownTake]) -> ShownTake | None:
    if not takes:
        return None
    if len(takes) == 1:
        return takes[0]
    by_id = {each.clip.id: each for each in takes}
    places = {each.clip.id: _place(each, takes) for each in takes}
    chosen = st.segmented_control(
        messages.say("classes.desk.take"),
        list(by_id),
        default=takes[0].clip.id,
        required=True,
        format_func=lambda clip_id: messages.say(
            "classes.desk.take_name", line=by_id[clip_id].take.line_number, take=places[clip_id]
        ),
        key=f"take_{takes[0].clip.id}",
    )
    return by_id[str(chosen or takes[0].clip.id)]


def _place(take: ShownTake, takes: Sequence[ShownTake]) -> int:
    """Which of a line's takes it is, the first being 1."""
    same = sorted(each.take.id for each in takes if each.take.line_number == take.take.line_number)
    return same.index(take.take.id) + 1
