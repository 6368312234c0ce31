"""Work that an analysis process can be given in place of the models: quick, stubborn or deadly."""

from __future__ import annotations

import math
import os
import time

from dashboard.services import media_store
from dashboard.services.clip_work import ClipJob, ClipOutcome
from db.location import data_folder
from engine.errors import MediaError
from tests.dashboard.analysis_made import made_analysis

SIGN_OF_DEATH = b"deadly"
SIGN_OF_MURDER = b"killed once"
SIGN_OF_SLEEP = b"sleepy"
SIGN_OF_GREED = b"greedy"
SIGN_OF_PATIENCE = b"patient"
SIGN_OF_REFUSAL = b"refused"
SIGN_OF_A_BUG = b"buggy"
SIGN_OF_NONSENSE = b"not a number"

GO_AHEAD = "go ahead"


def go_ahead() -> None:
    """Let patient work end."""
    (data_folder() / GO_AHEAD).touch()


def nothing() -> None:
    """Prepare a process by doing nothing."""


def quick_work(job: ClipJob) -> ClipOutcome:
    """An outcome at once; what the file holds can make it die, sleep or refuse."""
    content = media_store.path_of(job.media_key).read_bytes()
    if content.startswith(SIGN_OF_DEATH):
        os.kill(os.getpid(), 9)
    if content.startswith(SIGN_OF_MURDER) and not (data_folder() / "killed").exists():
        (data_folder() / "killed").touch()
        os.kill(os.getpid(), 9)
    if content.startswith(SIGN_OF_SLEEP):
        time.sleep(600)
    if content.startswith(SIGN_OF_GREED):
        bytearray(16 << 30)
    if content.startswith(SIGN_OF_PATIENCE):
        while not (data_folder() / GO_AHEAD).exists():
            time.sleep(0.02)
    if content.startswith(SIGN_OF_REFUSAL):
        raise MediaError(f"{job.original_name} is not a clip.")
    if content.startswith(SIGN_OF_A_BUG):
        raise ZeroDivisionError("a bug")
    strength = math.nan if content.startswith(SIGN_OF_NONSENSE) else 0.4
    analysis = made_analysis(line=job.line, expressed=strength)
    keys = tuple(
        None if peak.picture_jpeg is None else media_store.put_bytes(peak.picture_jpeg).key
        for peak in analysis.peaks
    )
    return ClipOutcome(
        browser_key=None,
        thumbnail_key=media_store.put_bytes(b"\xff\xd8\xff still").key,
        duration_s=4.0,
        width=640,
        height=480,
        analysis=analysis,
        thumbnail_keys=keys,
    )
