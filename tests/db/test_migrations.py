"""The migrations build what the code expects, and refuse what they do not know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from db import migrations, session
from db.errors import NewerDatabaseError, StorageError
from db.location import DATABASE_FILE
from db.tables import APPEND_ONLY, Base


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder: the tables in it are the work of the migrations each time."""
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    monkeypatch.delenv("DAILIES_DATABASE_URL", raising=False)
    yield tmp_path
    session.close()


def test_migrations_build_exactly_the_tables_of_the_code(home: Path) -> None:
    session.prepare()
    engine = create_engine(f"sqlite:///{home / DATABASE_FILE}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_build_exactly_the_checks_of_the_code(home: Path) -> None:
    session.prepare()
    migrated = inspect(create_engine(f"sqlite:///{home / DATABASE_FILE}"))
    declared_engine = create_engine("sqlite://")
    Base.metadata.create_all(declared_engine)
    declared = inspect(declared_engine)
    for table in Base.metadata.tables:
        checks = [
            {
                (check["name"], " ".join(check["sqltext"].split()))
                for check in found.get_check_constraints(table)
            }
            for found in (migrated, declared)
        ]
        assert checks[0] == checks[1], table


def test_every_constraint_has_a_name(home: Path) -> None:
    session.prepare()
    found = inspect(create_engine(f"sqlite:///{home / DATABASE_FILE}"))
    for table in Base.metadata.tables:
        named = [
            *found.get_check_constraints(table),
            *found.get_unique_constraints(table),
            *found.get_foreign_keys(table),
            found.get_pk_constraint(table),
        ]
        assert all(constraint["name"] for constraint in named), table


def test_every_append_only_table_has_its_triggers(home: Path) -> None:
    session.prepare()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        triggers = {
            row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        }
    assert triggers == {f"{table}_no_{event}" for table in APPEND_ONLY for event in ("update", "delete")}


def _migrated_to(home: Path, revision: str) -> None:
    """Build a database as an earlier version left it."""
    home.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    with create_engine(f"sqlite:///{home / DATABASE_FILE}").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_trust_that_lay_in_the_documents_is_found_beside_them(home: Path) -> None:
    _migrated_to(home, "0010")
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO predictions (id, clip_id, system, weights_version, feature_schema, line, "
            "line_source, document, created_at) VALUES (1, 'a', 'alignment', 'w', 's', '', 'none', ?, "
            "'2026-01-01')",
            ('{"modalities": {"voice": {"trust": 0.25}, "face": {"trust": 0.0}}}',),
        )
    session.prepare()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        found = connection.execute("SELECT text_trust, voice_trust, face_trust FROM predictions")
        assert found.fetchone() == (None, 0.25, 0.0)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute("UPDATE predictions SET face_trust = 1")


def test_who_took_part_before_classes_came_still_does_and_a_student_may(home: Path) -> None:
    _migrated_to(home, "0011")
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO memberships VALUES (1, 1, 'rater', '2026-01-01')")
        connection.execute("INSERT INTO memberships VALUES (1, 2, 'admin', '2026-01-01')")
    session.prepare()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        connection.execute("INSERT INTO memberships VALUES (1, 3, 'student', '2026-01-01')")
        roles = [row[0] for row in connection.execute("SELECT role FROM memberships ORDER BY person_id")]
        assert roles == ["rater", "admin", "student"]
        with pytest.raises(sqlite3.IntegrityError, match="role_known"):
            connection.execute("INSERT INTO memberships VALUES (1, 4, 'king', '2026-01-01')")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(home: Path) -> None:
    session.prepare()
    session.close()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError, match=r"newer Dailies .*'9999'.*update Dailies"):
        session.prepare()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_database_of_another_program_is_refused_and_left_alone(home: Path) -> None:
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")
    with pytest.raises(StorageError, match="another program"):
        session.prepare()
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_opening_twice_changes_nothing(home: Path) -> None:
    session.prepare()
    session.close()
    before = (home / DATABASE_FILE).read_bytes()
    session.prepare()
    session.close()
    assert (home / DATABASE_FILE).read_bytes() == before


def test_threads_that_open_together_open_one_database(home: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: session.prepare(), range(8)))
    with sqlite3.connect(home / DATABASE_FILE) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
