"""Hostile media through the analysis: the server lives, and each file has one sentence."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from dashboard.services import clip_limits, importing, media_store, process_limits
from dashboard.services.analysis_worker import AnalysisWorker
from dashboard.services.clip_work import ClipJob, ClipOutcome
from db.records import ClipStatus
from engine.errors import DailiesError, MediaError
from engine.media.channels import MissingChannelError, picture_alone, sound_alone
from scripts.process_memory import peak_bytes
from scripts.reliability.desk import data_folder
from scripts.reliability.hostile_media import CONTAINERS, WAYS, HostileFile, hostile_files, sound_clips
from scripts.reliability.row import Row

FILES: Final = 2_000
LIMIT_S: Final = 300.0
"""Of a file, the start of a new process included, which takes its time on a busy machine."""
MEMORY_GB: Final = 2.0
ENDING_S: Final = 5.0
"""What may be added to a file's limit until its process has ended."""
SEED: Final = 0
READABLE: Final = "It can be read."
"""What is said of a file that all decoders take: many a flipped bit does no harm."""
LOOK_S: Final = 0.5
BATCH: Final = 100


@dataclass(slots=True)
class Fuzzed:
    """What became of the files.

    Attributes
    ----------
    ends : Counter of str
        How many were readable, refused in a sentence, ended for time, memory or a crash, or ``bug``.
    without_sentence : list of str
        Files whose end is told in no sentence, or in several lines.
    containers : int
        How many kinds of file there were.
    worker_bytes, server_bytes : int
        The most memory resident in a process that read a file to its end, and in the server's. One that
        ended for memory is not in it; it had its limit.
    slowest_s : float
    """

    ends: Counter[str] = field(default_factory=Counter)
    without_sentence: list[str] = field(default_factory=list)
    containers: int = 0
    worker_bytes: int = 0
    server_bytes: int = 0
    slowest_s: float = 0.0


def run() -> Row:
    """Give :data:`FILES` files to the analysis."""
    os.environ[process_limits.MEMORY_VARIABLE] = str(MEMORY_GB)
    with data_folder():
        found = fuzzed(files=FILES, seed=SEED)
    ended = {name: found.ends[name] for name in ("crash", "time", "memory", "bug")}
    total = sum(found.ends.values())
    is_right = not ended["bug"] and not found.without_sentence
    is_bounded = found.worker_bytes <= MEMORY_GB * 1e9 and found.slowest_s <= LIMIT_S + ENDING_S
    odd = f"; {'; '.join(found.without_sentence[:3])}" if found.without_sentence else ""
    return Row(
        name=f"{FILES:,} fuzzed media files (bit flips, truncations, header lies, of every container taken)",
        target="server lives, memory bounded, each one sentence, none over its time limit",
        found=f"{total:,} of {FILES:,} ended while the server lived: {found.ends['refused']} refused, "
        f"{found.ends['readable']} still readable; {ended['crash']} ended their process, "
        f"{ended['memory']} for memory, {ended['time']} for time; {ended['bug']} bugs, "
        f"{len(found.without_sentence)} without one sentence; at most "
        f"{found.worker_bytes / 1e6:.0f} MB in a reading process, {found.server_bytes / 1e6:.0f} MB in the "
        f"server; slowest {found.slowest_s:.1f} s{odd}",
        met=total == FILES and is_right and is_bounded,
        detail=f"{found.containers} containers of {len(CONTAINERS) + 1} could be made here, in "
        f"{len(WAYS)} ways: {', '.join(WAYS)}. Each file is imported and goes through "
        "`services/analysis_worker.py`: probe, limits, browser's copy, still, the channels, the whole "
        f"decoding; the models are left out. Limits here: {LIMIT_S:.0f} s a file, {MEMORY_GB:.0f} GB of data "
        "a process.",
    )


def fuzzed(*, files: int, seed: int) -> Fuzzed:
    """Have so many hostile files read by the worker and see what it says of each."""
    found = Fuzzed()
    chance = random.Random(seed)
    with TemporaryDirectory() as folder:
        clips = sound_clips(Path(folder))
    found.containers = len(clips)
    hostile = list(hostile_files(clips, files, chance))
    worker = AnalysisWorker(work=look_at, prepare=process_limits.restrain, limit_s=LIMIT_S)
    assert worker.try_start()
    try:
        for start in range(0, files, BATCH):
            _one_batch(hostile[start : start + BATCH], start, found)
    finally:
        worker.stop()
    found.server_bytes = peak_bytes()
    return found


def look_at(job: ClipJob) -> ClipOutcome:
    """Do to a clip all that reads its bytes; the models are left out.

    Raises
    ------
    MediaError
        Always: with the sentence of what is wrong, or that nothing is.
    """
    from engine.media import decode, poster, probe, transcode

    path = media_store.path_of(job.media_key)
    begun = time.monotonic()
    try:
        found = probe(path)
        clip_limits.check(found, name=path.name)
        with media_store.incoming() as copy:
            if not found.browser_playable:
                transcode(path, copy)
            _make_channels(path if found.browser_playable else copy)
        poster(path)
        decode(path)
        sentence = READABLE
    except DailiesError as error:
        sentence = str(error).replace(path.name, job.original_name)
    raise MediaError(f"{sentence}|{time.monotonic() - begun:.2f}|{peak_bytes()}")


def _make_channels(playable: Path) -> None:
    for write in (picture_alone, sound_alone):
        with media_store.incoming() as copy, suppress(MissingChannelError):
            write(playable, copy)


def _one_batch(files: list[HostileFile], first: int, found: Fuzzed) -> None:
    sources = [
        importing.Source(
            f"{first + number:04} {file.way}.{file.ending}", partial(BytesIO, _own(file, first + number))
        )
        for number, file in enumerate(files)
    ]
    report = importing.import_clips("Fuzz", sources)
    found.ends["refused"] += len(report.refused) + len(report.already_there)
    ids = [clip.id for clip in report.added]
    until = time.monotonic() + LIMIT_S * len(ids)
    while time.monotonic() < until:
        clips = importing.statuses(ids)
        if all(clip.status is ClipStatus.FAILED for clip in clips):
            break
        time.sleep(LOOK_S)
    for clip in importing.statuses(ids):
        if clip.status is ClipStatus.FAILED:
            _judge(clip.original_name, clip.message or "", found)


def _own(file: HostileFile, number: int) -> bytes:
    """A file's bytes with its number behind them: two alike would be one clip."""
    return file.content + number.to_bytes(4, "big")


def _judge(name: str, message: str, found: Fuzzed) -> None:
    sentence, *measured = message.split("|")
    if measured:
        found.slowest_s = max(found.slowest_s, float(measured[0]))
        found.worker_bytes = max(found.worker_bytes, int(measured[1]))
    if sentence == READABLE:
        found.ends["readable"] += 1
    elif measured:
        found.ends["refused"] += 1
    elif "ours to mend" in sentence:
        found.ends["bug"] += 1
    elif "of memory" in sentence:
        found.ends["memory"] += 1
    elif "took longer" in sentence:
        found.ends["time"] += 1
        found.slowest_s = max(found.slowest_s, LIMIT_S)
    else:
        found.ends["crash"] += 1
    if not sentence.strip().endswith(".") or "\n" in sentence or "Traceback" in sentence:
        found.without_sentence.append(f"{name}: {sentence[:80]}")
