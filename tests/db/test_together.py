"""What many ask for at once is committed together, undone one by one, and told of only when it is stored."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from db import people, projects, session
from db.errors import StorageError
from db.records import PersonRecord
from db.together import MOST_AT_ONCE, together

PEOPLE = 24


def entering(name: str) -> Callable[[Session], PersonRecord]:
    return lambda s: people.get_or_create(s, name)


def stored() -> list[str]:
    with session.reading() as s:
        return [person.name for person in people.everybody(s)]


def in_line(acts: list[Callable[[Session], object]], home: Path) -> list[object]:
    """What comes of acts that all wait for a write of somebody else; an error stands for itself."""

    def outcome(act: Callable[[Session], object]) -> object:
        try:
            return together(act)
        except Exception as error:
            return error

    session.prepare()
    other = sqlite3.connect(home / "dailies.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(len(acts)) as pool:
        started = threading.active_count()
        given = [pool.submit(outcome, act) for act in acts]
        while threading.active_count() < started + len(acts):
            pass
        other.rollback()
        other.close()
        return [each.result() for each in given]


def test_what_is_acknowledged_is_stored(home: Path) -> None:
    names = [f"Rater {number:02}" for number in range(PEOPLE)]
    came = in_line([entering(name) for name in names], home)
    assert [person.name for person in came if isinstance(person, PersonRecord)] == names
    with sqlite3.connect(home / "dailies.db") as seen_from_outside:
        assert seen_from_outside.execute("SELECT name FROM people ORDER BY name").fetchall() == [
            (name,) for name in names
        ]


def test_those_who_wait_share_commits(home: Path) -> None:
    commits: list[int] = []

    def count(_connection: Connection) -> None:
        commits.append(1)

    session.prepare()
    event.listen(Engine, "commit", count)
    try:
        in_line([entering(f"Rater {number}") for number in range(PEOPLE)], home)
    finally:
        event.remove(Engine, "commit", count)
    assert PEOPLE < MOST_AT_ONCE
    assert len(commits) <= PEOPLE // 2
    assert len(stored()) == PEOPLE


def test_what_is_refused_undoes_itself_and_nothing_of_others(home: Path) -> None:
    def refused(s: Session) -> None:
        people.get_or_create(s, "Nobody")
        raise ValueError("changed my mind")

    def impossible(s: Session) -> None:
        people.get_or_create(s, "Nobody either")
        projects.get_or_create(s, " ")

    acts: list[Callable[[Session], object]] = [entering("Asha"), refused, entering("Ben"), impossible]
    first, mine, second, broken = in_line([*acts, entering("Cleo")], home)[:4]
    assert isinstance(first, PersonRecord)
    assert isinstance(second, PersonRecord)
    assert isinstance(mine, ValueError)
    assert isinstance(broken, StorageError)
    assert "at least one letter" in str(broken)
    assert stored() == ["Asha", "Ben", "Cleo"]


def test_one_alone_is_refused_as_well(home: Path) -> None:  # noqa: ARG001 a folder of its own
    with pytest.raises(StorageError, match="at least one letter"):
        together(lambda s: projects.get_or_create(s, " "))
    assert together(entering("Asha")).name == "Asha"


def test_where_the_commit_fails_nobody_is_told_of_success(home: Path) -> None:
    def full(_connection: Connection) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    session.prepare()
    event.listen(Engine, "commit", full)
    try:
        came = in_line([entering(f"Rater {number}") for number in range(PEOPLE)], home)
    finally:
        event.remove(Engine, "commit", full)
    assert all(isinstance(each, StorageError) and "disk is full" in str(each) for each in came)
    assert stored() == []
    assert together(entering("Asha")).name == "Asha"
