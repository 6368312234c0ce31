"""A class: a project whose members are students, and the work that is set for it.

A class is a project of its own kind rather than a part of one: clips, analysis, members, roles, language,
thresholds and the audit log are all kept by project already, and a rule of sight by project ("who does not
teach here sees their own takes") leaves no query of the rating desk to be taught about students.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from db import audit, classes, people, projects
from db.columns import now
from db.errors import RefusedValueError
from db.records import PersonRecord, ProjectRecord, SetWork, SetWorkRecord
from db.session import reading, writing
from engine.vocabulary import Role

NAME_LENGTH: Final = 80
NAMES_LENGTH: Final = 50_000
"""Characters of names that are typed at once: a whole school's."""
TITLE_LENGTH: Final = 120
TEXT_LENGTH: Final = 4000
LINE_LENGTH: Final = 2000
MOST_LINES: Final = 20

MACHINE_SETTING: Final = "machine_while_grading"
CONSENT_SETTING: Final = "consent_required"


def is_class(project: ProjectRecord) -> bool:
    """Whether a project is a class."""
    return bool(project.settings.get(classes.CLASS_SETTING))


def shows_machine(project: ProjectRecord) -> bool:
    """Whether those who grade see what the machine says; on until it is switched off."""
    return bool(project.settings.get(MACHINE_SETTING, True))


def requires_consent(project: ProjectRecord) -> bool:
    """Whether a take is only taken from students whose consent is on record; off until it is switched on."""
    return bool(project.settings.get(CONSENT_SETTING, False))


def set_rules(
    project_id: int, *, machine_shown: bool, consent_required: bool, person_id: int | None
) -> ProjectRecord:
    """Choose whether graders see the machine's opinion and whether a take needs a consent."""
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        settings = {
            **projects.by_id(session, project_id).settings,
            MACHINE_SETTING: machine_shown,
            CONSENT_SETTING: consent_required,
        }
        audit.write(
            session,
            "class.rules",
            f"project:{project_id}",
            person_id=person_id,
            details={MACHINE_SETTING: machine_shown, CONSENT_SETTING: consent_required},
        )
        return projects.update_settings(session, project_id, settings)


def students(session: Session, project_id: int) -> tuple[PersonRecord, ...]:
    """The students of a class by name."""
    return tuple(each.person for each in people.members(session, project_id) if each.role is Role.STUDENT)


def student_list(project_id: int, *, person_id: int | None) -> tuple[PersonRecord, ...]:
    """The same, for those who teach.

    Raises
    ------
    NotAllowedError
        If the person does not teach here.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.GRADE)
        return students(session, project_id)


def markers(project_id: int, *, person_id: int | None) -> tuple[PersonRecord, ...]:
    """Everybody who may grade in a class, by name."""
    with reading() as session:
        require(session, project_id, person_id, Act.GRADE)
        return tuple(
            each.person
            for each in people.members(session, project_id)
            if each.role in (Role.INSTRUCTOR, Role.ADMIN) and not each.person.simulated
        )


def enrol(project_id: int, names: Iterable[str], *, person_id: int | None) -> tuple[PersonRecord, ...]:
    """Put people on the list of a class; who is on it already stays. Returns those who are new.

    Raises
    ------
    RefusedValueError
        If a name cannot be used, belongs to somebody who teaches here, or the project is no class.
    NotAllowedError
        If the person may not set the class up.
    """
    wanted = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    if not wanted or any(len(name) > NAME_LENGTH for name in wanted):
        raise worded(RefusedValueError, "classes.refusal.names", most=NAME_LENGTH)
    added = []
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if not classes.is_class(session, project_id):
            raise worded(RefusedValueError, "classes.refusal.no_class")
        for name in wanted:
            person = people.get_or_create(session, name)
            role = people.role_in(session, project_id, person.id)
            if role in (Role.INSTRUCTOR, Role.ADMIN):
                raise worded(RefusedValueError, "classes.refusal.teaches", name=name)
            if role is not Role.STUDENT:
                people.join(session, project_id, person.id, Role.STUDENT)
                added.append(person)
        audit.write(
            session,
            "class.enrol",
            f"project:{project_id}",
            person_id=person_id,
            details={"people": [person.id for person in added]},
        )
    return tuple(added)


def take_off(project_id: int, student_id: int, *, person_id: int | None) -> None:
    """Take a student off the list; what they handed in stays with those who teach."""
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if people.role_in(session, project_id, student_id) is not Role.STUDENT:
            raise worded(RefusedValueError, "classes.refusal.no_student")
        people.leave(session, project_id, student_id)
        audit.write(
            session,
            "class.take_off",
            f"project:{project_id}",
            person_id=person_id,
            details={"person": student_id},
        )


def set_work(project_id: int, wanted: SetWork, *, person_id: int | None) -> SetWorkRecord:
    """Set work for a class.

    Raises
    ------
    RefusedValueError
        If title, lines or texts cannot be used, or the project is no class.
    NotAllowedError
        If the person may not set the class up.
    """
    tidy = _tidy(wanted)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if not classes.is_class(session, project_id):
            raise worded(RefusedValueError, "classes.refusal.no_class")
        made = classes.set_work(session, project_id, tidy, created_by=person_id)
        audit.write(session, "class.set_work", f"assignment:{made.id}", person_id=person_id)
        return made


def change_work(assignment_id: int, wanted: SetWork, *, person_id: int | None) -> SetWorkRecord:
    """Change what is set; by what it is graded stays once somebody was graded by it.

    Raises
    ------
    RefusedValueError
        If a text cannot be used, grades are given already and the rubric or the lines would change, or a
        line would go for which a take was handed in.
    """
    tidy = _tidy(wanted)
    with writing() as session:
        before = classes.work(session, assignment_id)
        require(session, before.project_id, person_id, Act.SET_UP)
        is_fixed = list(tidy.rubric) == list(before.rubric) and list(tidy.lines) == list(before.lines)
        if not is_fixed and classes.has_grades(session, assignment_id):
            raise worded(RefusedValueError, "classes.refusal.graded")
        spoken = max((take.line_number for take in classes.takes_of_work(session, assignment_id)), default=0)
        if len(tidy.lines) < spoken:
            raise worded(RefusedValueError, "classes.refusal.lines_taken", n=spoken)
        audit.write(session, "class.change_work", f"assignment:{assignment_id}", person_id=person_id)
        return classes.change_work(session, assignment_id, tidy)


def work_list(project_id: int, *, person_id: int | None) -> tuple[SetWorkRecord, ...]:
    """What is set for a class, for its students and those who teach.

    Raises
    ------
    NotAllowedError
        If the person has no part in the class.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.HAND_IN)
        return classes.work_of_project(session, project_id)


def release(assignment_id: int, *, given: bool, person_id: int | None) -> SetWorkRecord:
    """Give grades and remarks back to the students, or take them back."""
    with writing() as session:
        work = classes.work(session, assignment_id)
        require(session, work.project_id, person_id, Act.GRADE)
        audit.write(
            session,
            "class.give_back" if given else "class.take_back",
            f"assignment:{assignment_id}",
            person_id=person_id,
        )
        return classes.release(session, assignment_id, now() if given else None)


def _tidy(wanted: SetWork) -> SetWork:
    title = " ".join(wanted.title.split())
    lines = tuple(line.strip() for line in wanted.lines if line.strip())
    if not 0 < len(title) <= TITLE_LENGTH:
        raise worded(RefusedValueError, "classes.refusal.title", most=TITLE_LENGTH)
    if not 0 < len(lines) <= MOST_LINES or any(len(line) > LINE_LENGTH for line in lines):
        raise worded(RefusedValueError, "classes.refusal.lines", most=MOST_LINES)
    if len(wanted.instructions) > TEXT_LENGTH:
        raise worded(RefusedValueError, "classes.refusal.text", n=TEXT_LENGTH)
    return replace(wanted, title=title, lines=lines, instructions=wanted.instructions.strip())
