"""``import``: bring clips into a project and see them through their analysis."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Final

from dashboard.services import importing
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.lines_table import read_lines
from db.records import ClipRecord, ClipStatus

LOOK_AGAIN_S: Final = 0.5
BAD_INPUT: Final = 2
ENDED: Final = frozenset({ClipStatus.READY, ClipStatus.FAILED})


def run(given: argparse.Namespace) -> int:
    """Import, analyse (or let the running server analyse), say what became of each clip."""
    lines = None if given.lines is None else read_lines(given.lines)
    for note in () if lines is None else lines.notes:
        print(note, file=sys.stderr)
    sources = importing.sources_at(given.path, lines)
    report = importing.import_clips(given.project, sources, lines=lines, check_media=True)
    for refusal in report.refused:
        print(refusal.sentence, file=sys.stderr)
    for clip in report.already_there:
        if clip.status is ClipStatus.FAILED:
            importing.analyse_again(clip.id)
    followed = report.added + tuple(
        clip for clip in report.already_there if clip.status is not ClipStatus.READY
    )
    ended = _see_through(followed, given.jobs)
    failed = [clip for clip in ended if clip.status is ClipStatus.FAILED]
    for clip in failed:
        print(clip.message, file=sys.stderr)
    print(
        f"{given.project}: {len(report.added)} new, {len(report.already_there)} there before, "
        f"{len(report.refused)} refused; {len(ended) - len(failed)} analysed, {len(failed)} failed."
    )
    return BAD_INPUT if report.refused or failed else 0


def _see_through(followed: Sequence[ClipRecord], jobs: int) -> tuple[ClipRecord, ...]:
    """Wait until every clip is analysed or has failed; by this process unless a server does it already."""
    if not followed:
        return ()
    worker = AnalysisWorker(lanes=min(jobs, len(followed)))
    began = worker.try_start()
    if not began:
        print("The running server analyses these clips; waiting for it.", file=sys.stderr)
    try:
        ids = [clip.id for clip in followed]
        while True:
            now = importing.statuses(ids)
            done = sum(clip.status in ENDED for clip in now)
            if sys.stderr.isatty():
                print(f"\r{done} of {len(ids)} clips analysed", end="", file=sys.stderr, flush=True)
            if done == len(ids):
                return now
            time.sleep(LOOK_AGAIN_S)
    finally:
        if sys.stderr.isatty():
            print(file=sys.stderr)
        if began:
            worker.stop()
