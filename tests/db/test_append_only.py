"""What people and models said is never changed, and values out of range never get in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db import (
    audit,
    classes,
    clips,
    consents,
    cue_answers,
    face_choices,
    filmed_scenes,
    intensity_maps,
    policies,
    predictions,
    ratings,
    scenes,
    selections,
    session,
    sightings,
)
from db.append_only import statements
from db.errors import AlreadyThereError, RefusedValueError, StorageError, UnknownRowError
from db.records import (
    ClipDraft,
    ClipRecord,
    ConsentScope,
    CutBy,
    GradePart,
    IntensityMapDraft,
    IntensitySide,
    PersonRecord,
    PolicyDraft,
    PolicyKind,
    PredictionDraft,
    ProjectRecord,
    Purpose,
    RatingDraft,
    RemovalCause,
    SceneDraft,
    SelectionDraft,
    SetWork,
    Target,
    TaskKey,
)
from db.tables import (
    APPEND_ONLY,
    Adjudication,
    Flag,
    Gold,
    Guideline,
    LabelSet,
    Rating,
    RatingCircumstances,
    Trace,
)
from engine.vocabulary import Channel, Delivery, Emotion, LineSource, Phase, SystemName
from tests.databases import past_the_application

pytestmark = pytest.mark.both

SETTING = SetWork("Monologue", ("To be, or not to be",), Target.SCRIPT, None, ())


@pytest.fixture
def draft(clip: ClipRecord, person: PersonRecord) -> RatingDraft:
    return RatingDraft(
        clip_id=clip.id,
        person_id=person.id,
        idempotency_key="key-1",
        phase=Phase.ASSISTED,
        delivery=Delivery.RIGHT,
    )


@pytest.fixture
def filled(draft: RatingDraft, project: ProjectRecord, clip: ClipRecord) -> Iterator[Connection]:
    """A database with a row in every append-only table, opened without the application."""
    with session.writing() as s:
        said = predictions.add(
            s,
            PredictionDraft(
                clip_id=clip.id,
                system=SystemName.ALIGNMENT,
                weights_version="w",
                feature_schema="f",
                line="",
                line_source=LineSource.NONE,
                emotion=Emotion.JOY,
                expected_intensity=None,
                expressed_intensity=0.5,
                document={},
            ),
        )
        policy = policies.add(s, PolicyDraft(project.id, "v1", PolicyKind.FIXED, {}, gate_open=True))
        policies.put_in_force(s, project.id, policy.id, person_id=None)
        learned = intensity_maps.add(
            s,
            IntensityMapDraft(
                project.id, IntensitySide.EXPECTED, "v1", {}, "a" * 64, 20, SystemName.ALIGNMENT, "w", "f"
            ),
        )
        intensity_maps.put_in_force(s, project.id, learned.side, learned.id, person_id=None)
        rating = ratings.add(s, draft)
        ratings.withdraw(s, rating.id, person_id=draft.person_id)
        s.add(RatingCircumstances(rating_id=rating.id))
        of_clip = {"clip_id": clip.id, "channel": Channel.FULL}
        s.add(Flag(clip_id=clip.id, person_id=draft.person_id, reason="sound missing"))
        s.add(
            Trace(
                **of_clip,
                person_id=draft.person_id,
                idempotency_key="t",
                rate_hz=10.0,
                lag_s=0.5,
                levels=[0.5],
            )
        )
        sightings.add(s, TaskKey(clip.id, draft.person_id), said.id)
        s.add(Gold(**of_clip, purpose=Purpose.GOLD_SILENT, accepts={"delivery": [0, 0]}))
        s.add(
            Adjudication(**of_clip, person_id=draft.person_id, delivery=Delivery.RIGHT, reason="seen twice")
        )
        s.add(Guideline(project_id=project.id, version=1, language="en", text="Watch, then answer."))
        s.add(LabelSet(project_id=project.id, version=1, document={}))
        cue_answers.add(s, said.id, draft.person_id, answers={4: True}, remark="", idempotency_key="c")
        face_choices.add(s, clip.id, 2, person_id=draft.person_id)
        work = classes.set_work(s, project.id, SETTING, created_by=draft.person_id)
        classes.add_grade(
            s, work.id, draft.person_id, marker_id=draft.person_id, part=GradePart.MARK, scores={}, remark=""
        )
        consents.add(s, project.id, "Asha", scopes=[ConsentScope.RATING], recorded_by=None)
        taken_back = consents.withdraw(s, project.id, "Asha", recorded_by=None)
        other = clips.add(s, project.id, ClipDraft("b" * 64, "take2.mp4", "b" * 64, 1000))
        consents.bury(s, other.id, cause=RemovalCause.WITHDRAWN, withdrawal_id=taken_back.id, files=1)
        scene = scenes.add(s, SceneDraft(project.id, "s.mp4", "c" * 64, "c" * 64, CutBy.PAUSES), ())
        filmed_scenes.remove(s, scene, cause=RemovalCause.RETENTION, withdrawal_id=None, files=1)
        selections.add(s, [SelectionDraft(clip.id, draft.person_id, 0.5, 0.2)])
        audit.write(s, "test", "everything")
    with past_the_application() as connection:
        yield connection


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_can_be_changed_or_deleted_even_past_the_application(filled: Connection, table: str) -> None:
    before = filled.exec_driver_sql(f"SELECT * FROM {table}").fetchall()
    assert before
    for statement in (f"UPDATE {table} SET created_at = '2000-01-01'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            filled.exec_driver_sql(statement)
    assert filled.exec_driver_sql(f"SELECT * FROM {table}").fetchall() == before


def test_the_application_refuses_a_change_in_a_sentence(draft: RatingDraft) -> None:
    with session.writing() as s:
        stored = ratings.add(s, draft)
    with pytest.raises(StorageError, match=r"^Ratings are append-only; add a new row instead\.$"):
        _change(stored.id)


def _change(rating_id: int) -> None:
    with session.writing() as s:
        s.get_one(Rating, rating_id).comment = "changed"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"delivery": 3}, "step from -2"),
        ({"delivery": -3}, "step from -2"),
        ({"expected_intensity": -0.1}, "expected intensity lies between 0 and 1"),
        ({"expressed_intensity": 1.1}, "expressed intensity lies between 0 and 1"),
        ({"expressed_intensity": float("nan")}, "number is expected"),
        ({"watched_share": 2.0}, "watched share"),
        ({"active_time_s": -1.0}, "active time"),
        ({"selection_probability": 0.0}, "selection probability"),
        ({"delivery": None}, "at least one thing"),
        ({"lock_hash": "a" * 64}, "both its time and its hash"),
        ({"locked_at": datetime(2026, 1, 1)}, "needs a time zone"),
        ({"idempotency_key": ""}, "does not accept"),
    ],
)
def test_a_value_out_of_range_is_refused_in_one_sentence_and_nothing_is_stored(
    draft: RatingDraft, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RefusedValueError, match=sentence) as caught, session.writing() as s:
        ratings.add(s, replace(draft, **change))
    assert "\n" not in str(caught.value)
    with session.reading() as s:
        assert ratings.history(s, draft.clip_id) == ()


@pytest.mark.parametrize(
    "change", [{"clip_id": "x"}, {"person_id": 9}, {"prediction_id": 9}, {"policy_id": 9}]
)
def test_a_rating_of_what_is_not_there_is_refused(draft: RatingDraft, change: dict[str, Any]) -> None:
    with pytest.raises(UnknownRowError, match="not there"), session.writing() as s:
        ratings.add(s, replace(draft, **change))


def test_the_same_key_is_stored_once_and_a_new_key_supersedes(draft: RatingDraft) -> None:
    with session.writing() as s:
        first = ratings.add(s, draft)
        again = ratings.add(s, replace(draft, delivery=Delivery.TOO_MUCH))
        second = ratings.add(s, replace(draft, idempotency_key="key-2"))
    assert again == first
    assert second.supersedes_id == first.id


def test_answers_on_other_channels_do_not_supersede(draft: RatingDraft) -> None:
    with session.writing() as s:
        ratings.add(s, draft)
        other = ratings.add(s, replace(draft, idempotency_key="key-2", channel=Channel.VOICE))
    assert other.supersedes_id is None


def test_the_same_key_for_another_clip_is_refused(draft: RatingDraft, new_clip: Any) -> None:
    other = new_clip()
    with session.writing() as s:
        ratings.add(s, draft)
    with pytest.raises(AlreadyThereError, match="same key"), session.writing() as s:
        ratings.add(s, replace(draft, clip_id=other.id))


def test_a_rating_comes_back_as_it_went_in(draft: RatingDraft) -> None:
    full = replace(
        draft,
        emotion=Emotion.SURPRISE,
        expected_intensity=0.1 + 0.2,
        expressed_intensity=1.0,
        comment="“क्या”\n🎭",
        reason="because",
        watched_share=0.0,
        active_time_s=1e-9,
        simulated=True,
        locked_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        lock_hash="a" * 64,
        selection_probability=1 / 3,
        prediction_shown=False,
        confirmed=True,
    )
    with session.writing() as s:
        stored = ratings.add(s, full)
    with session.reading() as s:
        found = ratings.current_for(s, draft.clip_id, draft.person_id)
    assert found == stored
    assert all(getattr(found, name) == getattr(full, name) for name in RatingDraft.__dataclass_fields__)


def test_the_audit_log_is_chained_and_shows_tampering(database: str, person: PersonRecord) -> None:
    with session.writing() as s:
        for number in range(5):
            audit.write(s, "test", f"row:{number}", person_id=person.id, details={"n": number, "text": "é"})
    with session.reading() as s:
        assert audit.first_broken(s) is None
        newest = audit.list_page(s, limit=2)
        rest = audit.list_page(s, before=newest.next_key, limit=10)
    assert [line.subject for line in (*newest.items, *rest.items)] == [f"row:{n}" for n in (4, 3, 2, 1, 0)]
    session.close()
    disarm = {
        "sqlite": "DROP TRIGGER audit_log_no_update",
        "postgres": "ALTER TABLE audit_log DISABLE TRIGGER audit_log_append_only",
    }
    with past_the_application() as connection:
        connection.exec_driver_sql(disarm[database])
        connection.exec_driver_sql("UPDATE audit_log SET subject = 'row:99' WHERE id = 3")
    with session.reading() as s:
        broken = audit.first_broken(s)
    assert broken is not None
    assert broken.id == 3


def test_triggers_are_written_for_the_databases_dailies_runs_on_and_no_other() -> None:
    assert all(
        "ratings are append-only" in " ".join(statements("ratings", dialect=d))
        for d in ("sqlite", "postgresql")
    )
    with pytest.raises(ValueError, match="not on mysql"):
        statements("ratings", dialect="mysql")
