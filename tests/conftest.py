"""What holds for every test: nothing is timed, no fetched model is seen, and browsers stay together."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from db import session
from db.location import DATABASE_FILE
from tests import databases
from tests.thoroughness import is_asked_for

NO_MODELS: Final = str(Path(__file__).resolve().parent / "data" / "no_models")
"""A folder that is not there: what a developer has fetched changes no test. The hub library reads its
variable when it is first imported."""
os.environ["DAILIES_MODELS"] = NO_MODELS
os.environ["HF_HUB_CACHE"] = NO_MODELS

gc.disable()  # until all is imported: looking through a million objects again and again takes a third of it

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

WORKBENCH: Final = (
    "tests/browser/test_workbench_",
    "tests/browser/test_class_pages",
    "tests/browser/test_gold_feedback",
    "tests/browser/test_low_screen",
    "tests/browser/test_my_work_page",
    "tests/browser/test_task_keys",
    "tests/browser/test_watched_reload",
)
"""Starts of names of files whose tests share a workbench."""

ANALYSING: Final = (
    "tests/browser/test_adjudicate_page",
    "tests/browser/test_agreement_page",
    "tests/browser/test_anchoring_tab",
    "tests/browser/test_clips",
    "tests/browser/test_intensity_section",
    "tests/browser/test_performing_pages",
    "tests/browser/test_player.",
    "tests/browser/test_thresholds_",
)
"""Of those whose tests share the server that has loaded the models."""


class _ServersShared(LoadScopeScheduling):
    """Tests that share a server go to one process, all others file by file."""

    def _split_scope(self, nodeid: str) -> str:
        for shared in (WORKBENCH, ANALYSING):
            if nodeid.startswith(shared):
                return shared[0]
        return nodeid.partition("::")[0]


def pytest_collection_finish() -> None:
    """Let garbage be looked for again, but not among what was imported."""
    gc.freeze()
    gc.enable()


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that has a data folder on each database it is for."""
    if "database" in metafunc.fixturenames:
        chosen = databases.choices(metafunc.definition)
        if len(chosen) > 1:
            metafunc.parametrize("database", chosen, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a quicker test holds too, unless everything is asked for."""
    left_out = [] if is_asked_for() else [item for item in items if item.get_closest_marker("thorough")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_unconfigure() -> None:
    """End what a process of tests has started for all of them."""
    databases.end_server()


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the database a test runs on; on SQLite its file lies in the data folder."""
    monkeypatch.delenv("DAILIES_DATABASE_URL", raising=False)
    name = getattr(request, "param", None) or databases.choices(request.node)[0]
    if name == databases.POSTGRES:
        is_empty = request.node.get_closest_marker("unmigrated") is not None
        with databases.postgres_database(monkeypatch, migrated=not is_empty):
            yield name
    else:
        yield name
