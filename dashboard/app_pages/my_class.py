"""My class: what is set, one's own takes, and what came back; nobody else's."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.class_sections import handing_in
from dashboard.class_routes import sheet_url
from dashboard.components.moments import Moment, moments
from dashboard.components.player import PlayerScene, player
from dashboard.routes import media_url
from dashboard.services import classes, messages, removal, student_work
from dashboard.services.feedback import target_words
from dashboard.services.permissions import Act, may
from dashboard.services.rubric import HIGHEST
from dashboard.services.student_work import OwnTake
from db.records import ClipStatus, SetWorkRecord

SHORTEST_S: Final = 0.1
PLAYER_SHARE: Final = (1.12, 1)
_OPEN: Final = "own_take_open"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("classes.mine.title"))
    if not may(here.role, Act.HAND_IN):
        st.info(messages.say("classes.mine.stranger"))
        return
    st.caption(messages.say("classes.mine.what"))
    every = classes.work_list(here.project.id, person_id=here.person.id)
    if not every:
        st.info(messages.say("classes.mine.no_work"))
    taken = student_work.own_takes(here.project.id, person_id=here.person.id)
    opened = next((each for each in taken if each.clip.id == st.session_state.get(_OPEN)), None)
    if opened is not None:
        _watch(opened)
    for work in reversed(every):
        with st.container(border=True):
            _work(here, work, [each for each in taken if each.take.assignment_id == work.id])
    if taken:
        _withdrawal(here)


def _work(here: visit.Visit, work: SetWorkRecord, taken: list[OwnTake]) -> None:
    st.markdown(f"#### {messages.plain(work.title)}")
    st.caption(target_words(work))
    if work.instructions:
        st.markdown(messages.plain(work.instructions))
    for each in taken:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.button(
            messages.say("classes.mine.open"),
            key=f"open_{each.clip.id}",
            icon=":material/play_circle:",
            on_click=st.session_state.__setitem__,
            args=(_OPEN, each.clip.id),
        )
        row.text(f"{each.take.line_number} · {each.clip.original_name}")
    if work.released_at is None:
        handing_in.fields(here, work, here.person.id)
        return
    found = student_work.student_work(work.id, here.person.id, person_id=here.person.id)
    if found.standing.grade is not None:
        grade = f"{found.standing.grade:.2f}"
        st.success(messages.say("classes.desk.graded", grade=grade, best=HIGHEST))
    bar = st.container(horizontal=True, gap="small")
    for form in ("html", "pdf"):
        bar.link_button(
            messages.say(f"classes.desk.sheet_{form}"),
            sheet_url(work.id, here.person.id, form),
            icon=":material/description:",
        )


def _watch(each: OwnTake) -> None:
    clip = each.clip
    left, right = st.columns(PLAYER_SHARE, gap="medium")
    with left:
        player(
            PlayerScene(
                clip=clip.id,
                source=media_url(clip.playable_key),
                is_sound_only=clip.width is None and clip.status is ClipStatus.READY,
                duration_s=clip.duration_s or SHORTEST_S,
                line=clip.line,
            ),
            key="own_take_player",
        )
    if each.comments:
        with right:
            moments(clip.id, [Moment(one.id, one.at_s, one.text, "", False) for one in each.comments])


def _withdrawal(here: visit.Visit) -> None:
    with st.popover(messages.say("classes.mine.withdraw"), icon=":material/delete_forever:"):
        st.markdown(messages.say("classes.mine.withdraw_what"))
        is_sure = st.checkbox(messages.say("classes.mine.withdraw_sure"), key="withdraw_sure")
        st.button(
            messages.say("classes.mine.withdraw_do"),
            type="primary",
            disabled=not is_sure,
            key="withdraw_do",
            on_click=boundary.guarded(removal.withdraw),
            args=(here.project.id, here.person.name),
            kwargs={"person_id": here.person.id},
        )
