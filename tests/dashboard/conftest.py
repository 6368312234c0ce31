"""A data folder of its own for each test: nothing a test stores reaches anybody's own data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.services import sign_in_mode
from dashboard.services.sign_in_mode import SignIn
from db import session


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder; the database in it is made at the first transaction."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DAILIES_HOME", str(folder))
    monkeypatch.delenv("DAILIES_DATABASE_URL", raising=False)
    sign_in_mode.use(SignIn.NONE)  # tests of accounts choose them
    yield folder
    sign_in_mode.use(SignIn.ACCOUNTS)
    session.close()
