"""What a start loads, what it leaves for later, and what it begins before it is itself loaded."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from streamlit.components.v2 import manifest_scanner
from streamlit.components.v2.component_manager import BidiComponentManager

from dashboard import own_components, page_modules
from dashboard.cli.parser import COMMANDS, parsed
from dashboard.services import importing
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.first_process import FirstProcess
from db import migrations
from db.records import ClipStatus
from tests.dashboard import work_made

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
NOT_FOR_THE_FIRST_PAGE = (
    "pandas",
    "pyarrow",
    "alembic",
    "openpyxl",
    "torch",
    "librosa",
)


def loaded_by(lines: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", f"{lines}\nimport sys\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_a_server_starts_without_what_its_first_page_does_not_need() -> None:
    loaded = loaded_by("import dashboard.cli.serving, dashboard.server, dashboard.app_pages.review")
    assert "dashboard.services.review" in loaded
    assert loaded.isdisjoint(NOT_FOR_THE_FIRST_PAGE)


def test_the_words_of_a_command_load_no_other_command() -> None:
    loaded = loaded_by("import dashboard.__main__ as main\nmain.parsed(['serve'])")
    commands = {name for name in loaded if name.startswith("dashboard.cli.")}
    assert commands == {"dashboard.cli.parser", "dashboard.cli.serving", "dashboard.cli.word_types"}
    assert "sqlalchemy" not in loaded_by("import dashboard.__main__")  # each process of the analysis reads it


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_words(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parsed([name, "--help"])
    assert left.value.code == 0
    assert f"dashboard {name}" in capsys.readouterr().out


def test_every_page_is_drawn_by_a_module_that_is_loaded_ahead() -> None:
    from dashboard import app

    ahead = (*page_modules.FIRST, *page_modules.REST)
    offered = {app.RESPONSIBLE_USE, app.MY_CLASS, *(name for name, *_ in (*app.PAGES, *app.CLASS_PAGES))}
    assert len(ahead) == len(set(ahead))
    assert set(ahead) == offered
    for name in ahead:
        assert callable(import_module(f"dashboard.app_pages.{name}").show)


def test_the_names_of_the_migrations_are_those_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert set(migrations.known()) == {script.revision for script in scripts.walk_revisions()}
    assert migrations.head() == scripts.get_current_head()


def test_streamlit_looks_through_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[None] = []
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", lambda: looks.append(None) or [])
    monkeypatch.setattr(
        BidiComponentManager,
        "discover_and_register_components",
        BidiComponentManager.discover_and_register_components,
    )
    BidiComponentManager().discover_and_register_components(start_file_watching=False)
    assert looks  # what is left out
    looks.clear()
    own_components.install()
    BidiComponentManager().discover_and_register_components(start_file_watching=False)
    assert not looks


@pytest.fixture
def first(home: Path) -> Iterator[FirstProcess]:
    assert home.is_dir()
    begun = FirstProcess.begun(work_made.nothing)
    assert begun is not None
    yield begun
    begun.end()


def test_the_worker_goes_on_with_the_process_that_was_begun_first(first: FirstProcess) -> None:
    begun = first.hand.process_ids
    assert len(begun) == 1
    worker = AnalysisWorker(work=work_made.quick_work, prepare=work_made.nothing, first=first)
    assert worker.try_start()
    try:
        source = importing.Source(name="take.mp4", open=partial(BytesIO, b"a take"))
        (clip,) = importing.import_clips("Hamlet", [source]).added
        until = time.monotonic() + PATIENCE_S
        while importing.statuses([clip.id])[0].status is not ClipStatus.READY:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert first.hand.process_ids == begun
    finally:
        worker.stop()
    assert first.hand.process_ids == ()
    assert not first.turn.is_locked


def test_only_one_begins_in_a_data_folder(first: FirstProcess) -> None:
    assert FirstProcess.begun(work_made.nothing) is None
    assert not AnalysisWorker(work=work_made.quick_work, prepare=work_made.nothing).try_start()
    first.end()
    again = FirstProcess.begun(work_made.nothing)
    assert again is not None
    again.end()


def test_a_data_folder_that_cannot_be_used_begins_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path / "a file" / "below"))
    assert FirstProcess.begun(work_made.nothing) is None
