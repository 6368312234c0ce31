"""Grade: one student's takes beside the form, one key a score, and the next student."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.class_sections import second_mark, shown_take, student_list
from dashboard.class_routes import sheet_url
from dashboard.components.grade_form import AskedScore, GradeScene, SentGrade, grade_form
from dashboard.services import classes, grading, messages, student_work
from dashboard.services.feedback import target_words
from dashboard.services.grading import Desk
from dashboard.services.marks import GradeState
from dashboard.services.rubric import HIGHEST
from dashboard.services.student_work import StudentWork
from db.records import SetWorkRecord

WORK_PARAMETER: Final = "work"
STUDENT_PARAMETER: Final = "student"
HEAD_SHARES: Final = (1, 2.4)
PLAYER_SHARE: Final = (1.12, 1)
_WORK: Final = "grading_work"
_STUDENT: Final = "grading_student"
_STORED: Final = "grade_stored"
_JUST: Final = "just_graded"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("classes.desk.title"))
    st.caption(messages.say("classes.desk.what"))
    just = st.session_state.pop(_JUST, None)
    if just:
        st.toast(messages.say("classes.desk.stored", name=messages.plain(just)), icon=":material/check:")
    works = classes.work_list(here.project.id, person_id=here.person.id)
    if not works:
        st.info(messages.say("classes.desk.no_work"))
        return
    choice, head = st.columns(HEAD_SHARES, gap="medium", vertical_alignment="bottom")
    with choice:
        work = _work(works)
    desk = grading.desk(work.id, person_id=here.person.id)
    if not desk.rows:
        st.info(messages.say("classes.desk.no_students"))
        return
    student = _student(desk)
    found = student_work.student_work(desk.work.id, student, person_id=here.person.id)
    with head:
        _head(desk, found)
    left, right = st.columns(PLAYER_SHARE, gap="medium")
    with left:
        shown = shown_take.draw(here, found)
    with right:
        _notices(found)
        if found.takes or found.own is not None:
            _form(here, desk, found, {} if shown is None else shown.advice)
        second_mark.section(here, found)
        _sheets(desk.work, student)
    student_list.show(desk, student, on_open=open_student)


def open_student(student_id: int) -> None:
    """Make a student the one who is graded; it stands in the address, so that a reload comes back to it."""
    st.query_params[STUDENT_PARAMETER] = str(student_id)
    st.session_state[_STUDENT] = student_id


def _work(works: Sequence[SetWorkRecord]) -> SetWorkRecord:
    by_id = {work.id: work for work in works}
    asked = st.query_params.get(WORK_PARAMETER, "")
    kept = st.session_state.get(_WORK)
    known = int(asked) if asked.isdecimal() and int(asked) in by_id else kept
    st.session_state[_WORK] = known if known in by_id else works[-1].id
    chosen = st.selectbox(
        messages.say("classes.desk.work"),
        list(by_id),
        format_func=lambda one: by_id[one].title,
        key=_WORK,
        on_change=_turn_work,
    )
    st.query_params[WORK_PARAMETER] = str(chosen)
    return by_id[chosen]


def _turn_work() -> None:
    st.query_params[WORK_PARAMETER] = str(st.session_state[_WORK])


def _student(desk: Desk) -> int:
    ids = [row.student.id for row in desk.rows]
    asked = st.query_params.get(STUDENT_PARAMETER, "")
    known = int(asked) if asked.isdecimal() else st.session_state.get(_STUDENT)
    if known not in ids:
        known = next((row.student.id for row in desk.rows if row.is_mine), ids[0])
    open_student(known)
    return int(known)


def _head(desk: Desk, found: StudentWork) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    for where, shape in (("previous", "left"), ("next", "right")):
        bar.button(
            "",
            icon=f":material/chevron_{shape}:",
            help=messages.say(f"classes.desk.{where}"),
            key=f"{where}_student",
            on_click=_move,
            args=(desk, found.student.id, where),
        )
    bar.markdown(f"**{messages.plain(found.student.name)}**")
    done = sum(row.standing.state is GradeState.DONE for row in desk.rows)
    bar.text(messages.say("classes.desk.progress", done=done, total=len(desk.rows)))
    bar.caption(target_words(desk.work))


def _notices(found: StudentWork) -> None:
    if not found.takes:
        st.info(messages.say("classes.desk.nothing", name=messages.plain(found.student.name)))
    if found.is_blind:
        st.info(messages.say("classes.desk.blind"), icon=":material/visibility_off:")
    elif found.standing.state is GradeState.DISPUTED:
        st.warning(messages.say("classes.desk.disputed"), icon=":material/balance:")
    elif found.standing.grade is not None:
        grade = f"{found.standing.grade:.2f}"
        st.success(messages.say("classes.desk.graded", grade=grade, best=HIGHEST))
    settled, is_disputed = found.standing.settled, found.standing.state is GradeState.DISPUTED
    for mark in (*found.standing.marks, *((settled,) if settled is not None else ())):
        if mark.remark and (is_disputed or mark != found.own):
            name, remark = messages.plain(found.names[mark.marker_id]), messages.plain(mark.remark)
            st.markdown(messages.say("classes.desk.remark_of", name=name, remark=remark))


def _form(here: visit.Visit, desk: Desk, found: StudentWork, advice: Mapping[str, str]) -> None:
    settled = found.standing.settled
    is_settling = found.standing.state is GradeState.DISPUTED
    mine = settled if settled is not None and settled.marker_id == here.person.id else found.own
    weights = sum(one.weight for one in found.criteria)
    others = [mark for mark in found.standing.marks if is_settling or mark.marker_id != here.person.id]

    def graded(sent: SentGrade) -> None:
        act = grading.settle if sent.is_settling else grading.mark
        act(desk.work.id, sent.student, sent.scores, remark=sent.remark, person_id=here.person.id)
        st.session_state[_STORED] = sent.press
        st.session_state[_JUST] = found.student.name
        _move(desk, sent.student, "waiting")

    grade_form(
        GradeScene(
            task=f"{here.person.id}.{desk.work.id}.{found.student.id}.{'settle' if is_settling else 'mark'}",
            student=found.student.id,
            criteria=tuple(
                AskedScore(
                    key=one.key,
                    label=one.label,
                    share=messages.say("classes.form.share", share=f"{100 * one.weight / weights:.3g} %"),
                    advice=advice.get(one.key, ""),
                    others=tuple((found.names[mark.marker_id], int(mark.scores[one.key])) for mark in others),
                )
                for one in found.criteria
            ),
            scores={} if mine is None or is_settling else mine.scores,
            remark="" if mine is None or is_settling else mine.remark,
            is_settling=is_settling,
            stored=st.session_state.get(_STORED),
        ),
        on_grade=boundary.guarded(graded),
        on_move=lambda where: _move(desk, found.student.id, where),
    )


def _move(desk: Desk, student_id: int, where: str) -> None:
    """Open the student behind or before one, round the end; ``"waiting"`` is the next who waits."""
    ids = [row.student.id for row in desk.rows]
    at = ids.index(student_id)
    behind = [*desk.rows[at + 1 :], *desk.rows[:at]]
    if where == "waiting":
        found = next((row.student.id for row in behind if row.is_mine), None)
        if found is not None:
            open_student(found)
    elif behind:
        open_student((behind[0] if where == "next" else behind[-1]).student.id)


def _sheets(work: SetWorkRecord, student: int) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    for form in ("html", "pdf"):
        bar.link_button(
            messages.say(f"classes.desk.sheet_{form}"),
            sheet_url(work.id, student, form),
            icon=":material/description:",
            type="tertiary",
        )
