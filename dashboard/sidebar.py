"""The frame's left side: which project, who is here, how far they are."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import language, visit
from dashboard.components.visitor import remember
from dashboard.services import clip_list, messages, permissions, projects, visitors
from dashboard.visitor_routes import COOKIE
from db.records import PersonRecord, ProjectRecord
from engine.vocabulary import Role

_PROJECT: Final = "chosen_project"
_PERSON: Final = "chosen_person"
_LAST_PERSON: Final = "last_person"
_TICKET: Final = "visitor_ticket"
REFRESH_S: Final = 3
"""Between two looks at the progress while clips are being analysed."""
IDLE_REFRESH_S: Final = 20
"""The same while none is: every open page asks."""


def show() -> bool:
    """Draw the sidebar and enter the visit; False where there is no project to visit yet."""
    with st.sidebar:
        st.caption(messages.say("app.question"))
        is_visited = _enter()
        language.choose()
    return is_visited


def _enter() -> bool:
    project = _project()
    if project is None:
        st.info(messages.say("app.no_project"))
        return False
    person = visitors.welcome(_person(), project)
    role = permissions.role_of(project.id, person.id)
    visit.enter(visit.Visit(person=person, project=project, role=role))
    _remember(person)
    if role is not None and role is not Role.STUDENT:
        _progress(project.id, person.id)
    return True


def _project() -> ProjectRecord | None:
    every = projects.listing()
    names = [project.name for project in every]
    asked = st.query_params.get(visit.PROJECT_PARAMETER)
    if st.session_state.get(_PROJECT) not in names:  # also after its name was changed
        st.session_state.pop(_PROJECT, None)
    if _PROJECT not in st.session_state and asked in names:
        st.session_state[_PROJECT] = asked
    chosen = (
        st.selectbox(
            messages.say("app.project"), names, key=_PROJECT, on_change=lambda: visit.open_clip(None)
        )
        if names
        else None
    )
    with st.popover(messages.say("app.new_project"), width="stretch"), st.form("new_project", border=False):
        name = st.text_input(messages.say("app.new_project_name"), max_chars=80)
        is_class = st.checkbox(messages.say("app.new_class"))
        if st.form_submit_button(messages.say("app.create"), type="primary") and name.strip():
            projects.create(name, is_class=is_class)
            st.query_params[visit.PROJECT_PARAMETER] = name.strip()
            st.session_state.pop(_PROJECT, None)
            st.rerun()
    if chosen is None:
        return None
    st.query_params[visit.PROJECT_PARAMETER] = chosen
    return next(project for project in every if project.name == chosen)


def _person() -> str:
    names = [person.name for person in visitors.known()]
    if visitors.DEMO_TEACHER not in names:
        names.insert(0, visitors.DEMO_TEACHER)
    remembered = visitors.person_of(st.context.cookies.get(COOKIE))
    # What was chosen in this session goes before the cookie, which is that of its beginning: with another
    # page a widget forgets its value.
    last = st.session_state.get(_LAST_PERSON, remembered.name if remembered else None)
    start = names.index(last if last in names else visitors.DEMO_TEACHER)
    chosen = st.selectbox(
        messages.say("app.you_are"), names, index=start, key=_PERSON, accept_new_options=True
    )
    name = str(chosen or visitors.DEMO_TEACHER).strip() or visitors.DEMO_TEACHER
    st.session_state[_LAST_PERSON] = name
    return name


def _progress(project_id: int, person_id: int) -> None:
    waiting = clip_list.waiting(project_id)

    @st.fragment(run_every=REFRESH_S if waiting else IDLE_REFRESH_S)
    def shown() -> None:
        progress = clip_list.progress(project_id, person_id)
        share = progress.rated / progress.ready if progress.ready else 0.0
        words = messages.say("app.progress", rated=progress.rated, total=progress.ready)
        st.progress(min(1.0, share), text=words)
        left = clip_list.waiting(project_id)
        if left:
            st.caption(messages.say("app.waiting", n=left))

    shown()


def _remember(person: PersonRecord) -> None:
    """Once for each person chosen in this session: the browser keeps who sits here across a reload."""
    for_whom, ticket = st.session_state.get(_TICKET, (None, ""))
    if for_whom != person.id:
        ticket = visitors.ticket(person)
        st.session_state[_TICKET] = (person.id, ticket)
    remember(ticket)
