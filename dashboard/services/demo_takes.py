"""The nine takes of the demo: which file holds which performance.

Files are named by the line and a number, as takes are on a set: a name is shown beside the clip, and must not
tell how it was made before somebody has judged it. Each number stands once for each step, so that the
numbers tell nothing either.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "demo" / "takes"
LINES: Final = "lines.csv"


@dataclass(frozen=True, slots=True)
class Step:
    """How much a take gives of what its line demands.

    Attributes
    ----------
    delivery : float
        On the raters' scale from -2 to 2, before their noise.
    expressed : float
        The strength that was drawn and spoken, 0 to 1.
    """

    delivery: float
    expressed: float


TOO_LITTLE: Final = Step(delivery=-1.35, expressed=0.2)
RIGHT: Final = Step(delivery=0.0, expressed=0.65)
TOO_MUCH: Final = Step(delivery=1.35, expressed=0.95)


@dataclass(frozen=True, slots=True)
class DemoTake:
    """A take of the demo, and what it was made to be.

    Attributes
    ----------
    name : str
        Of the file.
    emotion : str
        What its line asks for; names the scene.
    """

    name: str
    emotion: str
    step: Step


TAKES: Final = (
    DemoTake("leave_1.mp4", "anger", RIGHT),
    DemoTake("leave_2.mp4", "anger", TOO_LITTLE),
    DemoTake("leave_3.mp4", "anger", TOO_MUCH),
    DemoTake("night_2.mp4", "fear", RIGHT),
    DemoTake("night_3.mp4", "fear", TOO_LITTLE),
    DemoTake("night_1.mp4", "fear", TOO_MUCH),
    DemoTake("part_3.mp4", "joy", RIGHT),
    DemoTake("part_1.mp4", "joy", TOO_LITTLE),
    DemoTake("part_2.mp4", "joy", TOO_MUCH),
)
"""In the order in which the simulated raters meet them, which settles what each of them says."""


def path_of(emotion: str, step: Step) -> Path:
    """Where the take of a scene that was made to be ``step`` lies."""
    return FOLDER / name_of(emotion, step)


def name_of(emotion: str, step: Step) -> str:
    """The file name of the take of a scene that was made to be ``step``."""
    return next(take.name for take in TAKES if (take.emotion, take.step) == (emotion, step))


def by_content() -> dict[str, DemoTake]:
    """Each take by the SHA-256 of its file; a demo that was set up before the files had these names knows
    its clips by that alone.
    """
    return {hashlib.sha256((FOLDER / take.name).read_bytes()).hexdigest(): take for take in TAKES}
