"""Asking somebody for a second mark."""

from __future__ import annotations

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import classes, grading, messages
from dashboard.services.student_work import StudentWork


def section(here: visit.Visit, found: StudentWork) -> None:
    """Draw who was asked, and whom one may ask."""
    everybody = {each.id: each.name for each in classes.markers(here.project.id, person_id=here.person.id)}
    if found.second is not None:
        name = everybody.get(found.second.marker_id, "–")
        st.caption(messages.say("classes.desk.asked", name=messages.plain(name)))
    if found.is_blind or not found.standing.marks:
        return
    marked = {mark.marker_id for mark in found.standing.marks}
    free = [person for person in everybody if person not in marked and person != here.person.id]
    with st.popover(messages.say("classes.desk.ask_second"), icon=":material/group_add:"):
        if not free:
            st.caption(messages.say("classes.desk.nobody_else"))
            return
        whom = st.selectbox(
            messages.say("classes.desk.ask_who"),
            free,
            format_func=lambda person: everybody[person],
            key=f"second_of_{found.work.id}_{found.student.id}",
        )
        st.button(
            messages.say("classes.desk.ask"),
            type="primary",
            key="ask_second",
            on_click=boundary.guarded(grading.ask_second),
            args=(found.work.id, found.student.id, whom),
            kwargs={"person_id": here.person.id},
        )
