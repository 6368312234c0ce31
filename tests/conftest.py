"""What holds for every test: nothing is timed, no fetched model is seen, and browsers stay together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from db import session
from db.location import DATABASE_FILE

NO_MODELS: Final = str(Path(__file__).resolve().parent / "data" / "no_models")
"""A folder that is not there: what a developer has fetched changes no test. The hub library reads its
variable when it is first imported."""
os.environ["DAILIES_MODELS"] = NO_MODELS
os.environ["HF_HUB_CACHE"] = NO_MODELS

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

WORKBENCH: Final = (
    "tests/browser/test_workbench_",
    "tests/browser/test_class_pages",
    "tests/browser/test_gold_feedback",
    "tests/browser/test_low_screen",
    "tests/browser/test_my_work_page",
    "tests/browser/test_watched_reload",
)
"""Starts of names of files whose tests share a workbench."""

STAGE: Final = "tests/browser/test_player_stage"
BROWSER: Final = "tests/browser/"


class _ServersShared(LoadScopeScheduling):
    """Tests that share a server go to one process, all others file by file."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(WORKBENCH):
            return WORKBENCH[0]
        if nodeid.startswith(BROWSER) and not nodeid.startswith(STAGE):
            return BROWSER
        return nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Share the tests out as :class:`_ServersShared` says."""
    return _ServersShared(config, log)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the migrations build it, with no rows: most tests begin on a copy of it."""
    folder = tmp_path_factory.mktemp("migrated")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAILIES_HOME", str(folder))
        patched.delenv("DAILIES_DATABASE_URL", raising=False)
        session.prepare()
        session.close()
    return folder / DATABASE_FILE
