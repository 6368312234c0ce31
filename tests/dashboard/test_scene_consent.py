"""Who is filmed in a scene is reached by a withdrawal, by an end of consent, and by the rule of days."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from dashboard.services import (
    consents,
    media_store,
    projects,
    removal,
    retention,
    scene_turns,
    scenes,
    visitors,
)
from dashboard.services.permissions import NotAllowedError
from dashboard.services.retention import Rule
from dashboard.services.scene_turns import LookTurn, UtteranceTurn
from dashboard.services.scene_work import SceneLook
from dashboard.services.scenes import Cuts
from db.columns import now
from db.errors import RefusedValueError, UnknownRowError
from db.location import DATABASE_FILE
from db.records import ConsentScope, PersonRecord, ProjectRecord, RemovalCause, SceneRecord
from engine.scenes.reading import UtteranceReading
from engine.scenes.speakers import VoicePrint
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip

FILM = b"\x00\x00\x00\x20ftypisom a scene"
TABLE = b"start,end,line,speaker\n0,1,How dare you!,Asha\n2,3,I am leaving.,HAMLET\n"


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def lead(project: ProjectRecord) -> PersonRecord:
    return visitors.welcome("Cara", project)


def bring_in(
    project: ProjectRecord, lead: PersonRecord, *people: str, film: bytes = FILM, table: bytes = TABLE
) -> SceneRecord:
    return scenes.bring_in(
        project.id,
        BytesIO(film),
        name="scene.mp4",
        cuts=Cuts("times.csv", table),
        script_id=None,
        person_id=lead.id,
        people=people,
    )


def read_through(browser_copy: str | None = None) -> None:
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    look.keep(SceneLook(browser_copy, 60.0, 640, 480, ()))
    while isinstance(turn := scene_turns.claim(), UtteranceTurn):
        analysis = made_analysis(line=turn.utterance.line)
        turn.keep(UtteranceReading(analysis, VoicePrint(20.0, (20.0,) * 12)))


def files(home: Path) -> int:
    return sum(path.is_file() for path in (home / media_store.FOLDER).glob("??/*"))


@pytest.mark.sqlite
def test_a_withdrawal_removes_every_scene_that_shows_the_person_and_no_other(
    home: Path, project: ProjectRecord, lead: PersonRecord
) -> None:
    named = bring_in(project, lead, " Meera  Rao ", "Ben")
    read_through(media_store.put_bytes(b"\x00\x00\x00\x20ftypmp42 copy").key)
    speaking = TABLE.replace(b"Asha", b"meera rao")
    spoken = bring_in(project, lead, film=FILM + b"2", table=speaking)
    other = bring_in(project, lead, "Ben", film=FILM + b"3", table=speaking)  # her name is a part in it
    what = removal.preview(project.id, "Meera Rao", person_id=lead.id)
    assert ({scene.id for scene in what.scenes}, what.files) == ({named.id, spoken.id}, 3)
    assert removal.withdraw(project.id, "meera rao", person_id=lead.id).files == 3
    assert [each.scene.id for each in scenes.listing(project.id, person_id=lead.id)] == [other.id]
    assert files(home) == 1
    with closing(sqlite3.connect(home / DATABASE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM utterances").fetchone() == (2,)
    assert b"How dare you!" in (home / DATABASE_FILE).read_bytes() + wal(home)  # of the scene that stays
    register = consents.register(project.id, person_id=lead.id)
    causes = {each.scene_id: each.cause for each in register.scene_tombstones}
    assert causes == {named.id: RemovalCause.WITHDRAWN, spoken.id: RemovalCause.WITHDRAWN}
    with pytest.raises(UnknownRowError):
        scenes.look(named.id, person_id=lead.id)


def wal(home: Path) -> bytes:
    path = home / f"{DATABASE_FILE}-wal"
    return path.read_bytes() if path.exists() else b""


def test_a_removed_scene_does_not_come_back_into_its_project(
    home: Path, project: ProjectRecord, lead: PersonRecord
) -> None:
    bring_in(project, lead, "Meera Rao")
    removal.withdraw(project.id, "Meera Rao", person_id=lead.id)
    with pytest.raises(RefusedValueError, match="was removed from this project"):
        bring_in(project, lead, "Meera Rao")
    assert files(home) == 0


def test_what_was_at_work_on_a_scene_when_it_was_removed_keeps_nothing(
    home: Path, project: ProjectRecord, lead: PersonRecord
) -> None:
    bring_in(project, lead, "Meera Rao")
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    copy = media_store.put_bytes(b"\x00\x00\x00\x20ftypmp42 copy").key
    removal.withdraw(project.id, "Meera Rao", person_id=lead.id)
    look.keep(SceneLook(copy, 60.0, 640, 480, ()))
    look.put_back()
    look.fail("It broke.")
    assert files(home) == 0
    assert scene_turns.claim() is None


def test_a_file_that_a_clip_shows_too_stays_for_it_and_the_other_way_round(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = bring_in(project, lead, "Meera Rao")
    clip = made_clip(projects.create("Lear"), media_key=scene.media_key, sha256=scene.sha256, actor="Leela")
    assert removal.withdraw(project.id, "Meera Rao", person_id=lead.id).files == 0
    again = bring_in(projects.by_name("Lear"), visitors.welcome("Cara", projects.by_name("Lear")), "Ben")
    assert removal.withdraw(clip.project_id, "Leela", person_id=None).files == 0
    assert media_store.path_of(again.media_key).is_file()


def test_scenes_are_removed_by_age_and_with_the_consent_of_anybody_in_them(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    first = bring_in(project, lead, "Meera Rao", "Ben")
    second = bring_in(project, lead, "Ben", film=FILM + b"2")
    scopes, ends = list(ConsentScope), now() + timedelta(days=5)
    consents.record(project.id, "Meera Rao", scopes=scopes, person_id=lead.id, expires_at=ends)
    retention.set_rule(project.id, Rule(days=30, with_consent=True), person_id=lead.id)
    later = now() + timedelta(days=6)
    assert retention.due(project.id, person_id=lead.id, at=later) == 1
    assert retention.apply(project.id, person_id=lead.id, at=later) == 1
    assert retention.apply(project.id, person_id=lead.id, at=now() + timedelta(days=31)) == 1
    register = consents.register(project.id, person_id=lead.id)
    causes = {each.scene_id: each.cause for each in register.scene_tombstones}
    assert causes == {first.id: RemovalCause.EXPIRED, second.id: RemovalCause.RETENTION}


def test_who_is_filmed_can_be_said_later_and_a_scene_that_does_not_say_is_counted(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = bring_in(project, lead)
    assert len(consents.register(project.id, person_id=lead.id).unnamed_scenes) == 1
    scenes.name_filmed(scene.id, ["Ben", "ben ", "", "Meera Rao"], person_id=lead.id)
    assert len(scenes.filmed(scene.id, person_id=lead.id)) == 2
    register = consents.register(project.id, person_id=lead.id)
    assert register.unnamed_scenes == ()
    assert {each.subject.casefold(): len(each.scenes) for each in register.filmed} == {
        "ben": 1,
        "meera rao": 1,
    }
    assert "Meera Rao" in scenes.known_people(project.id, person_id=lead.id)
    with pytest.raises(RefusedValueError):
        scenes.name_filmed(scene.id, ["x" * 81], person_id=lead.id)
    rater = visitors.welcome("Dev", project)
    with pytest.raises(NotAllowedError):
        scenes.name_filmed(scene.id, ["Ben"], person_id=rater.id)
