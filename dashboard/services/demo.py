"""The demo project: nine drawn takes and what simulated raters say of them, marked as simulated.

Everything here may be run again: clips are known by content, simulated answers by their keys.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

import numpy as np

from dashboard.services import demo_takes, importing, projects, rating
from dashboard.services.demo_takes import DemoTake
from dashboard.services.lines_table import read_lines
from db import clips
from db.records import ClipRecord, ClipStatus
from db.session import writing
from engine.errors import DailiesError
from engine.vocabulary import Delivery

PROJECT: Final = "Demo"
SEED: Final = 2025
RATERS: Final = tuple(f"Simulated rater {letter}" for letter in "ABCDEF")
LOOK_AGAIN_S: Final = 0.5

log = logging.getLogger(__name__)

EXPECTED: Final = 0.65
"""What the three lines demand; each of them is a strong moment."""

SEVERITY_SD: Final = 0.2  # between raters, in steps of delivery
ANSWER_SD: Final = 0.45  # of one rater between takes, in steps of delivery
INTENSITY_SD: Final = 0.08


def set_up(stopping: threading.Event) -> None:
    """Bring in the takes, wait for their analysis, add the simulated answers; stops when asked."""
    try:
        takes = import_takes()
        while not stopping.wait(LOOK_AGAIN_S):
            now = importing.statuses([take.id for take in takes])
            if all(take.status in {ClipStatus.READY, ClipStatus.FAILED} for take in now):
                rate([take for take in now if take.status is ClipStatus.READY])
                return
    except DailiesError as error:
        log.error("The demo project is not complete: %s", error)


def import_takes() -> tuple[ClipRecord, ...]:
    """Queue the nine takes in the demo project, which is made if there is none.

    Takes that came in when files were named after what they were made to be get the names of now.
    """
    projects.get_or_create(PROJECT, demo=True)
    folder = demo_takes.FOLDER
    lines = read_lines(folder / demo_takes.LINES)
    report = importing.import_clips(PROJECT, importing.sources_at(folder, lines), lines=lines)
    failed = [take for take in report.already_there if take.status is ClipStatus.FAILED]
    for take in failed:  # what kept it from being analysed may have been mended since
        importing.analyse_again(take.id)
    made = demo_takes.by_content()
    with writing() as session:
        for take in report.already_there:
            if take.sha256 in made and take.original_name != made[take.sha256].name:
                clips.rename(session, take.id, made[take.sha256].name)
    return report.added + report.already_there


def rate(takes: list[ClipRecord]) -> None:
    """Store what the simulated raters say of ``takes``; answers stored before are left as they are."""
    made = demo_takes.by_content()
    places = {sha256: place for place, sha256 in enumerate(made)}
    drawn = sorted((take for take in takes if take.sha256 in made), key=lambda each: places[each.sha256])
    for number, name in enumerate(RATERS):
        rater = projects.person(name, simulated=True)
        rng = np.random.default_rng([SEED, number])
        severity = rng.normal(0.0, SEVERITY_SD)
        for take in drawn:
            answer = _answer(made[take.sha256], severity, rng)
            rating.submit(
                clip_id=take.id,
                person_id=rater.id,
                answer=answer,
                idempotency_key=f"demo-{SEED}-{number}-{take.sha256[:32]}",
            )


def _answer(take: DemoTake, severity: float, rng: np.random.Generator) -> rating.Answer:
    felt = take.step.delivery - severity + rng.normal(0.0, ANSWER_SD)
    means = [EXPECTED, take.step.expressed]
    expected, expressed = np.clip(rng.normal(means, INTENSITY_SD), 0.0, 1.0).round(2)
    return rating.Answer(
        delivery=int(np.clip(np.rint(felt), min(Delivery), max(Delivery))),
        emotion=take.emotion,
        expected_intensity=float(expected),
        expressed_intensity=float(expressed),
        watched_share=1.0,
    )
