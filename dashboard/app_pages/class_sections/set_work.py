"""Work for a class: lines, how strong, by what it is graded; and giving grades back."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.class_sections.handing_in import uploads
from dashboard.app_pages.project_sections import saving
from dashboard.services import classes, label_sets, messages, rubric
from dashboard.services.feedback import target_words
from db.records import SetWork, SetWorkRecord, Target
from engine.vocabulary import Emotion

START_WEIGHT: Final = 1.0


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    every = classes.work_list(here.project.id, person_id=here.person.id)
    if not every:
        st.info(messages.say("classes.room.no_work"))
    for work in reversed(every):
        with st.expander(messages.plain(work.title), icon=":material/assignment:"):
            _work(here, work)
    with st.expander(messages.say("classes.room.new"), icon=":material/add:", expanded=not every):
        _form(here)


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
    if students:
        with st.popover(messages.say("classes.room.hand_in"), icon=":material/upload:"):
            names = {each.id: each.name for each in students}
            student = st.selectbox(
                messages.say("classes.student"),
                list(names),
                format_func=lambda one: names[one],
                key=f"hand_in_for_{work.id}",
            )
            uploads(here, work, student)


def _give_back(here: visit.Visit, work_id: int, key: str) -> None:
    classes.release(work_id, given=bool(st.session_state[key]), person_id=here.person.id)


def _form(here: visit.Visit) -> None:
    labels = label_sets.in_force(here.project, person_id=here.person.id)
    with st.form("new_work", border=False, clear_on_submit=False):
        title = st.text_input(
            messages.say("classes.room.work_title"), max_chars=classes.TITLE_LENGTH, key="work_title"
        )
        lines = st.text_area(messages.say("classes.room.lines"), key="work_lines", height=100)
        left, right = st.columns(2)
        target = left.radio(
            messages.say("classes.room.target"),
            list(Target),
            format_func=lambda one: messages.say(f"classes.target.{one.value}"),
            key="work_target",
        )
        emotion = right.selectbox(
            messages.say("classes.room.emotion"),
            [None, *labels.codes],
            format_func=lambda one: "–" if one is None else labels.name(one, messages.spoken()),
            key="work_emotion",
        )
        instructions = st.text_area(
            messages.say("classes.room.instructions"), key="work_instructions", height=70
        )
        st.markdown(messages.say("classes.room.weights"))
        fields = st.columns(len(rubric.STANDARD))
        weights = {
            name: float(
                field.number_input(
                    messages.say(f"classes.criterion.{name}"),
                    0.0,
                    float(rubric.MOST_WEIGHT),
                    START_WEIGHT,
                    0.5,
                    key=f"weight_{name}",
                )
            )
            for name, field in zip(rubric.STANDARD, fields, strict=True)
        }
        own = st.text_area(messages.say("classes.room.own"), key="own_criteria", height=70)
        if st.form_submit_button(messages.say("classes.room.set"), type="primary", key="set_work"):
            saving.save(
                lambda: classes.set_work(
                    here.project.id,
                    SetWork(
                        title=title,
                        lines=tuple(lines.splitlines()),
                        target=target,
                        emotion=None if emotion is None else Emotion(emotion),
                        rubric=rubric.stored(rubric.made(weights, rubric.own_ones(own))),
                        instructions=instructions,
                    ),
                    person_id=here.person.id,
                )
            )
