"""Backups hold one moment, are verified, and come back whole; what they replace is kept."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.services import (
    accounts,
    backup,
    backup_manifest,
    backup_schedule,
    importing,
    invitations,
    media_store,
    restoring,
    sign_ins,
)
from dashboard.services.invitations import InvitationError
from db import audit, disk, people, session, snapshot
from db.columns import now
from db.errors import NewerDatabaseError, StorageError
from db.in_use import RESTORING_SUFFIX
from db.location import DATABASE_FILE
from engine.vocabulary import Role
from tests.dashboard.project_made import led_project

pytestmark = [pytest.mark.usefixtures("home"), pytest.mark.sqlite]  # the commands are about SQLite's file


def stored(*contents: bytes) -> None:
    sources = [
        importing.Source(name=f"take{number}.mp4", open=partial(BytesIO, content))
        for number, content in enumerate(contents)
    ]
    assert not importing.import_clips("Hamlet", sources).refused


def held(home: Path) -> dict[str, bytes]:
    """Every media file of a data folder, the secret included."""
    media = home / "media"
    return {
        path.relative_to(media).as_posix(): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file() and "incoming" not in path.parts
    }


def names() -> list[str]:
    with session.reading() as s:
        return [person.name for person in people.everybody(s)]


def meet(*given: str) -> None:
    for name in given:
        with session.writing() as s:
            people.get_or_create(s, name)


@contextmanager
def elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another machine: a data folder of its own."""
    session.close()
    with monkeypatch.context() as context:
        context.setenv("DAILIES_HOME", str(folder))
        yield
        session.close()


def test_a_backup_comes_back_elsewhere_as_it_was(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet("Asha")
    stored(b"one", b"two")
    before, secret = held(home), media_store.secret()
    backup.make(tmp_path / "kept")
    meet("Ben")
    with elsewhere(tmp_path / "new", monkeypatch):
        done = restoring.restore(tmp_path / "kept")
        assert done.aside is None
        assert held(tmp_path / "new") == before
        assert media_store.secret() == secret
        assert names() == ["Asha"]


def test_a_backup_taken_while_others_write_is_of_one_moment(tmp_path: Path) -> None:
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            with session.writing() as s:  # two rows that belong together
                people.get_or_create(s, f"{number} left")
                people.get_or_create(s, f"{number} right")
            number += 1

    meet("first")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            backup.make(tmp_path / str(number))
    finally:
        ended.set()
        writer.join()
    for number in range(3):
        with sqlite3.connect(tmp_path / str(number) / DATABASE_FILE) as copy:
            found = {row[0] for row in copy.execute("SELECT name FROM people")} - {"first"}
        assert {name.split()[0] for name in found if name.endswith("left")} == {
            name.split()[0] for name in found if name.endswith("right")
        }


def test_what_is_replaced_is_kept_aside(home: Path, tmp_path: Path) -> None:
    meet("Asha")
    backup.make(tmp_path / "kept")
    meet("Ben")
    stored(b"later")
    later = held(home)
    session.close()
    aside = restoring.restore(tmp_path / "kept").aside
    assert aside is not None
    assert names() == ["Asha"]
    with sqlite3.connect(aside / DATABASE_FILE) as old:
        assert [row[0] for row in old.execute("SELECT name FROM people ORDER BY id")] == ["Asha", "Ben"]
    assert {
        path.relative_to(aside / "media").as_posix(): path.read_bytes()
        for path in (aside / "media").rglob("*")
        if path.is_file()
    } == later


def test_a_restore_is_refused_while_dailies_runs_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    meet("Asha")
    backup.make(tmp_path / "kept")
    meet("Ben")
    with pytest.raises(StorageError, match="is running on this data folder"):
        restoring.restore(tmp_path / "kept")
    assert names() == ["Asha", "Ben"]
    assert not list(home.glob("replaced-*"))


def test_a_damaged_backup_is_refused_before_anything_is_touched(home: Path, tmp_path: Path) -> None:
    meet("Asha")
    stored(b"one")
    backup.make(tmp_path / "kept")
    session.close()
    before = (home / DATABASE_FILE).read_bytes(), held(home)
    for victim in ("database", "media", "media gone", "manifest"):
        kept = shutil.copytree(tmp_path / "kept", tmp_path / victim)
        media = next(path for path in (kept / "media").rglob("*") if len(path.name) == 64)
        if victim == "database":
            content = bytearray((kept / DATABASE_FILE).read_bytes())
            content[len(content) // 2] ^= 1
            (kept / DATABASE_FILE).write_bytes(content)
        elif victim == "media":
            media.write_bytes(b"eno")
        elif victim == "media gone":
            media.unlink()
        else:
            manifest = json.loads((kept / backup_manifest.NAME).read_text())
            manifest["files"][-1]["sha256"] = "0" * 64
            (kept / backup_manifest.NAME).write_text(json.dumps(manifest))
        with pytest.raises(StorageError, match=r"damaged|cannot be read"):
            restoring.restore(kept)
    assert ((home / DATABASE_FILE).read_bytes(), held(home)) == before
    assert not list(home.glob("replaced-*")) + list(home.glob("restoring-*"))


def test_a_path_that_leads_outside_is_refused_even_with_a_right_checksum(tmp_path: Path) -> None:
    meet("Asha")
    kept = tmp_path / "kept"
    made = backup.make(kept)
    for path in ("media/../../out", "/etc/passwd", "media", "elsewhere/x", "dailies.db/../x"):
        evil = backup_manifest.KeptFile(path, made.files[0].sha256, 1)
        backup_manifest.write(
            backup_manifest.Manifest(made.made_at, made.revision, (*made.files, evil)), kept
        )
        with pytest.raises(StorageError, match="no file of a backup"):
            restoring.restore(kept)


def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    meet("Asha")
    kept = tmp_path / "kept"
    made = backup.make(kept)
    with sqlite3.connect(kept / DATABASE_FILE) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
    files = tuple(
        backup_manifest.KeptFile(
            file.path, disk.checksum(kept / file.path), (kept / file.path).stat().st_size
        )
        for file in made.files
    )
    backup_manifest.write(backup_manifest.Manifest(made.made_at, "9999", files), kept)
    session.close()
    with pytest.raises(NewerDatabaseError, match="newer Dailies"):
        restoring.restore(kept)
    assert names() == ["Asha"]


def test_a_backup_that_was_interrupted_goes_on_and_copies_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(b"one", b"two", b"three")
    copied: list[str] = []
    real = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        if len(copied) == 2:
            raise KeyboardInterrupt
        copied.append(str(source))
        real(source, target)

    monkeypatch.setattr(backup.shutil, "copyfile", copy)
    with pytest.raises(KeyboardInterrupt):
        backup.make(tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    with pytest.raises(StorageError, match="no backup"):
        restoring.restore(tmp_path / "kept.part")
    before = {path for path in copied if len(Path(path).name) == 64}
    copied.clear()
    monkeypatch.setattr(
        backup.shutil, "copyfile", lambda source, target: (copied.append(str(source)), real(source, target))
    )
    backup.make(tmp_path / "kept")
    assert before
    assert not before & set(copied)
    backup_manifest.verify(tmp_path / "kept", backup_manifest.read(tmp_path / "kept"))


def test_media_removed_meanwhile_are_told_and_do_not_stop_a_backup(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(b"one")
    (key,) = [Path(name).name for name in held(home) if name != "secret"]
    listed = backup._files

    def then_removed() -> Iterator[tuple[str, int]]:
        found = list(listed())
        media_store.remove(key)
        yield from found

    monkeypatch.setattr(backup, "_files", then_removed)
    assert [Path(path).name for path in backup.make(tmp_path / "kept").gone] == [key]


def test_a_backup_shares_media_with_the_one_before_on_the_same_disk(tmp_path: Path) -> None:
    stored(b"one")
    first, second = tmp_path / "1", tmp_path / "2"
    backup.make(first)
    stored(b"one", b"two")
    made = backup.make(second, like=first)
    media = [file.path for file in made.files if len(Path(file.path).name) == 64]
    assert len(media) == 2
    assert [(second / path).stat().st_nlink for path in media].count(2) == 1
    shutil.rmtree(first)
    backup_manifest.verify(second, made)


def test_a_full_disk_refuses_a_backup_and_a_restore_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet("Asha")
    backup.make(tmp_path / "kept")
    session.close()
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: full)
    with pytest.raises(StorageError, match=r"Free some space"):
        backup.make(tmp_path / "other")
    with pytest.raises(StorageError, match=r"nothing was changed. Free some space"):
        restoring.restore(tmp_path / "kept")
    assert not (tmp_path / "other").exists()
    assert names() == ["Asha"]


def test_a_restore_that_was_interrupted_is_not_opened_and_can_be_ended(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet("Asha")
    stored(b"one")
    backup.make(tmp_path / "kept")
    meet("Ben")
    session.close()
    with monkeypatch.context() as context:
        context.setattr(restoring, "_put_in_place", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restoring.restore(tmp_path / "kept")
    with pytest.raises(StorageError, match=r"interrupted here; run python -m dashboard restore .*kept again"):
        names()
    restoring.restore(tmp_path / "kept")
    assert names() == ["Asha"]
    assert not (home / f"{DATABASE_FILE}{RESTORING_SUFFIX}").exists()
    assert held(home)


def test_a_database_kept_before_an_upgrade_comes_back_alone(
    home: Path,
) -> None:
    meet("Asha")
    stored(b"one")
    copy = snapshot.copy_before_change(home / DATABASE_FILE, "0016", now())
    meet("Ben")
    before = held(home)
    session.close()
    restoring.restore(copy)
    assert names() == ["Asha"]
    assert held(home) == before
    session.close()
    copy.with_name(copy.name + ".sha256").write_text("0" * 64)
    with pytest.raises(StorageError, match="differs from its checksum"):
        restoring.restore(copy)


def test_what_was_withdrawn_since_is_named(tmp_path: Path) -> None:
    from dashboard.services import removal
    from db import clips, projects
    from db.records import RemovalCause

    stored(b"one")
    backup.make(tmp_path / "kept")
    with session.writing() as s:
        project = projects.by_name(s, "Hamlet")
        assert project is not None
        page = clips.list_page(s, project.id)
        removal.remove(s, page.items, cause=RemovalCause.RETENTION, person_id=None)
    session.close()
    assert restoring.restore(tmp_path / "kept").withdrawn == (page.items[0].id,)


def test_nobody_is_signed_in_or_invited_by_a_backup_that_comes_back(tmp_path: Path) -> None:
    asha = accounts.add("Asha", None)
    project = led_project("Hamlet", asha)
    out, still_in = sign_ins.begin(asha.id), sign_ins.begin(asha.id)
    link = invitations.invite(project.id, Role.RATER, person_id=asha.id)
    backup.make(tmp_path / "kept")
    sign_ins.end(str(sign_ins.id_in(out)))
    session.close()
    restoring.restore(tmp_path / "kept")
    assert [sign_ins.look(cookie) for cookie in (out, still_in)] == [None, None]
    with pytest.raises(InvitationError):
        invitations.look(link)
    assert sign_ins.look(sign_ins.begin(asha.id)) is not None
    with session.reading() as s:
        assert audit.first_broken(s) is None


def test_the_commands_say_what_they_did(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / DATABASE_FILE).unlink()
    assert main(["backup", str(tmp_path / "kept")]) == 2
    assert "nothing has been stored here yet" in capsys.readouterr().err
    meet("Asha")
    assert main(["backup", str(tmp_path / "kept")]) == 0
    assert "each compared with its checksum" in capsys.readouterr().out
    assert main(["backup", str(tmp_path / "kept")]) == 2
    assert "is there already" in capsys.readouterr().err
    session.close()
    assert main(["restore", str(tmp_path / "kept")]) == 0
    assert "is kept in" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "nowhere")]) == 2
    assert "no backup" in capsys.readouterr().err


def test_the_server_backs_up_as_planned_and_lets_the_oldest_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAILIES_BACKUPS", f"{tmp_path / 'kept'},every=1,keep=2")
    planned = backup_schedule.plan()
    assert planned is not None
    meet("Asha")
    first = backup_schedule.take_turn(planned)
    assert first is not None
    assert backup_schedule.take_turn(planned) is None
    moment = now()
    for hours in (2, 4, 6):
        monkeypatch.setattr(backup_schedule, "now", lambda hours=hours: moment + timedelta(hours=hours))
        monkeypatch.setattr(backup, "now", lambda hours=hours: moment + timedelta(hours=hours))
        assert backup_schedule.take_turn(planned) is not None
    kept = backup_schedule.complete(planned.folder)
    assert len(kept) == 2
    assert first not in kept
    assert backup_schedule.newest() == kept[-1]


def test_a_clock_that_was_set_back_does_not_stop_backups(
    tmp_path: Path,
) -> None:
    planned = backup_schedule.Plan(tmp_path / "kept", timedelta(hours=24), 3)
    meet("Asha")
    assert backup_schedule.take_turn(planned) is not None
    assert backup_schedule.is_due(planned, now() - timedelta(days=400))


@pytest.mark.parametrize("told", ["/x,every=0", "/x,keep=0", "/x,often", ",every=3", "/x,every=nan"])
def test_a_plan_that_cannot_be_understood_is_refused(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILIES_BACKUPS", told)
    with pytest.raises(StorageError, match="DAILIES_BACKUPS"):
        backup_schedule.plan()
