"""The migrations build what the code expects, and refuse what they do not know."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from db import migrations, session
from db.errors import NewerDatabaseError, StorageError
from db.location import DATABASE_FILE
from db.tables import APPEND_ONLY, Base
from tests.databases import engine_beside, engine_past_the_application, past_the_application

pytestmark = [pytest.mark.both, pytest.mark.unmigrated]

FREE_OF_KEYS = {"sqlite": "PRAGMA foreign_keys = OFF", "postgres": "SET session_replication_role = replica"}
"""What lets a row in that points to nothing."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Path]:  # noqa: ARG001 chosen before
    """An empty data folder: the tables in it are the work of the migrations each time."""
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    yield tmp_path
    session.close()


def test_migrations_build_exactly_the_tables_of_the_code() -> None:
    session.prepare()
    engine = engine_past_the_application()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_build_exactly_the_checks_of_the_code(database: str) -> None:
    session.prepare()
    migrated = inspect(engine_past_the_application())
    with engine_beside(database) as declared_engine:
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


def test_every_constraint_has_a_name() -> None:
    session.prepare()
    found = inspect(engine_past_the_application())
    for table in Base.metadata.tables:
        named = [
            *found.get_check_constraints(table),
            *found.get_unique_constraints(table),
            *found.get_foreign_keys(table),
            found.get_pk_constraint(table),
        ]
        assert all(constraint["name"] for constraint in named), table


def test_every_append_only_table_has_its_triggers(database: str) -> None:
    session.prepare()
    query, expected = {
        "sqlite": (
            "SELECT name FROM sqlite_master WHERE type='trigger'",
            {f"{table}_no_{event}" for table in APPEND_ONLY for event in ("update", "delete")},
        ),
        "postgres": (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
            {f"{table}_append_only" for table in APPEND_ONLY},
        ),
    }[database]
    with past_the_application() as connection:
        assert set(connection.exec_driver_sql(query).scalars()) == expected


def _migrated_to(revision: str) -> None:
    """Build a database as an earlier version left it."""
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    with engine_past_the_application().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_trust_that_lay_in_the_documents_is_found_beside_them(database: str) -> None:
    _migrated_to("0010")
    with past_the_application() as connection:
        connection.exec_driver_sql(FREE_OF_KEYS[database])
        connection.exec_driver_sql(
            "INSERT INTO predictions (id, clip_id, system, weights_version, feature_schema, line, "
            "line_source, document, created_at) VALUES (1, 'a', 'alignment', 'w', 's', '', 'none', "
            """'{"modalities": {"voice": {"trust": 0.25}, "face": {"trust": 0.0}}}', '2026-01-01')"""
        )
    session.prepare()
    with past_the_application() as connection:
        found = connection.exec_driver_sql("SELECT text_trust, voice_trust, face_trust FROM predictions")
        assert found.fetchone() == (None, 0.25, 0.0)
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql("UPDATE predictions SET face_trust = 1")


def test_who_took_part_before_classes_came_still_does_and_a_student_may(database: str) -> None:
    _migrated_to("0011")
    with past_the_application() as connection:
        connection.exec_driver_sql(FREE_OF_KEYS[database])
        connection.exec_driver_sql("INSERT INTO memberships VALUES (1, 1, 'rater', '2026-01-01')")
        connection.exec_driver_sql("INSERT INTO memberships VALUES (1, 2, 'admin', '2026-01-01')")
    session.prepare()
    with past_the_application() as connection:
        connection.exec_driver_sql(FREE_OF_KEYS[database])
        connection.exec_driver_sql("INSERT INTO memberships VALUES (1, 3, 'student', '2026-01-01')")
        roles = [
            row[0] for row in connection.exec_driver_sql("SELECT role FROM memberships ORDER BY person_id")
        ]
        assert roles == ["rater", "admin", "student"]
        with pytest.raises(DBAPIError, match="role_known"):
            connection.exec_driver_sql("INSERT INTO memberships VALUES (1, 4, 'king', '2026-01-01')")
        if database == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_of_a_newer_version_is_refused_and_left_alone() -> None:
    session.prepare()
    session.close()
    with past_the_application() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError, match=r"newer Dailies .*'9999'.*update Dailies"):
        session.prepare()
    with past_the_application() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_database_of_another_program_is_refused_and_left_alone() -> None:
    with past_the_application() as connection:
        connection.exec_driver_sql("CREATE TABLE recipes (id INTEGER)")
    with pytest.raises(StorageError, match="another program"):
        session.prepare()
    with past_the_application() as connection:
        assert inspect(connection).get_table_names() == ["recipes"]


@pytest.mark.sqlite
def test_opening_twice_changes_nothing(home: Path) -> None:
    session.prepare()
    session.close()
    before = (home / DATABASE_FILE).read_bytes()
    session.prepare()
    session.close()
    assert (home / DATABASE_FILE).read_bytes() == before


def test_threads_that_open_together_open_one_database() -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: session.prepare(), range(8)))
    with past_the_application() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").fetchone() == (1,)
