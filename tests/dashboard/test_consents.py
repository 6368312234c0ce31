"""Consent of who is filmed, its withdrawal, what it removes, and how long clips are kept."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.exc import DBAPIError

import db.consents
from dashboard.__main__ import main
from dashboard.services import (
    adjudication,
    clip_list,
    consents,
    export,
    export_download,
    filmed,
    grading,
    importing,
    media_store,
    projects,
    removal,
    retention,
    review,
    training_ratings,
    visitors,
)
from dashboard.services.clip_turns import ClipTurn
from dashboard.services.clip_work import ClipOutcome, work_on
from dashboard.services.filmed import ConsentState
from dashboard.services.permissions import NotAllowedError
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from dashboard.services.retention import Rule
from db import audit, channel_media, clips, enrolled_faces, flags, predictions, ratings
from db.columns import now
from db.errors import RefusedValueError, StorageError, UnknownRowError
from db.records import ClipRecord, ClipStatus, ConsentScope, ProjectRecord, RemovalCause
from db.session import close, reading, writing
from engine.errors import DailiesError
from engine.vocabulary import Channel, Delivery
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.class_made import made_class, made_take
from tests.dashboard.project_made import made_clip, press
from tests.databases import past_the_application

pytestmark = pytest.mark.usefixtures("home")

ALL: Final = tuple(ConsentScope)


def _filmed(project: ProjectRecord, actor: str, number: int) -> ClipRecord:
    """A clip of somebody with every file there can be, each in the store."""
    clip = made_take(project, number)
    with writing() as session:
        voice = media_store.put_bytes(b"fLaC" + bytes([number])).key
        peak = media_store.put_bytes(b"\xff\xd8\xff peak" + bytes([number])).key
        browser = media_store.put_bytes(b"\x00\x00\x00\x20ftypmp42" + bytes([number])).key
        channel_media.put(session, clip.id, Channel.VOICE, voice)
        clips.set_media(session, clip.id, browser_key=browser)
        clips.update_details(session, clip.id, clip.details.__class__(**{**_fields(clip), "actor": actor}))
        predictions.add(session, draft_of(made_analysis(), clip_id=clip.id, thumbnail_keys=(peak, None)))
        return clips.get(session, clip.id)


def _fields(clip: ClipRecord) -> dict[str, object]:
    return {name: getattr(clip.details, name) for name in clip.details.__dataclass_fields__}


def _lead(project: ProjectRecord) -> int:
    return visitors.welcome("Lead", project).id


def _files(home: Path) -> int:
    return sum(path.is_file() for path in (home / media_store.FOLDER).glob("??/*"))


def test_the_newest_consent_counts_until_it_ends_or_is_taken_back() -> None:
    project = projects.create("Dubbing")
    _filmed(project, "Meera Rao", 1)

    def state(days: int = 0) -> ConsentState:
        (found,) = consents.register(project.id, person_id=None, at=now() + timedelta(days=days)).filmed
        return found.state

    assert state() is ConsentState.MISSING
    ends = now() + timedelta(days=30)
    consents.record(project.id, " meera  rao", scopes=[ConsentScope.RATING], person_id=None, expires_at=ends)
    assert (state(), state(31)) == (ConsentState.GIVEN, ConsentState.EXPIRED)
    with reading() as session:
        covers = partial(filmed.covers, session, project.id, "Meera Rao", None)
        assert covers([ConsentScope.RATING])
        assert not covers([ConsentScope.RATING, ConsentScope.EXPORT])
        assert len(filmed.kept_from(session, project.id, ConsentScope.EXPORT)) == 1
        assert filmed.kept_from(session, project.id, ConsentScope.RATING) == frozenset()
    removal.withdraw(project.id, "Meera Rao", person_id=None)
    assert state() is ConsentState.WITHDRAWN
    consents.record(project.id, "Meera Rao", scopes=ALL, person_id=None)
    assert state(1000) is ConsentState.GIVEN


def test_a_withdrawal_forgets_the_enrolled_face_too_however_the_name_was_written() -> None:
    project = projects.create("Dubbing")
    _filmed(project, "Meera Rao", 1)
    with writing() as session:
        enrolled_faces.add(session, project.id, "meera rao", [[0.1] * 128], person_id=None)
        enrolled_faces.add(session, project.id, "Leela", [[0.2] * 128], person_id=None)
    removal.withdraw(project.id, "Meera Rao", person_id=None)
    with reading() as session:
        assert enrolled_faces.actors(session, project.id) == {"Leela": 1}


def test_nothing_is_learned_from_clips_whose_person_did_not_agree_to_it(tmp_path: Path) -> None:
    project = projects.create("Dubbing")
    people = {name: _filmed(project, name, number) for number, name in enumerate(("Meera", "Leela", "Ira"))}
    rater = visitors.welcome("Ben", project)
    for clip in people.values():
        submit(
            clip_id=clip.id, person_id=rater.id, answer=Answer(delivery=Delivery(1)), idempotency_key=clip.id
        )
    consents.record(project.id, "Meera", scopes=[ConsentScope.RATING], person_id=None)
    consents.record(project.id, "Leela", scopes=ALL, person_id=None)
    with reading() as session:
        taught = training_ratings.collect(session, project)
    assert {gap.clip_id for gap in taught.gaps} == {people["Leela"].id, people["Ira"].id}
    assert any("has not agreed" in note for note in taught.notes)
    learned = {"purpose": ConsentScope.TRAINING, "names": True}
    done = export.export(project.id, format_name="jsonl", out=tmp_path / "learned", **learned)
    assert (done.ratings, done.predictions) == (2, 2)
    assert export.export(project.id, format_name="jsonl", out=tmp_path / "given", names=True).ratings == 3


def test_who_is_kept_from_a_use_is_found_the_same_by_the_clips_and_by_the_register() -> None:
    room = made_class(students=3)
    for number, actor in enumerate(("Meera Rao", "MEERA RAO ", "Leela", "Ira", "Student 02", None)):
        made_clip(room.project, actor=actor, original_name=f"named{number}.mp4")
    project = room.project.id
    consents.record(project, "meera rao", scopes=[ConsentScope.RATING], person_id=None)
    consents.record(project, "Leela", scopes=ALL, person_id=None)
    consents.record(project, room.students[0].name, scopes=[ConsentScope.EXPORT], person_id=None)
    consents.record(project, room.students[2].name, scopes=ALL, person_id=None)
    with writing() as session:
        db.consents.withdraw(session, project, room.students[2].name, recorded_by=None)
    with reading() as session:
        everybody = filmed.everybody(session, project)
        for scope in ConsentScope:
            kept = {
                clip.id
                for each in everybody
                if each.state is not ConsentState.MISSING and scope not in each.scopes
                for clip in each.clips
            }
            assert filmed.kept_from(session, project, scope) == kept
            assert len(kept) > 1


def test_a_consent_names_somebody_something_and_a_day_to_come() -> None:
    project = projects.create("Dubbing")
    for subject, scopes, until in (
        (" ", ALL, None),
        ("Meera", (), None),
        ("Meera", ALL, now() - timedelta(seconds=1)),
    ):
        with pytest.raises(RefusedValueError):
            consents.record(project.id, subject, scopes=scopes, person_id=None, expires_at=until)


def test_a_withdrawal_removes_every_file_and_finding_and_leaves_a_tombstone(home: Path) -> None:
    project = projects.create("Dubbing")
    gone, stays = _filmed(project, "Meera Rao", 1), _filmed(project, "Farid", 2)
    rater = projects.person("Asha")
    submit(clip_id=gone.id, person_id=rater.id, answer=Answer(delivery=-1), idempotency_key=press())
    with writing() as session:
        flags.add(session, gone.id, person_id=rater.id, reason="sound", note="late")
    figures = home / "figures" / f"{project.id}-abc.json"
    figures.parent.mkdir()
    figures.write_text("{}")
    assert _files(home) == 10
    what = removal.preview(project.id, "meera rao", person_id=None)
    assert ([clip.id for clip in what.clips], what.files) == ([gone.id], 5)
    assert removal.withdraw(project.id, "Meera Rao", person_id=None).files == 5
    assert _files(home) == 5
    assert not figures.exists()
    for key in (gone.media_key, gone.thumbnail_key, gone.browser_key):
        with pytest.raises(StorageError):
            media_store.path_of(str(key))
    with reading() as session:
        left, other = clips.get(session, gone.id), clips.get(session, stays.id)
        said, kept = predictions.latest_for(session, gone.id), predictions.latest_for(session, stays.id)
        assert (left.status, left.actor, left.line, left.duration_s) == (ClipStatus.WITHDRAWN, None, "", None)
        assert (left.media_key, left.thumbnail_key, left.original_name) == ("", None, "–")
        assert said is not None
        assert kept is not None
        assert (said.expected_intensity, said.voice_trust, said.line) == (None, None, "")
        assert not any(said.document[name] for name in ("attention", "words", "peaks", "modalities"))
        assert channel_media.key_of(session, gone.id, Channel.VOICE) is None
        assert len(ratings.history(session, gone.id)) == 1  # somebody else's answer, about a nameless clip
        assert (other.actor, kept.expected_intensity) == ("Farid", 0.7)
        line = audit.list_page(session).items
    assert [each.action for each in line[:2]] == ["clip.remove", "consent.withdraw"]
    (tombstone,) = consents.register(project.id, person_id=None).tombstones
    assert (tombstone.clip_id, tombstone.cause, tombstone.files) == (gone.id, RemovalCause.WITHDRAWN, 5)
    with pytest.raises(UnknownRowError):
        review.view(project.id, _lead(project), gone.id)
    agenda = adjudication.agenda(project.id, person_id=None)
    assert not agenda.waiting
    assert agenda.decided == ()
    shown = export_download.preview(project.id)
    assert "Meera" not in str(shown)
    assert clip_list.look(project.id, status=ClipStatus.READY).items[0].clip.id == stays.id


def test_nothing_brings_a_removed_clip_back(home: Path) -> None:
    project = projects.create("Dubbing")
    gone = _filmed(project, "Meera Rao", 1)
    content = media_store.path_of(gone.media_key).read_bytes()
    removal.withdraw(project.id, "Meera Rao", person_id=None)
    importing.analyse_again(gone.id)
    late = ClipOutcome(
        browser_key=None,
        thumbnail_key=media_store.put_bytes(b"\xff\xd8\xff late").key,
        duration_s=1.0,
        width=2,
        height=2,
        analysis=made_analysis(peaks=()),
        thumbnail_keys=(),
    )
    ClipTurn(gone, work_on).keep(late)  # it was being analysed when the consent was taken back
    with writing() as session:
        clips.queue_all(session, project.id)
        clips.set_status(session, gone.id, ClipStatus.READY)
        assert clips.get(session, gone.id).status is ClipStatus.WITHDRAWN
        assert predictions.latest_for(session, gone.id).expressed_intensity is None  # type: ignore[union-attr]
    source = importing.Source(name="again.mp4", open=partial(BytesIO, content))
    report = importing.import_clips("Dubbing", [source])
    assert "was removed from this project" in report.refused[0].sentence
    assert _files(home) == 0


def test_a_file_that_another_clip_shows_stays_for_that_one() -> None:
    first, second = projects.create("Dubbing"), projects.create("Archive")
    gone = _filmed(first, "Meera Rao", 1)
    same = made_clip(second, sha256=gone.sha256, media_key=gone.media_key, actor="Meera Rao")
    removal.withdraw(first.id, "Meera Rao", person_id=None)
    assert media_store.path_of(same.media_key).is_file()
    removal.withdraw(second.id, "Meera Rao", person_id=None)
    with pytest.raises(StorageError):
        media_store.path_of(same.media_key)


def test_a_prediction_is_emptied_only_once_its_clip_has_a_tombstone() -> None:
    project = projects.create("Dubbing")
    clip = _filmed(project, "Meera Rao", 1)
    close()
    change, drop = "UPDATE predictions SET line = 'x'", "DELETE FROM predictions"
    with past_the_application() as connection:
        for statement in (change, drop):
            with pytest.raises(DBAPIError, match="append-only"):
                connection.exec_driver_sql(f"{statement} WHERE clip_id = '{clip.id}'")
    removal.withdraw(project.id, "Meera Rao", person_id=None)
    close()
    with past_the_application() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.exec_driver_sql(f"{drop} WHERE clip_id = '{clip.id}'")


def test_a_student_takes_their_own_consent_back_and_nobody_elses() -> None:
    room = made_class()
    mine, others = room.students
    grading.comment(room.takes[0].id, at_s=1.0, text="Breathe", person_id=room.teacher.id)
    with pytest.raises(NotAllowedError):
        removal.withdraw(room.project.id, others.name, person_id=mine.id)
    with pytest.raises(NotAllowedError):
        consents.register(room.project.id, person_id=mine.id)
    assert len(removal.withdraw(room.project.id, mine.name, person_id=mine.id).clips) == 1
    found = consents.register(room.project.id, person_id=room.teacher.id).filmed
    assert [(each.subject, each.state) for each in found] == [
        (mine.name, ConsentState.WITHDRAWN),
        (others.name, ConsentState.MISSING),
    ]
    with reading() as session:
        assert clips.get(session, room.takes[1].id).status is ClipStatus.READY


def test_who_is_not_filmed_is_not_removed() -> None:
    project = projects.create("Dubbing")
    with pytest.raises(RefusedValueError, match="Nobody called Meera"):
        removal.withdraw(project.id, "Meera", person_id=None)


def test_clips_are_removed_by_age_and_with_their_consent() -> None:
    project = projects.create("Dubbing")
    first, second = _filmed(project, "Meera Rao", 1), _filmed(project, "Farid", 2)
    ends = now() + timedelta(days=5)
    consents.record(project.id, "Meera Rao", scopes=ALL, person_id=None, expires_at=ends)
    later = now() + timedelta(days=6)
    assert retention.due(project.id, person_id=None, at=later) == 0
    retention.set_rule(project.id, Rule(days=30, with_consent=True), person_id=None)
    assert retention.due(project.id, person_id=None, at=later) == 1
    assert retention.apply(project.id, person_id=None, at=later) == 1
    assert retention.apply(project.id, person_id=None, at=now() + timedelta(days=31)) == 1
    causes = {each.clip_id: each.cause for each in consents.register(project.id, person_id=None).tombstones}
    assert causes == {first.id: RemovalCause.EXPIRED, second.id: RemovalCause.RETENTION}
    for days in (0, -1, 10**6):
        with pytest.raises(DailiesError, match="kept for 1 to"):
            retention.set_rule(project.id, Rule(days=days), person_id=None)


def test_the_command_line_records_withdraws_and_keeps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = projects.create("Dubbing")
    _filmed(project, "Meera Rao", 1)

    def told(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        assert main(["consent", *words, "--project", "Dubbing"]) == status
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return out.out if status == 0 else out.err

    told("record", "--subject", "Meera Rao", "--scope", "analysis,rating", "--until", "2099-12-31")
    (row,) = json.loads(told("list", "--json"))
    assert (row["state"], row["scopes"], len(row["clips"])) == ("given", ["analysis", "rating"], 1)
    assert "no scopes" in told("record", "--subject", "M", "--scope", "fame", status=2)
    assert "no day" in told("record", "--subject", "M", "--scope", "rating", "--until", "soon", status=2)
    assert "clips are kept for 90 days" in told("retention", "--days", "90")
    assert "0 clips and scenes are due" in told("retention", "--with-consent", "yes")
    assert "no number of days" in told("retention", "--days", "0", status=2)
    monkeypatch.setattr("sys.stdin", StringIO(""))
    assert "Nobody is there to agree" in told("withdraw", "--subject", "Meera Rao", status=2)
    monkeypatch.setattr("sys.stdin", StringIO("n\n"))
    assert "Nothing was removed" in told("withdraw", "--subject", "Meera Rao")
    assert "Removed 1 clips, 0 scenes, 5 files" in told("withdraw", "--subject", "Meera Rao", "--yes")
    assert "Nobody called" in told("withdraw", "--subject", "Someone", "--yes", status=2)
    assert "Meera Rao: withdrawn" in told("list")
