"""What many ask for at once is committed together, undone one by one, and told of only when it is stored."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from db import people, projects, session
from db.errors import StorageError
from db.records import PersonRecord
from db.together import MOST_AT_ONCE, together
from tests.databases import held_by_somebody, past_the_application

pytestmark = pytest.mark.both

PEOPLE = 24


def entering(name: str) -> Callable[[Session], PersonRecord]:
    return lambda s: people.get_or_create(s, name)


def stored() -> list[str]:
    with session.reading() as s:
        return [person.name for person in people.everybody(s)]


def in_line(acts: list[Callable[[Session], object]]) -> list[object]:
    """What comes of acts that all wait for a write of somebody else; an error stands for itself."""

    def outcome(act: Callable[[Session], object]) -> object:
        try:
            return together(act)
        except Exception as error:
            return error

    session.prepare()
    with ThreadPoolExecutor(len(acts)) as pool:
        with held_by_somebody():
            started = threading.active_count()
            given = [pool.submit(outcome, act) for act in acts]
            while threading.active_count() < started + len(acts):
                pass
        return [each.result() for each in given]


def test_what_is_acknowledged_is_stored() -> None:
    names = [f"Rater {number:02}" for number in range(PEOPLE)]
    came = in_line([entering(name) for name in names])
    assert [person.name for person in came if isinstance(person, PersonRecord)] == names
    with past_the_application() as seen_from_outside:
        found = seen_from_outside.exec_driver_sql("SELECT name FROM people ORDER BY name").scalars().all()
    assert found == names


def test_those_who_wait_share_commits() -> None:
    commits: list[int] = []

    def count(_connection: Connection) -> None:
        commits.append(1)

    session.prepare()
    event.listen(Engine, "commit", count)
    try:
        in_line([entering(f"Rater {number}") for number in range(PEOPLE)])
    finally:
        event.remove(Engine, "commit", count)
    assert PEOPLE < MOST_AT_ONCE
    assert len(commits) <= PEOPLE // 2
    assert len(stored()) == PEOPLE


def test_what_is_refused_undoes_itself_and_nothing_of_others() -> None:
    def refused(s: Session) -> None:
        people.get_or_create(s, "Nobody")
        raise ValueError("changed my mind")

    def impossible(s: Session) -> None:
        people.get_or_create(s, "Nobody either")
        projects.get_or_create(s, " ")

    acts: list[Callable[[Session], object]] = [entering("Asha"), refused, entering("Ben"), impossible]
    first, mine, second, broken = in_line([*acts, entering("Cleo")])[:4]
    assert isinstance(first, PersonRecord)
    assert isinstance(second, PersonRecord)
    assert isinstance(mine, ValueError)
    assert isinstance(broken, StorageError)
    assert "at least one letter" in str(broken)
    assert stored() == ["Asha", "Ben", "Cleo"]


def test_one_alone_is_refused_as_well() -> None:
    with pytest.raises(StorageError, match="at least one letter"):
        together(lambda s: projects.get_or_create(s, " "))
    assert together(entering("Asha")).name == "Asha"


def test_where_the_commit_fails_nobody_is_told_of_success() -> None:
    def full(_connection: Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    session.prepare()
    event.listen(Engine, "commit", full)
    try:
        came = in_line([entering(f"Rater {number}") for number in range(PEOPLE)])
    finally:
        event.remove(Engine, "commit", full)
    assert all(isinstance(each, StorageError) and "disk is full" in str(each) for each in came)
    assert stored() == []
    assert together(entering("Asha")).name == "Asha"
