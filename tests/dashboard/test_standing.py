"""What the frame draws by: one look tells who is signed in, where they have a part, what they may make."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from dashboard.services import accounts, projects, sign_in_mode, sign_ins, standing
from dashboard.services.sign_in_mode import SignIn
from db import people
from db.records import PersonRecord, ProjectRecord
from db.session import reading, writing
from engine.vocabulary import Role


@pytest.fixture
def people_of_two_projects() -> tuple[PersonRecord, PersonRecord, ProjectRecord]:
    sign_in_mode.use(SignIn.ACCOUNTS)
    owner, asha = accounts.add("Owner", None, is_admin=True), accounts.add("Asha", None)
    hamlet = projects.create("Hamlet", person_id=owner.id)
    projects.create("Othello", person_id=owner.id)
    with writing() as session:
        people.join(session, hamlet.id, asha.id, Role.RATER)
    return owner, asha, hamlet


def sign_in_of(person: PersonRecord) -> str | None:
    return sign_ins.id_in(sign_ins.begin(person.id))


def test_a_rater_stands_in_their_own_projects_and_makes_none(
    people_of_two_projects: tuple[PersonRecord, PersonRecord, ProjectRecord],
) -> None:
    _, asha, hamlet = people_of_two_projects
    found = standing.of_sign_in(sign_in_of(asha))
    assert found is not None
    assert found.person == asha
    assert [project.name for project in found.projects] == ["Hamlet"]
    assert found.roles == {hamlet.id: Role.RATER}
    assert not found.may_make


def test_who_looks_after_the_server_sees_every_project_and_has_a_part_only_where_they_do(
    people_of_two_projects: tuple[PersonRecord, PersonRecord, ProjectRecord],
) -> None:
    owner, _, _ = people_of_two_projects
    found = standing.of_sign_in(sign_in_of(owner))
    assert found is not None
    assert [project.name for project in found.projects] == ["Hamlet", "Othello"]
    assert set(found.roles.values()) == {Role.INSTRUCTOR}
    assert found.may_make


def test_nobody_stands_anywhere_once_the_sign_in_has_ended(
    people_of_two_projects: tuple[PersonRecord, PersonRecord, ProjectRecord],
) -> None:
    sign_in = sign_in_of(people_of_two_projects[1])
    assert sign_in is not None
    sign_ins.end(sign_in)
    assert standing.of_sign_in(sign_in) is None
    assert standing.of_sign_in(None) is None


def test_it_is_one_look_at_the_database(
    people_of_two_projects: tuple[PersonRecord, PersonRecord, ProjectRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = sign_in_of(people_of_two_projects[1])
    looks = []

    def counted() -> AbstractContextManager[Session]:
        looks.append(1)
        return reading()

    for module in (standing, sign_ins, accounts):
        monkeypatch.setattr(module, "reading", counted)
    assert standing.of_sign_in(sign_in) is not None
    assert len(looks) == 1
