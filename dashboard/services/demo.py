"""The demo project: nine drawn takes and what simulated raters say of them, marked as simulated.

Everything here may be run again: clips are known by content, simulated answers by their keys.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from dashboard.services import importing, projects, rating
from dashboard.services.lines_table import read_lines
from db.records import ClipRecord, ClipStatus
from engine.errors import DailiesError
from engine.vocabulary import Delivery

PROJECT: Final = "Demo"
TAKES: Final = Path(__file__).resolve().parent.parent / "demo" / "takes"
LINES: Final = "lines.csv"
SEED: Final = 2025
RATERS: Final = tuple(f"Simulated rater {letter}" for letter in "ABCDEF")
LOOK_AGAIN_S: Final = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadeAs:
    """What a take was made to be.

    Attributes
    ----------
    delivery : float
        On the raters' scale from -2 to 2, before their noise.
    expressed : float
        The strength that was drawn and spoken, 0 to 1.
    """

    delivery: float
    expressed: float


MADE_AS: Final = {
    "too_little": MadeAs(delivery=-1.35, expressed=0.2),
    "right": MadeAs(delivery=0.0, expressed=0.65),
    "too_much": MadeAs(delivery=1.35, expressed=0.95),
}
"""By the ending of a take's file name."""

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
    """Queue the nine takes in the demo project, which is made if there is none."""
    projects.get_or_create(PROJECT, demo=True)
    lines = read_lines(TAKES / LINES)
    report = importing.import_clips(PROJECT, importing.sources_at(TAKES, lines), lines=lines)
    failed = [take for take in report.already_there if take.status is ClipStatus.FAILED]
    for take in failed:  # what kept it from being analysed may have been mended since
        importing.analyse_again(take.id)
    return report.added + report.already_there


def rate(takes: list[ClipRecord]) -> None:
    """Store what the simulated raters say of ``takes``; answers stored before are left as they are."""
    for number, name in enumerate(RATERS):
        rater = projects.person(name, simulated=True)
        rng = np.random.default_rng([SEED, number])
        severity = rng.normal(0.0, SEVERITY_SD)
        for take in sorted(takes, key=lambda each: each.original_name):
            answer = _answer(take, severity, rng)
            rating.submit(
                clip_id=take.id,
                person_id=rater.id,
                answer=answer,
                idempotency_key=f"demo-{SEED}-{number}-{take.sha256[:32]}",
            )


def _answer(take: ClipRecord, severity: float, rng: np.random.Generator) -> rating.Answer:
    made = next(
        (made for ending, made in MADE_AS.items() if Path(take.original_name).stem.endswith(ending)),
        MADE_AS["right"],
    )
    felt = made.delivery - severity + rng.normal(0.0, ANSWER_SD)
    expected, expressed = np.clip(rng.normal([EXPECTED, made.expressed], INTENSITY_SD), 0.0, 1.0).round(2)
    return rating.Answer(
        delivery=int(np.clip(np.rint(felt), min(Delivery), max(Delivery))),
        emotion=take.directed_emotion,
        expected_intensity=float(expected),
        expressed_intensity=float(expressed),
        watched_share=1.0,
    )
