"""A channel's file is known by its key; a trace is never changed, and a person's newest counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from db import channel_media, people, session, traces
from db.errors import AlreadyThereError, RefusedValueError, StorageError
from db.records import ClipRecord, PersonRecord, TaskKey
from engine.vocabulary import Channel

pytestmark = pytest.mark.both


def test_a_channel_is_unknown_then_found_then_replaced(clip: ClipRecord) -> None:
    with session.writing() as s:
        assert channel_media.key_of(s, clip.id, Channel.FACE) is None
        channel_media.put(s, clip.id, Channel.FACE, "a" * 64)
        channel_media.put(s, clip.id, Channel.FACE, "b" * 64)
    with session.reading() as s:
        assert channel_media.key_of(s, clip.id, Channel.FACE) == "b" * 64
        assert channel_media.key_of(s, clip.id, Channel.VOICE) is None
        assert [channel_media.holds(s, key * 64) for key in "ab"] == [False, True]


def test_an_absent_channel_is_no_file_to_serve(clip: ClipRecord) -> None:
    with session.writing() as s:
        channel_media.put(s, clip.id, Channel.VOICE, channel_media.ABSENT)
        assert channel_media.key_of(s, clip.id, Channel.VOICE) == channel_media.ABSENT
        assert not channel_media.holds(s, channel_media.ABSENT)


@pytest.mark.sqlite
def test_whether_a_key_is_a_channels_is_asked_of_an_index() -> None:
    with session.reading() as s:
        plan = s.execute(text("EXPLAIN QUERY PLAN SELECT 1 FROM channel_media WHERE media_key = 'x'")).all()
    assert all("USING" in step[3] and "INDEX" in step[3] for step in plan)


def add(task: TaskKey, key: str, *levels: float | None, lag_s: float = 0.5) -> int:
    with session.writing() as s:
        return traces.add(s, task, idempotency_key=key, rate_hz=10, lag_s=lag_s, levels=levels).id


def test_of_each_person_the_newest_trace_of_the_channel_counts(
    new_clip: Callable[..., ClipRecord], person: PersonRecord
) -> None:
    clip, other = new_clip(), new_clip()
    with session.writing() as s:
        ben = people.get_or_create(s, "Ben")
    add(TaskKey(clip.id, person.id), "1", 0.1)
    add(TaskKey(clip.id, ben.id), "2", 0.2)
    newest = add(TaskKey(clip.id, person.id), "3", None, 0.3)
    add(TaskKey(clip.id, person.id, Channel.FACE), "4", 0.4)
    add(TaskKey(other.id, person.id), "5", 0.5)
    with session.reading() as s:
        found = traces.newest(s, clip.id)
    assert [(trace.person_id, trace.levels) for trace in found] == [
        (ben.id, (0.2,)),
        (person.id, (None, 0.3)),
    ]
    assert found[1].id == newest


def test_the_same_key_stores_nothing_more(clip: ClipRecord, person: PersonRecord) -> None:
    first = add(TaskKey(clip.id, person.id), "1", 0.1)
    assert add(TaskKey(clip.id, person.id), "1", 0.9) == first
    with pytest.raises(AlreadyThereError):
        add(TaskKey(clip.id, person.id, Channel.FACE), "1", 0.1)


def test_a_lag_beyond_ten_seconds_is_refused(clip: ClipRecord, person: PersonRecord) -> None:
    with pytest.raises(RefusedValueError):
        add(TaskKey(clip.id, person.id), "1", 0.1, lag_s=11)


@pytest.mark.parametrize("statement", ["UPDATE traces SET lag_s = 0", "DELETE FROM traces"])
def test_a_trace_is_never_changed(clip: ClipRecord, person: PersonRecord, statement: str) -> None:
    add(TaskKey(clip.id, person.id), "1", 0.1)
    with pytest.raises(StorageError, match="append-only"), session.writing() as s:
        s.execute(text(statement))
