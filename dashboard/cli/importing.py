"""``import``: bring clips into a project and see them through their analysis."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dashboard.cli import bringing_in, word_types
from dashboard.cli.pace import Pace
from dashboard.services import analysis_stop, clip_work, importing, metadata_folder, ray_hands
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.clip_turns import ClipTurn
from dashboard.services.foreign import BadRowsError
from dashboard.services.lines_table import read_lines
from db.records import ClipRecord, ClipStatus

LOOK_AGAIN_S: Final = 0.5
LOOKING_SHARE: Final = 20
"""A look at a long list may take a while: so many times as long is waited before the next."""
STOPPED: Final = 1
BAD_INPUT: Final = 2


def add_import(words: argparse.ArgumentParser) -> None:
    """The words of ``import``."""
    words.add_argument(
        "path", type=Path, metavar="PATH", help="a clip, a folder of clips, or a table of answers"
    )
    words.add_argument("--project", required=True, metavar="NAME", help="made if there is none of that name")
    words.add_argument(
        "--skip-bad-rows",
        action="store_true",
        help="of a table, take the good rows; else one bad row keeps it out",
    )
    words.add_argument("--lines", type=Path, metavar="LINES.csv", help="table with the columns clip,line")
    where = words.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs",
        type=word_types.jobs,
        default=1,
        metavar="N",
        help="analyse so many clips at once, each in a process",
    )
    where.add_argument(
        "--ray", metavar="ADDRESS", help="analyse on a Ray cluster; local starts one on this machine"
    )
    words.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Import what lies at the path: a folder with metadata, answers, or clips."""
    is_folder = importing.is_folder(given.path)
    if is_folder and given.lines is None and metadata_folder.find(given.path) is not None:
        return _metadata(given)
    if tables := bringing_in.tables_at(given.path, is_folder=is_folder):
        return bringing_in.run(given.project, tables, given)
    return _clips(given)


def _metadata(given: argparse.Namespace) -> int:
    """Import clips with what their metadata says, then the answers beside them, then analyse."""
    try:
        found = metadata_folder.read(given.path, given.project)
    except BadRowsError as error:
        bringing_in.say_bad(error.sentences)
        print("Nothing was stored; mend the rows.", file=sys.stderr)
        return BAD_INPUT
    report = importing.import_clips(given.project, found.sources, lines=found.lines, check_media=True)
    status = 0
    if found.ratings is not None:
        status = bringing_in.run(given.project, (found.ratings,), given)
    if found.already_there:
        print(f"{found.already_there} clips of the folder are in the project and were left as they are.")
    return max(status, _seen_through(given, report))


def _clips(given: argparse.Namespace) -> int:
    """Import, analyse (or let the running server analyse), say what became of each clip."""
    lines = None if given.lines is None else read_lines(given.lines)
    for note in () if lines is None else lines.notes:
        print(note, file=sys.stderr)
    sources = importing.sources_at(given.path, lines)
    report = importing.import_clips(given.project, sources, lines=lines, check_media=True)
    return _seen_through(given, report)


def _seen_through(given: argparse.Namespace, report: importing.ImportReport) -> int:
    for refusal in report.refused:
        print(refusal.sentence, file=sys.stderr)
    for clip in report.already_there:
        if clip.status is ClipStatus.FAILED:
            importing.analyse_again(clip.id)
    followed = report.added + tuple(
        clip for clip in report.already_there if clip.status is not ClipStatus.READY
    )
    ended = _see_through(followed, given.jobs, given.ray)
    failed = [clip for clip in ended if clip.status is ClipStatus.FAILED]
    analysed = sum(clip.status is ClipStatus.READY for clip in ended)
    for clip in failed:
        print(clip.message, file=sys.stderr)
    print(
        f"{given.project}: {len(report.added)} new, {len(report.already_there)} there before, "
        f"{len(report.refused)} refused; {analysed} analysed, {len(failed)} failed."
    )
    if report.refused or failed:
        return BAD_INPUT
    return STOPPED if analysed < len(ended) else 0


def _see_through(followed: Sequence[ClipRecord], jobs: int, ray: str | None) -> tuple[ClipRecord, ...]:
    """Wait until every clip is analysed, has failed or is left alone; this process does it or a server."""
    if not followed:
        return ()
    projects = {clip.project_id for clip in followed}
    for project_id in sorted(projects):
        analysis_stop.go_on(project_id)  # whoever imports and waits wants the analysis
    with _worker(ray, min(jobs, len(followed)), len(followed)) as worker:
        began = worker.try_start()
        if not began:
            print("The running server analyses these clips; waiting for it.", file=sys.stderr)
        try:
            _wait(frozenset(clip.id for clip in followed), projects)
        finally:
            if began:
                worker.stop()
    return importing.statuses([clip.id for clip in followed])


@contextmanager
def _worker(ray: str | None, jobs: int, most: int) -> Iterator[AnalysisWorker]:
    """The analysis by processes of this machine, or by those of a cluster."""
    if ray is None:
        alone = jobs == 1
        yield AnalysisWorker(
            lanes=jobs, prepare=clip_work.prepare_process if alone else clip_work.prepare_one_of_many
        )
        return
    with ray_hands.joined(ray) as cluster:
        yield AnalysisWorker(
            lanes=min(cluster.cores, most),
            prepare=clip_work.prepare_one_of_many,
            hands=cluster.hand,
            claim=ClipTurn.claim,
        )


def _wait(followed: frozenset[str], projects: set[int]) -> None:
    pace = Pace(len(followed))
    try:
        while True:
            began = time.monotonic()
            everybodys = importing.still_open(projects)
            open_ones = {name: status for name, status in everybodys.items() if name in followed}
            pace.reached(len(followed) - len(open_ones))
            if not open_ones:
                return
            if _are_left_alone(open_ones, projects):
                print("Somebody stopped the analysis; import again to go on with it.", file=sys.stderr)
                return
            time.sleep(max(LOOK_AGAIN_S, LOOKING_SHARE * (time.monotonic() - began)))
    finally:
        pace.end()


def _are_left_alone(open_ones: Mapping[str, ClipStatus], projects: set[int]) -> bool:
    """Whether all that is not ended waits in projects whose analysis somebody has stopped."""
    return all(status is ClipStatus.QUEUED for status in open_ones.values()) and all(
        analysis_stop.is_stopped(project_id) for project_id in projects
    )
