"""Classes: who is on the list, what is set, what is handed in, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.services import class_takes, classes, consents, permissions, projects, review, rubric, visitors
from dashboard.services.permissions import Act, NotAllowedError
from db import audit, clips
from db.errors import AlreadyThereError, RefusedValueError
from db.records import ConsentScope, Target
from db.session import reading
from engine.errors import DailiesError
from engine.vocabulary import Emotion, Role
from tests.dashboard.class_made import LINE, made_class, made_take, made_work
from tests.dashboard.project_made import made_clip, made_source

pytestmark = pytest.mark.usefixtures("home")


def test_a_student_may_hand_in_and_nothing_else() -> None:
    assert {act for act in Act if permissions.may(Role.STUDENT, act)} == {Act.HAND_IN}


def test_who_comes_later_to_a_class_has_no_part_until_they_are_on_its_list() -> None:
    room = made_class()
    stranger = visitors.welcome("Passer-by", room.project)
    assert permissions.role_of(room.project.id, stranger.id) is None
    assert permissions.role_of(room.project.id, room.teacher.id) is Role.INSTRUCTOR
    with pytest.raises(NotAllowedError):
        classes.work_list(room.project.id, person_id=stranger.id)
    classes.enrol(room.project.id, ["Passer-by"], person_id=room.teacher.id)
    assert permissions.role_of(room.project.id, stranger.id) is Role.STUDENT
    assert len(classes.work_list(room.project.id, person_id=stranger.id)) == 1


def test_a_list_of_names_is_taken_once_and_whoever_teaches_is_no_student() -> None:
    room = made_class()
    added = classes.enrol(
        room.project.id, ["  Student 00 ", "New one", "New one", ""], person_id=room.teacher.id
    )
    assert [person.name for person in added] == ["New one"]
    with pytest.raises(RefusedValueError, match="teaches here"):
        classes.enrol(room.project.id, ["Other", "Asha"], person_id=room.teacher.id)
    listed = classes.student_list(room.project.id, person_id=room.teacher.id)
    assert [person.name for person in listed] == ["New one", "Student 00", "Student 01"]
    classes.take_off(room.project.id, added[0].id, person_id=room.teacher.id)
    assert len(classes.student_list(room.project.id, person_id=room.teacher.id)) == 2


def test_only_a_class_has_students_and_work() -> None:
    project = projects.create("Dubbing")
    with pytest.raises(RefusedValueError, match="no class"):
        classes.enrol(project.id, ["Bela"], person_id=None)
    with pytest.raises(RefusedValueError, match="no class"):
        classes.set_work(project.id, made_work(), person_id=None)


def test_a_student_sets_nothing_and_sees_no_list() -> None:
    room = made_class()
    student = room.students[0].id
    for act in (
        lambda: classes.enrol(room.project.id, ["Bela"], person_id=student),
        lambda: classes.set_work(room.project.id, made_work(), person_id=student),
        lambda: classes.release(room.work.id, given=True, person_id=student),
        lambda: classes.student_list(room.project.id, person_id=student),
        lambda: review.view(room.project.id, student, room.takes[1].id),
        lambda: review.view(room.project.id, student),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_a_take_learns_from_the_work_who_is_filmed_and_what_was_directed() -> None:
    room = made_class(students=1, target=Target.RESTRAINED)
    with reading() as session:
        clip = clips.get(session, room.takes[0].id)
    assert clip.actor == room.students[0].pseudonym  # no name leaves in an export
    assert clip.directed_intensity == pytest.approx(1 / 6)  # the middle of the lowest third
    work = classes.set_work(
        room.project.id, made_work(Target.STRONG, emotion=Emotion.ANGER), person_id=room.teacher.id
    )
    bare = made_clip(room.project, line="", original_name="bare.mp4")
    class_takes.hand_in(bare.id, work.id, room.students[0].id)
    with reading() as session:
        taught = clips.get(session, bare.id)
        line = audit.list_page(session).items[0]
    assert (taught.line, taught.directed_emotion, taught.status.value) == (LINE, Emotion.ANGER, "queued")
    assert taught.directed_intensity == pytest.approx(5 / 6)
    assert (line.action, line.person_id) == ("class.hand_in", room.students[0].id)


def test_a_take_is_handed_in_once_by_whom_it_is_of() -> None:
    room = made_class()
    first, second = room.students
    fresh = made_take(room.project, 90)
    with pytest.raises(AlreadyThereError, match="handed in already"):
        class_takes.hand_in(room.takes[0].id, room.work.id, second.id)
    with pytest.raises(NotAllowedError, match="only their own"):
        class_takes.hand_in(fresh.id, room.work.id, first.id, by=second.id)
    with pytest.raises(NotAllowedError, match="Only students"):
        class_takes.hand_in(fresh.id, room.work.id, room.teacher.id)
    taken = class_takes.hand_in(fresh.id, room.work.id, first.id, by=room.teacher.id)
    assert taken.person_id == first.id


def test_a_clip_of_another_project_and_a_line_nobody_set_are_refused() -> None:
    room = made_class()
    elsewhere = made_clip(projects.create("Dubbing"))
    with pytest.raises(RefusedValueError, match="no take of this class"):
        class_takes.hand_in(elsewhere.id, room.work.id, room.students[0].id)
    with pytest.raises(RefusedValueError, match="lines 1 to 1"):
        class_takes.hand_in(made_take(room.project, 91).id, room.work.id, room.students[0].id, line_number=2)


def test_an_uploaded_file_becomes_a_take_with_its_line() -> None:
    room = made_class(students=1)
    source = made_source("monologue.mp4", b"\x00\x00\x00\x20ftypisom another take")
    taken = class_takes.upload(room.work.id, room.students[0].id, source)
    with reading() as session:
        clip = clips.get(session, taken.clip_id)
    assert (clip.line, clip.actor, clip.original_name) == (LINE, room.students[0].pseudonym, "monologue.mp4")


def test_after_grades_were_given_back_only_a_teacher_adds_a_take() -> None:
    room = made_class(students=1)
    classes.release(room.work.id, given=True, person_id=room.teacher.id)
    late = made_take(room.project, 92)
    with pytest.raises(RefusedValueError, match="given back already"):
        class_takes.hand_in(late.id, room.work.id, room.students[0].id)
    class_takes.hand_in(late.id, room.work.id, room.students[0].id, by=room.teacher.id)


def test_a_class_that_asks_for_consent_takes_no_take_without_one() -> None:
    room = made_class(students=1)
    classes.set_rules(room.project.id, machine_shown=True, consent_required=True, person_id=room.teacher.id)
    take = made_take(room.project, 93)
    with pytest.raises(RefusedValueError, match="none for Student 00"):
        class_takes.hand_in(take.id, room.work.id, room.students[0].id)
    scopes = (ConsentScope.ANALYSIS, ConsentScope.RATING)
    consents.record(room.project.id, "student 00", scopes=scopes, person_id=room.teacher.id)
    class_takes.hand_in(take.id, room.work.id, room.students[0].id)


def test_a_rubric_keeps_what_has_a_weight_and_refuses_what_cannot_be_added_up() -> None:
    made = rubric.made({rubric.EMOTION: 1, rubric.WORDS: 0}, rubric.own_ones("posture: 0,5\nbreath\n"))
    assert [(each.label, each.weight) for each in made] == [("Emotion", 1), ("posture", 0.5), ("breath", 1)]
    assert rubric.read(rubric.stored(made)) == made
    assert rubric.total(made, {"emotion": 5, "own0": 1, "own1": 2}) == pytest.approx((5 + 0.5 + 2) / 2.5)
    for weights, own in (
        ({}, ()),
        ({"emotion": -1.0}, ()),
        ({"emotion": float("nan")}, ()),
        ({}, (("", 1.0),)),
    ):
        with pytest.raises(RefusedValueError):
            rubric.made(weights, own)
    with pytest.raises(RefusedValueError, match="A weight"):
        rubric.own_ones("posture: heavy")


def test_by_what_was_graded_stays_what_else_was_set_may_change() -> None:
    from dashboard.services import grading
    from tests.dashboard.class_made import scores

    room = made_class(students=1)
    changed = replace(made_work(), title="Speech", lines=("Other line",))
    assert classes.change_work(room.work.id, changed, person_id=room.teacher.id).lines == ["Other line"]
    classes.change_work(room.work.id, made_work(), person_id=room.teacher.id)
    grading.mark(room.work.id, room.students[0].id, scores(), person_id=room.teacher.id)
    with pytest.raises(RefusedValueError, match="graded by this already"):
        classes.change_work(room.work.id, changed, person_id=room.teacher.id)
    renamed = classes.change_work(room.work.id, made_work(title="Speech"), person_id=room.teacher.id)
    assert renamed.title == "Speech"


@pytest.mark.parametrize(
    "wanted",
    [{"title": " "}, {"lines": ()}, {"lines": ("",)}, {"lines": ("x",) * 21}, {"instructions": "x" * 4001}],
)
def test_work_that_cannot_be_used_is_refused_in_one_sentence(wanted: dict[str, object]) -> None:
    room = made_class(students=1)
    with pytest.raises(DailiesError) as caught:
        classes.set_work(room.project.id, made_work(**wanted), person_id=room.teacher.id)
    assert "\n" not in str(caught.value)
