"""The frame's left side: which project, who is here, how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from dashboard import asker, boundary, language, visit
from dashboard.components.visitor import remember, watch
from dashboard.services import (
    clip_list,
    members,
    messages,
    permissions,
    projects,
    sign_in_mode,
    visitors,
)
from dashboard.services.sign_in_mode import SignIn
from dashboard.visitor_routes import COOKIE
from db.records import PersonRecord, ProjectRecord
from engine.vocabulary import Role

_PROJECT: Final = "chosen_project"
_PERSON: Final = "chosen_person"
_LAST_PERSON: Final = "last_person"
_TICKET: Final = "visitor_ticket"
_SIGNED_IN: Final = "signed_in_person"
SIGN_OUT: Final = """
<form method="post" action="/sign-out" target="_self">
  <button class="sign-out" name="everywhere" value="">{out}</button>
  <button class="sign-out" name="everywhere" value="1">{everywhere}</button>
</form>
<style>
.sign-out {{
  display: block; width: 100%; margin-block: 0.35rem; padding: 0.4rem 0.75rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid rgba(128, 128, 128, 0.5); border-radius: 0.5rem; cursor: pointer;
}}
.sign-out:focus-visible {{ outline: 3px solid currentColor; outline-offset: 2px; }}
</style>
"""
REFRESH_S: Final = 3
"""Between two looks at the progress while clips are being analysed."""
IDLE_REFRESH_S: Final = 20
"""The same while none is: every open page asks."""


def show() -> bool:
    """Draw the sidebar and enter the visit; False where there is no project to visit yet."""
    with st.sidebar:
        st.caption(messages.say("app.question"))
        is_visited = _enter_named() if sign_in_mode.is_named() else _enter_signed_in()
        language.choose()
    return is_visited


def _enter_named() -> bool:
    project = _project(projects.listing(), maker_id=None, may_make=True)
    if project is None:
        st.info(messages.say("app.no_project"))
        return False
    person = visitors.welcome(_person(), project)
    _remember(person)
    return _visited(person, project, permissions.role_of(project.id, person.id))


def _enter_signed_in() -> bool:
    signed_in = asker.of_page(st.context.cookies)
    if signed_in is None:  # the gate lets nobody else in: the sign-in ended as this run began
        st.info(messages.say("sign_in.is_out"))
        watch(0)
        return False
    person = signed_in.person
    if st.session_state.get(_SIGNED_IN, person.id) != person.id:
        st.session_state.clear()  # nothing of who sat here before is left
    st.session_state[_SIGNED_IN] = person.id
    watch(person.id)
    project = _project(signed_in.projects, maker_id=person.id, may_make=signed_in.may_make)
    _account(person)
    if project is None:
        st.info(messages.say("sign_in.no_part"))
        return False
    role = signed_in.roles.get(project.id)
    if role is None:  # who looks after the server sees them all
        st.info(messages.say("sign_in.lead_what"))
        take = boundary.guarded(lambda: members.take_over(project.id, person_id=person.id))
        st.button(messages.say("sign_in.lead"), on_click=take)
        return False
    return _visited(person, project, role)


def _visited(person: PersonRecord, project: ProjectRecord, role: Role | None) -> bool:
    visit.enter(visit.Visit(person=person, project=project, role=role))
    if role is not None and role is not Role.STUDENT:
        _progress(project.id, person.id)
    return True


def _account(person: PersonRecord) -> None:
    """Who is signed in, and the way out: a form of its own, as only a request can take a cookie back."""
    with st.popover(messages.say("sign_in.as", name=messages.plain(person.name)), width="stretch"):
        if sign_in_mode.in_force() is SignIn.ACCOUNTS:
            st.link_button(messages.say("sign_in.own_password"), "/password", width="stretch")
        st.html(
            SIGN_OUT.format(
                out=escape(messages.say("sign_in.out")),
                everywhere=escape(messages.say("sign_in.out_everywhere")),
            )
        )


def _project(every: Sequence[ProjectRecord], *, maker_id: int | None, may_make: bool) -> ProjectRecord | None:
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
    if may_make:
        _new_project(maker_id)
    if chosen is None:
        return None
    st.query_params[visit.PROJECT_PARAMETER] = chosen
    return next(project for project in every if project.name == chosen)


def _new_project(maker_id: int | None) -> None:
    with st.popover(messages.say("app.new_project"), width="stretch"), st.form("new_project", border=False):
        name = st.text_input(messages.say("app.new_project_name"), max_chars=80)
        is_class = st.checkbox(messages.say("app.new_class"))
        if st.form_submit_button(messages.say("app.create"), type="primary") and name.strip():
            projects.create(name, person_id=maker_id, is_class=is_class)
            st.query_params[visit.PROJECT_PARAMETER] = name.strip()
            st.session_state.pop(_PROJECT, None)
            st.rerun()


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
    found = [clip_list.how_far(project_id, person_id)]

    @st.fragment(run_every=REFRESH_S if found[0].waiting else IDLE_REFRESH_S)
    def shown() -> None:
        so_far = found.pop() if found else clip_list.how_far(project_id, person_id)
        progress = so_far.progress
        share = progress.rated / progress.ready if progress.ready else 0.0
        words = messages.say("app.progress", rated=progress.rated, total=progress.ready)
        st.progress(min(1.0, share), text=words)
        if so_far.waiting:
            st.caption(messages.say("app.waiting", n=so_far.waiting))

    shown()


def _remember(person: PersonRecord) -> None:
    """Once for each person chosen in this session: the browser keeps who sits here across a reload."""
    for_whom, ticket = st.session_state.get(_TICKET, (None, ""))
    if for_whom != person.id:
        ticket = visitors.ticket(person)
        st.session_state[_TICKET] = (person.id, ticket)
    remember(ticket)
