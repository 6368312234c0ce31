"""Flags wait for the lead until a later row settles them."""

from __future__ import annotations

import pytest

from db import flags, session
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipRecord, PersonRecord, ProjectRecord

pytestmark = pytest.mark.both


def test_a_flag_is_open_until_it_is_settled(
    project: ProjectRecord, clip: ClipRecord, person: PersonRecord
) -> None:
    with session.writing() as s:
        first = flags.add(s, clip.id, person.id, reason="wrong line")
        second = flags.add(s, clip.id, person.id, reason="no sound", note="silent throughout")
        assert flags.open_of_project(s, project.id) == (first, second)
        settled = flags.resolve(s, first.id, person_id=person.id, reason="line corrected")
        assert settled.resolves_id == first.id
        assert flags.open_of_project(s, project.id) == (second,)
        assert flags.open_of_clip(s, clip.id) == (second,)


def test_a_flag_without_a_reason_is_refused(clip: ClipRecord, person: PersonRecord) -> None:
    with pytest.raises(RefusedValueError, match="says why"), session.writing() as s:
        flags.add(s, clip.id, person.id, reason="  ")


def test_a_flag_that_is_not_there_cannot_be_settled(person: PersonRecord) -> None:
    with pytest.raises(UnknownRowError, match="no flag number 7"), session.writing() as s:
        flags.resolve(s, 7, person_id=person.id, reason="done")
