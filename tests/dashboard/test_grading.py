"""Grading: the teacher's grade is the grade, second marks are blind, and who differs settles it."""

from __future__ import annotations

import pytest

from dashboard.services import classes, grading, student_work
from dashboard.services.marks import GradeState
from dashboard.services.permissions import NotAllowedError
from db import people
from db.errors import RefusedValueError
from db.records import PersonRecord, Target
from db.session import writing
from engine.vocabulary import Role
from tests.dashboard.class_made import MadeClass, made_class, made_take, scores

pytestmark = pytest.mark.usefixtures("home")


def _colleague(room: MadeClass, name: str = "Bilal") -> PersonRecord:
    with writing() as session:
        person = people.get_or_create(session, name)
        people.join(session, room.project.id, person.id, Role.INSTRUCTOR)
        return person


def _row(room: MadeClass, at: int = 0, *, by: PersonRecord | None = None) -> grading.Row:
    return grading.desk(room.work.id, person_id=(by or room.teacher).id).rows[at]


def test_one_mark_is_the_grade_by_the_weights_of_the_rubric() -> None:
    room = made_class()
    assert _row(room).standing.state is GradeState.TO_MARK
    given = scores(4, intensity=2)
    grading.mark(room.work.id, room.students[0].id, given, person_id=room.teacher.id)
    row = _row(room)
    assert (row.standing.state, row.standing.grade) == (GradeState.DONE, 3.0)  # (4 + 2 × 2 + 4) / 4
    assert not row.is_mine
    grading.mark(room.work.id, room.students[0].id, scores(5), person_id=room.teacher.id)
    assert _row(room).standing.grade == 5.0


def test_the_machine_gives_no_score_and_its_opinion_can_be_switched_off() -> None:
    room = made_class(students=1)
    found = student_work.student_work(room.work.id, room.students[0].id, person_id=room.teacher.id)
    assert (found.standing.grade, found.own) == (None, None)
    assert "too little" in found.takes[0].advice["intensity"]
    assert "anger" in found.takes[0].advice["emotion"]
    classes.set_rules(room.project.id, machine_shown=False, consent_required=False, person_id=None)
    silent = student_work.student_work(room.work.id, room.students[0].id, person_id=room.teacher.id)
    assert silent.takes[0].advice == {}


def test_a_directed_take_is_compared_with_what_was_directed_not_with_the_line() -> None:
    room = made_class(students=1, target=Target.RESTRAINED)  # shown 0.4; the line demands 0.7
    found = student_work.student_work(room.work.id, room.students[0].id, person_id=room.teacher.id)
    assert "too much" in found.takes[0].advice["intensity"]


def test_a_second_marker_sees_nothing_of_the_first_before_they_have_marked() -> None:
    room = made_class()
    student, other = room.students[0].id, _colleague(room)
    grading.comment(room.takes[0].id, at_s=1.0, text="Breathe here", person_id=room.teacher.id)
    grading.mark(room.work.id, student, scores(4), remark="Good", person_id=room.teacher.id)
    grading.ask_second(room.work.id, student, other.id, person_id=room.teacher.id)
    assert _row(room).standing.state is GradeState.SECOND
    assert _row(room, by=other).is_mine
    assert not _row(room).is_mine
    before = student_work.student_work(room.work.id, student, person_id=other.id)
    assert before.is_blind
    assert (before.standing.marks, before.takes[0].comments, before.names) == ((), (), {})
    grading.mark(room.work.id, student, scores(4, words=5), person_id=other.id)
    after = student_work.student_work(room.work.id, student, person_id=other.id)
    assert [mark.marker_id for mark in after.standing.marks] == [room.teacher.id, other.id]
    assert after.standing.state is GradeState.DONE  # one step apart is no disagreement: the mean counts
    assert after.standing.grade == pytest.approx((4 + 4.25) / 2)


def test_marks_that_differ_wait_for_a_decision_with_a_reason() -> None:
    room = made_class()
    student, other = room.students[0].id, _colleague(room)
    grading.mark(room.work.id, student, scores(5), person_id=room.teacher.id)
    with pytest.raises(RefusedValueError, match="Nothing is to be settled"):
        grading.settle(room.work.id, student, scores(4), remark="Why not", person_id=room.teacher.id)
    grading.mark(room.work.id, student, scores(5, emotion=3), person_id=other.id)
    assert (_row(room).standing.state, _row(room).standing.grade) == (GradeState.DISPUTED, None)
    assert _row(room).is_mine
    with pytest.raises(RefusedValueError, match="why"):
        grading.settle(room.work.id, student, scores(4), remark=" ", person_id=room.teacher.id)
    grading.settle(room.work.id, student, scores(4), remark="Seen together", person_id=room.teacher.id)
    settled = _row(room).standing
    assert (settled.state, settled.grade) == (GradeState.DONE, 4.0)
    assert len(settled.marks) == 2  # both stay as they were given
    grading.mark(room.work.id, student, scores(1), person_id=other.id)
    assert _row(room).standing.state is GradeState.DISPUTED  # a new mark opens it again


def test_a_second_mark_is_asked_of_somebody_who_teaches_and_has_not_marked() -> None:
    room = made_class()
    student = room.students[0].id
    grading.mark(room.work.id, student, scores(), person_id=room.teacher.id)
    for whom in (room.teacher.id, room.students[1].id):
        with pytest.raises(RefusedValueError, match="teaches here"):
            grading.ask_second(room.work.id, student, whom, person_id=room.teacher.id)


@pytest.mark.parametrize("wrong", [{}, scores(0), scores(6), {"emotion": 4}, scores(4, words=True)])
def test_a_mark_gives_each_criterion_a_score_from_1_to_5(wrong: dict[str, int]) -> None:
    room = made_class(students=1)
    with pytest.raises(RefusedValueError, match="score from 1 to 5"):
        grading.mark(room.work.id, room.students[0].id, wrong, person_id=room.teacher.id)


def test_who_handed_nothing_in_is_not_marked() -> None:
    room = made_class(students=1)
    (late,) = classes.enrol(room.project.id, ["Late"], person_id=room.teacher.id)
    assert _row(room).standing.state is GradeState.NOTHING
    with pytest.raises(RefusedValueError, match="handed nothing in"):
        grading.mark(room.work.id, late.id, scores(), person_id=room.teacher.id)


def test_no_student_grades_remarks_or_sees_anothers_work_and_their_own_only_once_given_back() -> None:
    room = made_class()
    mine, others = room.students[0].id, room.students[1].id
    grading.mark(room.work.id, mine, scores(), person_id=room.teacher.id)
    for act in (
        lambda: grading.mark(room.work.id, mine, scores(5), person_id=mine),
        lambda: grading.comment(room.takes[0].id, at_s=0.5, text="!", person_id=mine),
        lambda: grading.desk(room.work.id, person_id=mine),
        lambda: student_work.student_work(room.work.id, others, person_id=mine),
        lambda: student_work.student_work(room.work.id, mine, person_id=mine),
    ):
        with pytest.raises(NotAllowedError):
            act()
    classes.release(room.work.id, given=True, person_id=room.teacher.id)
    found = student_work.student_work(room.work.id, mine, person_id=mine)
    assert (found.standing.grade, found.takes[0].advice) == (4.0, {})
    with pytest.raises(NotAllowedError):
        student_work.student_work(room.work.id, others, person_id=mine)


def test_ones_own_takes_are_listed_and_remarks_come_with_the_grades() -> None:
    room = made_class()
    student = room.students[0].id
    grading.comment(room.takes[0].id, at_s=2.5, text="Breathe here", person_id=room.teacher.id)
    (own,) = student_work.own_takes(room.project.id, person_id=student)
    assert (own.clip.id, own.comments) == (room.takes[0].id, ())
    classes.release(room.work.id, given=True, person_id=room.teacher.id)
    (own,) = student_work.own_takes(room.project.id, person_id=student)
    assert [(each.at_s, each.text) for each in own.comments] == [(2.5, "Breathe here")]


def test_a_remark_lies_inside_the_take_and_goes_by_its_author_alone() -> None:
    room = made_class()
    for at_s in (-1.0, 99.0, float("nan")):
        with pytest.raises(RefusedValueError, match="outside the take"):
            grading.comment(room.takes[0].id, at_s=at_s, text="Here", person_id=room.teacher.id)
    loose = made_take(room.project, 94)
    with pytest.raises(RefusedValueError, match="no take"):
        grading.comment(loose.id, at_s=0.0, text="Here", person_id=room.teacher.id)
    kept = grading.comment(room.takes[0].id, at_s=1.0, text="Here", person_id=room.teacher.id)
    with pytest.raises(NotAllowedError, match="Somebody else"):
        grading.drop_comment(kept.id, person_id=_colleague(room).id)
    grading.drop_comment(kept.id, person_id=room.teacher.id)
    found = student_work.student_work(room.work.id, room.students[0].id, person_id=room.teacher.id)
    assert found.takes[0].comments == ()
