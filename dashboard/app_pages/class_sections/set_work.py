"""Work for a class: lines, how strong, by what it is graded; and giving grades back."""

from __future__ import annotations

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.class_sections import handing_in
from dashboard.app_pages.class_sections.work_form import work_form
from dashboard.services import classes, messages, releasing
from dashboard.services.feedback import target_words
from db.records import SetWorkRecord


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    every = classes.work_list(here.project.id, person_id=here.person.id)
    if not every:
        st.info(messages.say("classes.room.no_work"))
    for work in reversed(every):
        with st.expander(messages.plain(work.title), icon=":material/assignment:"):
            _work(here, work)
    with st.expander(messages.say("classes.room.new"), icon=":material/add:", expanded=not every):
        work_form(
            here,
            "new",
            None,
            lambda wanted: classes.set_work(here.project.id, wanted, person_id=here.person.id),
        )


def _work(here: visit.Visit, work: SetWorkRecord) -> None:
    st.caption(target_words(work))
    for number, line in enumerate(work.lines, start=1):
        st.markdown(messages.say("classes.mine.line", number=number, line=messages.plain(line)))
    if work.instructions:
        st.markdown(messages.plain(work.instructions))
    key = f"given_back_{work.id}"
    st.session_state[key] = work.released_at is not None
    st.toggle(
        messages.say("classes.room.give_back"),
        key=key,
        on_change=boundary.guarded(_give_back),
        args=(here, work.id, key),
    )
    students = classes.student_list(here.project.id, person_id=here.person.id)
    bar = st.container(horizontal=True, gap="small")
    with bar:
        _change(here, work)
    if students:
        with bar:
            _release(here, work)
        with bar, st.popover(messages.say("classes.room.hand_in"), icon=":material/upload:"):
            names = {each.id: each.name for each in students}
            student = st.selectbox(
                messages.say("classes.student"),
                list(names),
                format_func=lambda one: names[one],
                key=f"hand_in_for_{work.id}",
            )
            handing_in.fields(here, work, student)


def _give_back(here: visit.Visit, work_id: int, key: str) -> None:
    classes.release(work_id, given=bool(st.session_state[key]), person_id=here.person.id)


def _change(here: visit.Visit, work: SetWorkRecord) -> None:
    @st.dialog(messages.plain(work.title), width="large")
    def form() -> None:
        st.caption(messages.say("classes.room.edit_what"))
        work_form(
            here,
            str(work.id),
            work,
            lambda wanted: classes.change_work(work.id, wanted, person_id=here.person.id),
        )

    if st.button(messages.say("classes.room.edit"), icon=":material/edit:", key=f"edit_work_{work.id}"):
        form()


def _release(here: visit.Visit, work: SetWorkRecord) -> None:
    """Putting the takes into a project, to be rated there."""
    into = {project.id: project.name for project in releasing.targets(here.person.id)}
    with st.popover(messages.say("classes.room.release"), icon=":material/outbound:"):
        st.caption(messages.say("classes.room.release_what"))
        if not into:
            st.caption(messages.say("classes.room.release_nowhere"))
            return
        project = st.selectbox(
            messages.say("classes.room.release_into"),
            list(into),
            format_func=lambda one: into[one],
            key=f"release_into_{work.id}",
        )
        if st.button(messages.say("classes.room.release_do"), type="primary", key=f"release_{work.id}"):
            with boundary.shown():
                done = releasing.release(work.id, project, person_id=here.person.id)
                st.success(messages.say("classes.room.released", n=len(done.clips), already=done.already))
                if done.without_consent:
                    names = ", ".join(messages.plain(name) for name in done.without_consent)
                    st.warning(messages.say("classes.room.not_released", names=names))
