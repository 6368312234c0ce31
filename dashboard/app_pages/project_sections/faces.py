"""Actors who consented to be recognised among several faces: enrolled from pictures, and forgotten."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections.saving import save
from dashboard.services import enrolment, messages
from dashboard.services.enrolment import NAME_LENGTH


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    st.caption(messages.say("project.faces.what"))
    for actor, count in enrolment.actors(here.project.id, person_id=here.person.id).items():
        name, act = st.columns([3, 2], vertical_alignment="center")
        name.text(messages.say("project.faces.enrolled", actor=actor, n=count))
        if act.button(messages.say("project.faces.forget"), key=f"forget_{actor}"):
            save(lambda who=actor: enrolment.forget(here.project.id, who, person_id=here.person.id))
    if not enrolment.is_possible():
        st.info(messages.say("project.faces.missing", command="`pip install -r requirements-faces.txt`"))
        return
    with st.form("enrol_actor", clear_on_submit=False):
        actor = st.text_input(messages.say("project.faces.actor"), max_chars=NAME_LENGTH)
        files = st.file_uploader(
            messages.say("project.faces.pictures"),
            type=["jpg", "jpeg", "png", "webp"],
            accept_multiple_files=True,
        )
        consents = st.checkbox(messages.say("project.faces.consent"))
        if st.form_submit_button(messages.say("project.faces.enrol")):
            pictures = [(file.name, file.getvalue()) for file in files or ()]
            with st.spinner(messages.say("project.faces.looking")):
                save(
                    lambda: enrolment.enrol(
                        here.project.id, actor, pictures, consents=consents, person_id=here.person.id
                    )
                )
