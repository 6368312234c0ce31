"""What ravdess borrows from the performance brain: a reader of the face, and a second view of the voice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.errors import WeightsError
from engine.systems.branch import Branch
from engine.systems.clip_evidence import ClipEvidence
from engine.systems.face_stills import StillReader, still_reader
from engine.systems.performance import FACE_FILE, VOICE_FILE, less_mouth
from engine.systems.ravdess_networks import CLASSES
from engine.systems.voice_heads import VoiceHeads
from engine.vocabulary import Emotion

Numbers = NDArray[np.float64]


class Reader(Protocol):
    """Whatever says which emotion a face or a voice shows."""

    @property
    def version(self) -> str:
        """Changes with its weights."""

    def read(self, clip: ClipEvidence) -> tuple[Numbers, Numbers] | None:
        """Shares of :data:`CLASSES` [8] and attention [50], or ``None`` where there is nothing to read."""


@dataclass(frozen=True, slots=True)
class SeenFace:
    """The performance brain's face: its branch over the clip and, where it has them, its readers of stills.

    It cannot name calm: what it calls neutral is shared evenly between neutral and calm, since a face at
    rest does not tell them apart.

    Attributes
    ----------
    branch : Branch
    stills : StillReader or None
    """

    branch: Branch
    stills: StillReader | None = None

    @property
    def version(self) -> str:
        return self.branch.version[:3] + ("" if self.stills is None else self.stills.version[:3])

    def read(self, clip: ClipEvidence) -> tuple[Numbers, Numbers] | None:
        """Shares of :data:`CLASSES` [8] and attention [50], or ``None`` without a face."""
        face = clip.seen.features
        raw = less_mouth(face.values, clip.heard.features.speech & face.mask)
        opinion = self.branch.read(raw, face.mask)
        if opinion is None:
            return None
        if self.stills is not None:
            opinion = self.stills.with_stills(opinion, clip.seen.stills)
        return with_calm(opinion.probabilities), opinion.attention


@dataclass(frozen=True, slots=True)
class SummedVoice:
    """The performance brain's voice branch, with its heads where they are there.

    Attributes
    ----------
    branch : Branch
    heads : VoiceHeads or None
    """

    branch: Branch
    heads: VoiceHeads | None

    @property
    def version(self) -> str:
        return self.branch.version if self.heads is None else self.heads.version

    def read(self, clip: ClipEvidence) -> tuple[Numbers, Numbers] | None:
        """Shares of :data:`CLASSES` [8] and attention [50], or ``None`` without a voice."""
        voice = clip.heard.features
        opinion = self.branch.read(voice.values, voice.mask)
        if opinion is None:
            return None
        if self.heads is not None and voice.summary is not None:
            opinion = self.heads.seconded(opinion, voice.summary)
        return in_order(opinion.probabilities), opinion.attention


def seen_face(*, stills: bool) -> SeenFace | None:
    """The face reader, or ``None`` where its weights are missing or damaged.

    Parameters
    ----------
    stills : bool
        Whether single faces are read too, where their readers are there.
    """
    try:
        branch = Branch.from_file(weights.load(FACE_FILE))
    except WeightsError:
        return None
    return SeenFace(branch, still_reader() if stills else None)


def summed_voice() -> SummedVoice | None:
    """The second view of the voice, or ``None`` where its weights are missing or damaged."""
    try:
        return SummedVoice(Branch.from_file(weights.load(VOICE_FILE)), VoiceHeads.load())
    except WeightsError:
        return None


def in_order(probabilities: Mapping[Emotion, float]) -> Numbers:
    """Shares of :data:`CLASSES` [8] from a source that names them all."""
    shares = np.array([probabilities.get(emotion, 0.0) for emotion in CLASSES])
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def with_calm(probabilities: Mapping[Emotion, float]) -> Numbers:
    """Shares of :data:`CLASSES` [8] from a source that cannot name calm."""
    shares = np.array([probabilities.get(emotion, 0.0) for emotion in CLASSES])
    neutral, calm = CLASSES.index(Emotion.NEUTRAL), CLASSES.index(Emotion.CALM)
    shares[[neutral, calm]] = shares[neutral] / 2
    return np.asarray(shares / shares.sum(), dtype=np.float64)
