"""The analysis answers hostile media in a sentence each, and outlives them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.services import process_limits
from db import session
from scripts.process_memory import peak_bytes
from scripts.reliability import fuzzed_media
from tests.thoroughness import repeats

BALLAST = 400_000_000
ASKED = "from scripts.process_memory import peak_bytes; print(peak_bytes())"


def test_each_hostile_file_gets_one_sentence_and_none_takes_the_server_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = repeats(40, 400)
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path))
    monkeypatch.setenv(process_limits.MEMORY_VARIABLE, "2")
    found = fuzzed_media.fuzzed(files=files, seed=7)
    session.close()
    assert sum(found.ends.values()) == files
    assert found.ends["bug"] == 0
    assert found.without_sentence == []
    assert found.worker_bytes < 2e9


def test_the_memory_of_a_process_is_its_own_and_not_that_of_the_one_that_started_it() -> None:
    held = b"x" * BALLAST
    assert peak_bytes() >= len(held)
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, check=True, text=True)
    assert 0 < int(told.stdout) < BALLAST
