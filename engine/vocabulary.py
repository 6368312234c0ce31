"""The words every room of Dailies shares: emotions, verdicts, modalities, channels.

Standard library only. This is the one engine module that ``db`` may import, so nothing here may
pull in a model, an array library or a file.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

from engine.errors import DailiesError as DailiesError
from engine.errors import UnknownNameError as UnknownNameError


class Emotion(StrEnum):
    """An emotion a system or a rater can name."""

    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    JOY = "joy"
    NEUTRAL = "neutral"
    SADNESS = "sadness"
    SURPRISE = "surprise"
    CALM = "calm"
    CONTEMPT = "contempt"
    SHAME = "shame"


BASIC_EMOTIONS: Final = (
    Emotion.ANGER,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.JOY,
    Emotion.NEUTRAL,
    Emotion.SADNESS,
    Emotion.SURPRISE,
)
"""Ekman's six and neutral, in the order in which models number them."""

EMOTION_ALIASES: Final = {
    "happiness": Emotion.JOY,
    "happy": Emotion.JOY,
    "joyful": Emotion.JOY,
    "excitement": Emotion.JOY,
    "excited": Emotion.JOY,
    "hap": Emotion.JOY,
    "angry": Emotion.ANGER,
    "ang": Emotion.ANGER,
    "fearful": Emotion.FEAR,
    "afraid": Emotion.FEAR,
    "fea": Emotion.FEAR,
    "disgusted": Emotion.DISGUST,
    "dis": Emotion.DISGUST,
    "sad": Emotion.SADNESS,
    "surprised": Emotion.SURPRISE,
    "neu": Emotion.NEUTRAL,
    "contemptuous": Emotion.CONTEMPT,
    "ashamed": Emotion.SHAME,
}
"""Names other label sets use, in lower case."""


class Verdict(StrEnum):
    """Whether the delivery has the strength the line demands; ordered by :data:`VERDICT_ORDER`."""

    UNDER = "under"
    CORRECT = "correct"
    OVER = "over"


VERDICT_ORDER: Final = (Verdict.UNDER, Verdict.CORRECT, Verdict.OVER)


class Delivery(IntEnum):
    """A rater's answer to "how much of it was there?", five ordered steps."""

    MUCH_TOO_LITTLE = -2
    TOO_LITTLE = -1
    RIGHT = 0
    TOO_MUCH = 1
    MUCH_TOO_MUCH = 2

    @property
    def verdict(self) -> Verdict:
        """The verdict this step amounts to: the two lowest are under, the two highest over."""
        if self < 0:
            return Verdict.UNDER
        return Verdict.OVER if self > 0 else Verdict.CORRECT


class Modality(StrEnum):
    """A source of evidence about a clip."""

    TEXT = "text"
    VOICE = "voice"
    FACE = "face"


class Channel(StrEnum):
    """What of a clip a rater was given."""

    WORDS = "words"
    VOICE = "voice"
    FACE = "face"
    FULL = "full"


class SystemName(StrEnum):
    """The published systems that are re-built in ``engine.systems``."""

    ALIGNMENT = "alignment"
    MMMLA = "mmmla"
    MELD = "meld"
    RAVDESS = "ravdess"


class LineSource(StrEnum):
    """Where the words of a clip came from."""

    GIVEN = "given"
    RECOGNISED = "recognised"
    NONE = "none"


class Protocol(StrEnum):
    """When a rater of a project sees the machine's opinion."""

    ASSISTED = "assisted"
    BLIND_FIRST = "blind_first"
    BLIND_ONLY = "blind_only"


class Phase(StrEnum):
    """Under which circumstances one answer was given."""

    ASSISTED = "assisted"
    BLIND = "blind"
    REVISED = "revised"


class Role(StrEnum):
    """What a person may do in a project."""

    RATER = "rater"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"
    STUDENT = "student"
    """Of a class: hands in takes of their own and sees nobody else's."""


QUOTED_CHARACTERS: Final = 60
"""The most of what was given that a sentence repeats."""

INTENSITY_MIDPOINT: Final = 0.5
INTENSITY_UNIT: Final = 0.2
"""z = (intensity - INTENSITY_MIDPOINT) / INTENSITY_UNIT, the published scale of the gap."""

FIXED_TOLERANCE_Z: Final = 0.15
"""Half the width of the published fixed band of correct deliveries, in z units."""


def emotion_named(name: str) -> Emotion:
    """Return the emotion that ``name`` means, aliases of other label sets included.

    Parameters
    ----------
    name : str
        A name such as ``"joy"``, ``"Happiness"`` or ``"fearful"``; case and outer blanks are ignored.

    Raises
    ------
    UnknownNameError
        If no emotion and no alias is called so.
    """
    key = name.strip().lower()
    if key in EMOTION_ALIASES:
        return EMOTION_ALIASES[key]
    try:
        return Emotion(key)
    except ValueError:
        known = ", ".join(emotion.value for emotion in Emotion)
        raise UnknownNameError(f"{quoted(name)} is no emotion known here; use one of {known}.") from None


def verdict_named(name: str) -> Verdict:
    """Return the verdict meant by ``name``: a verdict word or a delivery step -2 ... 2.

    Raises
    ------
    UnknownNameError
        If ``name`` is neither.
    """
    meant = answer_named(name)
    return meant.verdict if isinstance(meant, Delivery) else meant


def answer_named(name: str) -> Verdict | Delivery:
    """Return what is meant by ``name``: a verdict by a verdict word, a delivery step by -2 ... 2.

    Raises
    ------
    UnknownNameError
        If ``name`` is neither.
    """
    key = name.strip().lower().replace("−", "-")
    try:
        return Verdict(key)
    except ValueError:
        pass
    try:
        step = float(key)
        if step.is_integer():
            return Delivery(int(step))
    except (ValueError, OverflowError):
        pass
    raise UnknownNameError(f"{quoted(name)} is no verdict; use under, correct, over or a step from -2 to 2.")


def quoted(name: str) -> str:
    """What was given, as a sentence quotes it: short, however much it is."""
    return repr(name if len(name) <= QUOTED_CHARACTERS else name[: QUOTED_CHARACTERS - 1] + "…")
