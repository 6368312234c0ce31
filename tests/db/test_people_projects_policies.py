"""Projects, people and policies: found by name, joined, put in force and taken back."""

from __future__ import annotations

import pytest

from db import people, policies, projects, session
from db.errors import AlreadyThereError, UnknownRowError
from db.records import PersonRecord, PolicyDraft, PolicyKind, ProjectRecord
from engine.vocabulary import Protocol, Role

pytestmark = pytest.mark.both


def test_a_project_is_made_once_and_keeps_its_settings(project: ProjectRecord) -> None:
    with session.writing() as s:
        again = projects.get_or_create(s, " Hamlet ", protocol=Protocol.BLIND_ONLY, language="hi")
        changed = projects.update_settings(s, project.id, {"overlap": 2})
    assert again == project
    assert changed.settings == {"overlap": 2}
    with session.reading() as s:
        assert projects.by_name(s, "Hamlet") == changed


def test_a_project_that_is_not_there_is_said_with_those_that_are(project: ProjectRecord) -> None:
    with session.reading() as s:
        with pytest.raises(UnknownRowError, match=f"no project 'Hamlt'; there are: {project.name}"):
            projects.by_name(s, "Hamlt")
        with pytest.raises(UnknownRowError, match="no project number 99"):
            projects.by_id(s, 99)


def test_people_have_pseudonyms_that_say_nothing_about_them(person: PersonRecord) -> None:
    with session.writing() as s:
        other = people.get_or_create(s, "Ben", simulated=True)
        assert people.get_or_create(s, " Asha ") == person
        assert people.everybody(s, simulated=True) == (other,)
        assert people.everybody(s) == (person, other)
    assert other.pseudonym != person.pseudonym
    assert person.name.lower() not in person.pseudonym


def test_a_person_has_one_role_in_a_project(project: ProjectRecord, person: PersonRecord) -> None:
    with session.writing() as s:
        assert people.role_in(s, project.id, person.id) is None
        people.join(s, project.id, person.id, Role.RATER)
        people.join(s, project.id, person.id, Role.INSTRUCTOR)
        assert people.role_in(s, project.id, person.id) is Role.INSTRUCTOR
        (member,) = people.members(s, project.id)
    assert (member.person, member.role) == (person, Role.INSTRUCTOR)


def test_the_policy_put_in_force_last_judges(project: ProjectRecord, person: PersonRecord) -> None:
    with session.writing() as s:
        assert policies.in_force(s, project.id) is None
        first, second = (
            policies.add(s, PolicyDraft(project.id, version, PolicyKind.FIXED, {"version": version}))
            for version in ("one", "two")
        )
        for policy in (first, second, first):
            policies.put_in_force(s, project.id, policy.id, person_id=person.id, note="because")
    with session.reading() as s:
        assert policies.in_force(s, project.id) == first
        assert policies.history(s, project.id) == (second, first)
        steps = policies.promotions(s, project.id)
    assert [step.policy_id for step in steps] == [first.id, second.id, first.id]
    assert {(step.person_id, step.note) for step in steps} == {(person.id, "because")}


def test_a_version_exists_once_in_a_project(project: ProjectRecord) -> None:
    draft = PolicyDraft(project.id, "one", PolicyKind.FIXED, {})
    with session.writing() as s:
        policies.add(s, draft)
    with pytest.raises(AlreadyThereError, match="version exists already"), session.writing() as s:
        policies.add(s, draft)


def test_a_policy_of_another_project_is_not_put_in_force(project: ProjectRecord) -> None:
    with session.writing() as s:
        other = projects.get_or_create(s, "Macbeth")
        policy = policies.add(s, PolicyDraft(other.id, "one", PolicyKind.FIXED, {}))
        with pytest.raises(UnknownRowError, match="another project"):
            policies.put_in_force(s, project.id, policy.id, person_id=None)
