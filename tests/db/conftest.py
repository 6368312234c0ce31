"""A database of its own for each test, built by the migrations."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import clips, people, projects, session
from db.records import ClipDraft, ClipRecord, ClipStatus, PersonRecord, ProjectRecord


@pytest.fixture(autouse=True)
def home(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Path]:  # noqa: ARG001 chosen before
    """A data folder that holds nothing but the tables."""
    shutil.copy(migrated, tmp_path)
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    yield tmp_path
    session.close()


@pytest.fixture
def project() -> ProjectRecord:
    with session.writing() as s:
        return projects.get_or_create(s, "Hamlet")


@pytest.fixture
def person() -> PersonRecord:
    with session.writing() as s:
        return people.get_or_create(s, "Asha")


@pytest.fixture
def new_clip(project: ProjectRecord) -> Callable[..., ClipRecord]:
    """Stores a clip that is ready to be rated; options replace fields of the draft."""

    def store(**options: Any) -> ClipRecord:
        sha256 = secrets.token_hex(32)
        given = {
            "sha256": sha256,
            "original_name": "take1.mp4",
            "media_key": f"{sha256}.mp4",
            "size_bytes": 1000,
            "status": ClipStatus.READY,
        }
        with session.writing() as s:
            return clips.add(s, project.id, ClipDraft(**{**given, **options}))

    return store


@pytest.fixture
def clip(new_clip: Callable[..., ClipRecord]) -> ClipRecord:
    return new_clip()
