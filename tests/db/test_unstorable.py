"""A text that one database would keep and another refuses is kept by neither."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text

from db import people, projects, session
from db.errors import RefusedValueError
from db.tables import Person

pytestmark = pytest.mark.both


def rows(*names: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "pseudonym": f"P{number}", "simulated": False} for number, name in enumerate(names)
    ]


def test_a_nul_is_refused_in_one_row_in_many_and_by_name() -> None:
    with pytest.raises(RefusedValueError, match="NUL"), session.writing() as s:
        people.get_or_create(s, "Asha\0")
    with pytest.raises(RefusedValueError, match="NUL"), session.writing() as s:
        s.execute(insert(Person), rows("Asha", "Be\0n"))
    with pytest.raises(RefusedValueError, match="NUL"), session.reading() as s:
        s.execute(text("SELECT :name"), {"name": "\0"})
    with session.reading() as s:
        assert s.execute(select(Person.id)).all() == []


def test_everything_else_is_kept_one_by_one_and_many_at_once() -> None:
    names = ["Asha", "आशा", "آشا", "🎭", "a\tb", "\x01"]
    with session.writing() as s:
        s.execute(insert(Person), rows(*names))
        projects.get_or_create(s, "Hamlet")
    with session.reading() as s:
        assert {person.name for person in people.everybody(s)} == set(names)
