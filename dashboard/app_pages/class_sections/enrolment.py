"""Who is on the list of a class."""

from __future__ import annotations

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.project_sections import saving
from dashboard.services import classes, messages


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    listed = classes.student_list(here.project.id, person_id=here.person.id)
    if not listed:
        st.info(messages.say("classes.room.nobody"))
    for student in listed:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.text(student.name)
        row.button(
            messages.say("classes.room.take_off"),
            key=f"take_off_{student.id}",
            type="tertiary",
            icon=":material/person_remove:",
            on_click=boundary.guarded(classes.take_off),
            args=(here.project.id, student.id),
            kwargs={"person_id": here.person.id},
        )
    with st.form("enrol", clear_on_submit=True):
        names = st.text_area(
            messages.say("classes.room.names"),
            key="names_to_enrol",
            height=160,
            max_chars=classes.NAMES_LENGTH,
        )
        if st.form_submit_button(messages.say("classes.room.enrol"), type="primary", key="enrol_button"):
            saving.save(
                lambda: classes.enrol(here.project.id, names.splitlines(), person_id=here.person.id),
                said=messages.say("app.stored"),
            )
