"""What a RAVDESS file name says: emotion, intensity, sentence and actor.

Livingstone & Russo 2018: modality-channel-emotion-intensity-statement-repetition-actor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import TableError
from engine.vocabulary import Emotion

EMOTION_CODES: Final = {
    "01": Emotion.NEUTRAL,
    "02": Emotion.CALM,
    "03": Emotion.JOY,
    "04": Emotion.SADNESS,
    "05": Emotion.ANGER,
    "06": Emotion.FEAR,
    "07": Emotion.DISGUST,
    "08": Emotion.SURPRISE,
}
VOICE_EMOTIONS: Final = tuple(EMOTION_CODES.values())
STRONG_CODE: Final = "02"
PARTS: Final = 7


@dataclass(frozen=True, slots=True)
class RavdessName:
    """One file of the set.

    Attributes
    ----------
    strong : bool
        Acted with strong intensity; neutral exists as normal only.
    statement, repetition : str
        Two digits each.
    actor : int
        1 to 24.
    """

    emotion: Emotion
    strong: bool
    statement: str
    repetition: str
    actor: int

    @property
    def take(self) -> tuple[int, Emotion, str]:
        """Actor, emotion and sentence: what a normal and a strong delivery of one pair share."""
        return self.actor, self.emotion, self.statement

    @property
    def at_rest(self) -> bool:
        """Neutral or calm."""
        return self.emotion in (Emotion.NEUTRAL, Emotion.CALM)


def ravdess_name(path: Path) -> RavdessName:
    """Read a file name such as ``03-01-05-02-01-01-12.flac``.

    Raises
    ------
    TableError
        If it does not follow the scheme.
    """
    parts = path.stem.split("-")
    if len(parts) != PARTS or not all(part.isdigit() for part in parts) or parts[2] not in EMOTION_CODES:
        raise TableError(
            f"{path.name} is not named as RAVDESS names files (seven numbers such as "
            "03-01-05-02-01-01-12); rename it or leave it out."
        )
    return RavdessName(EMOTION_CODES[parts[2]], parts[3] == STRONG_CODE, parts[4], parts[5], int(parts[6]))
