"""Who has which part in a project, and who may change it."""

from __future__ import annotations

import pytest

from dashboard.services import members, permissions, projects, visitors
from dashboard.services.permissions import NotAllowedError
from db import audit, people
from db.errors import RefusedValueError
from db.records import PersonRecord, ProjectRecord
from db.session import reading, writing
from engine.vocabulary import Role

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Spring class")


@pytest.fixture
def lead(project: ProjectRecord) -> PersonRecord:
    return visitors.welcome("Asha", project)


@pytest.fixture
def rater(project: ProjectRecord, lead: PersonRecord) -> PersonRecord:
    assert lead.name == "Asha"
    return visitors.welcome("Bela", project)


def test_a_rater_is_made_a_lead_and_the_log_tells_by_whom(
    project: ProjectRecord, lead: PersonRecord, rater: PersonRecord
) -> None:
    members.give(project.id, rater.id, Role.INSTRUCTOR, person_id=lead.id)
    assert permissions.role_of(project.id, rater.id) is Role.INSTRUCTOR
    with reading() as session:
        line = audit.list_page(session).items[0]
    assert (line.action, line.person_id) == ("project.part", lead.id)
    assert line.details == {"person": rater.id, "from": "rater", "to": "instructor"}


def test_the_last_one_who_leads_cannot_step_down(project: ProjectRecord, lead: PersonRecord) -> None:
    with pytest.raises(RefusedValueError, match="Nobody would be left to lead"):
        members.give(project.id, lead.id, Role.RATER, person_id=lead.id)
    assert permissions.role_of(project.id, lead.id) is Role.INSTRUCTOR


def test_who_rates_gives_no_parts(project: ProjectRecord, lead: PersonRecord, rater: PersonRecord) -> None:
    for act in (
        lambda: members.give(project.id, rater.id, Role.INSTRUCTOR, person_id=rater.id),
        lambda: members.listing(project.id, person_id=rater.id),
    ):
        with pytest.raises(NotAllowedError, match="takes the part of an instructor"):
            act()
    assert permissions.role_of(project.id, lead.id) is Role.INSTRUCTOR


def test_nobody_gives_more_than_they_have(
    project: ProjectRecord, lead: PersonRecord, rater: PersonRecord
) -> None:
    with pytest.raises(NotAllowedError, match="Only an admin"):
        members.give(project.id, rater.id, Role.ADMIN, person_id=lead.id)
    with writing() as session:
        people.join(session, project.id, rater.id, Role.ADMIN)
    with pytest.raises(NotAllowedError, match="Only an admin"):
        members.give(project.id, rater.id, Role.RATER, person_id=lead.id)
    members.give(project.id, lead.id, Role.ADMIN, person_id=rater.id)
    assert permissions.role_of(project.id, lead.id) is Role.ADMIN


def test_a_stranger_is_not_given_a_part(project: ProjectRecord, lead: PersonRecord) -> None:
    stranger = projects.person("Stranger")
    with pytest.raises(RefusedValueError, match="no part in this project"):
        members.give(project.id, stranger.id, Role.RATER, person_id=lead.id)


def test_simulated_raters_are_not_listed(project: ProjectRecord, lead: PersonRecord) -> None:
    with writing() as session:
        simulated = people.get_or_create(session, "Simulated rater", simulated=True)
        people.join(session, project.id, simulated.id, Role.RATER)
    assert [each.person for each in members.listing(project.id, person_id=lead.id)] == [lead]


def test_a_class_has_students_in_place_of_raters(project: ProjectRecord, lead: PersonRecord) -> None:
    room = projects.create("Acting", is_class=True)
    teacher = visitors.welcome("Asha", room)
    for place, part in ((room, Role.RATER), (project, Role.STUDENT)):
        assert part not in members.parts_in(place)
        with pytest.raises(RefusedValueError, match="no such part"):
            members.give(place.id, lead.id, part, person_id=teacher.id)
