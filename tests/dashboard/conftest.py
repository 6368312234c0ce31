"""A data folder of its own for each test: nothing a test stores reaches anybody's own data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from dashboard.services import passwords, sign_in_mode
from dashboard.services.sign_in_mode import SignIn
from db import session


@pytest.fixture(autouse=True)
def home(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Path]:  # noqa: ARG001 chosen before
    """A data folder that holds nothing but the tables."""
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(migrated, folder)
    monkeypatch.setenv("DAILIES_HOME", str(folder))
    sign_in_mode.use(SignIn.NONE)  # tests of accounts choose them
    yield folder
    sign_in_mode.use(SignIn.ACCOUNTS)
    session.close()


@pytest.fixture(autouse=True)
def _own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest puts its script in the place of ``__main__`` and leaves it there; processes that later
    tests spawn would run it.
    """
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same algorithm with parameters that take no time."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()
