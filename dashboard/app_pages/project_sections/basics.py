"""A project's name, its language, and whether people see the machine's opinion."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import saving
from dashboard.services import messages, project_setup
from dashboard.services.project_setup import Basics
from engine.vocabulary import Protocol


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    project = here.project
    given = project_setup.answers(project.id, person_id=here.person.id)
    with st.form("project_basics", border=False):
        name = st.text_input(
            messages.say("project.name"),
            project.name,
            max_chars=project_setup.NAME_LENGTH,
            key="project_name",
        )
        languages = list(dict.fromkeys((project.language, *messages.languages())))
        language = st.selectbox(
            messages.say("project.language"),
            languages,
            format_func=messages.own_name,
            help=messages.say("project.language_help"),
            key="project_language",
        )
        protocols = list(Protocol)
        protocol = st.radio(
            messages.say("project.protocol"),
            protocols,
            index=protocols.index(project.protocol),
            format_func=lambda one: messages.say(f"project.protocol_name.{one.value}"),
            captions=[messages.say(f"project.protocol_what.{one.value}") for one in protocols],
            key="project_protocol",
        )
        if given:
            st.warning(messages.say("project.answers_exist", n=given), icon=":material/info:")
        if st.form_submit_button(messages.say("project.save"), type="primary", key="save_basics"):
            saving.save(lambda: _save(here, Basics(name, language, protocol)))


def _save(here: visit.Visit, wanted: Basics) -> None:
    stored = project_setup.set_basics(here.project.id, wanted, person_id=here.person.id)
    st.query_params[visit.PROJECT_PARAMETER] = stored.name
