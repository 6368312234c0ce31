"""What is brought in from other tools, before it meets the database: answers, predictions, facts about clips.

Every row knows where it stood, so that what is wrong with it can be said in one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.records import Purpose
from engine.errors import TableError
from engine.vocabulary import Channel, Delivery, Emotion, Phase, SystemName


@dataclass(frozen=True, slots=True)
class ForeignPrediction:
    """What a model said about a clip.

    Attributes
    ----------
    where : str
        File and line, for sentences.
    clips : tuple of str
        What the row calls the clip: ids, file names; the first that is known here counts.
    """

    where: str
    clips: tuple[str, ...]
    system: SystemName
    weights_version: str
    feature_schema: str
    emotion: Emotion | None
    expected_intensity: float | None
    expressed_intensity: float | None
    probabilities: Mapping[Emotion, float] = field(default_factory=dict)
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ForeignAnswer:
    """What a person said about a clip.

    Attributes
    ----------
    where, clips
        As of :class:`ForeignPrediction`.
    rater : str
        As the row calls them.
    prediction : ForeignPrediction or None
        What they rated, where the row says so.
    given_at : datetime or None
    own_id, replaces : str
        The row's own number and that of the row it supersedes; empty where there are none.
    stands : bool
        Whether the row says that it is the rater's last word and was not taken back.
    """

    where: str
    clips: tuple[str, ...]
    rater: str
    delivery: Delivery | None = None
    emotion: Emotion | None = None
    expected_intensity: float | None = None
    expressed_intensity: float | None = None
    comment: str = ""
    reason: str = ""
    channel: Channel = Channel.FULL
    phase: Phase = Phase.BLIND
    occasion: int = 1
    purpose: Purpose = Purpose.ORDINARY
    prediction_shown: bool = False
    confirmed: bool = False
    simulated: bool = False
    watched_share: float | None = None
    active_time_s: float | None = None
    selection_probability: float | None = None
    prediction: ForeignPrediction | None = None
    policy_version: str | None = None
    given_at: datetime | None = None
    own_id: str = ""
    replaces: str = ""
    stands: bool = True


@dataclass(frozen=True, slots=True)
class ForeignFacts:
    """What a row says about a clip itself; fills what is not known here and replaces nothing."""

    where: str
    clips: tuple[str, ...]
    line: str | None = None
    actor: str | None = None
    language: str | None = None
    directed_emotion: Emotion | None = None


@dataclass(frozen=True, slots=True)
class ForeignTable:
    """A file that was read.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    kind : str
        What it was taken for, in a word.
    bad : tuple of str
        What is wrong with rows that could not be read, a sentence each.
    notes : tuple of str
        What is to be known about how the rest was read.
    """

    name: str
    sha256: str
    kind: str
    answers: tuple[ForeignAnswer, ...] = ()
    predictions: tuple[ForeignPrediction, ...] = ()
    facts: tuple[ForeignFacts, ...] = ()
    bad: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class BadRowsError(TableError):
    """Rows that cannot be used; nothing of their file was stored.

    Attributes
    ----------
    sentences : tuple of str
        One for each bad row.
    """

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(
            f"{len(sentences)} row(s) cannot be used, so nothing was stored; mend them, or leave them out "
            f"(--skip-bad-rows). The first: {sentences[0]}"
        )
        self.sentences = sentences
