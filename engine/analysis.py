"""The frozen results that travel from the engine to the rest of Dailies.

Units throughout: intensities, probabilities, trust and confidence lie in [0, 1]; times are seconds
from the start of the clip; z-scores are ``(intensity - 0.5) / 0.2``; a value that cannot be known
is ``None`` and a sentence in :attr:`Analysis.warnings` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.vocabulary import (
    INTENSITY_MIDPOINT,
    INTENSITY_UNIT,
    Emotion,
    LineSource,
    Modality,
    SystemName,
    Verdict,
)


class FaceReason(StrEnum):
    """Why a face was read."""

    ALONE = "alone"
    SPEAKS = "speaks"
    LARGEST = "largest"
    ASKED = "asked"
    ENROLLED = "enrolled"


FACE_REASONS: Final = {
    FaceReason.ALONE: "One face is seen.",
    FaceReason.SPEAKS: "{count} faces are seen; number {chosen} from the left, whose mouth moves with the "
    "voice, was read.",
    FaceReason.LARGEST: "{count} faces are seen and none moves its mouth with the voice; the largest, number "
    "{chosen} from the left, was read.",
    FaceReason.ASKED: "{count} faces are seen; number {chosen} from the left was read, as asked.",
    FaceReason.ENROLLED: "{count} faces are seen; number {chosen} from the left, which is like the actor's "
    "enrolled pictures, was read.",
}


def z_score(intensity: float | None) -> float | None:
    """Put an intensity in [0, 1] on the z scale of the gap; ``None`` stays ``None``."""
    if intensity is None:
        return None
    return (intensity - INTENSITY_MIDPOINT) / INTENSITY_UNIT


def likeliest(shares: Mapping[Verdict, float]) -> Verdict:
    """The most probable verdict; ties go to the first."""
    return max(shares, key=lambda verdict: shares[verdict])


@dataclass(frozen=True, slots=True)
class EmotionEstimate:
    """A distribution over emotions.

    Attributes
    ----------
    probabilities : Mapping[Emotion, float]
        Sums to 1 over the emotions the source can name.
    """

    probabilities: Mapping[Emotion, float]

    @property
    def label(self) -> Emotion:
        """The most probable emotion; ties go to the first named."""
        return max(self.probabilities, key=lambda emotion: self.probabilities[emotion])


@dataclass(frozen=True, slots=True)
class ModalityReading:
    """What one modality said, and how far its input could be trusted.

    Attributes
    ----------
    trust : float
        Quality of the input, 0 (absent or unusable) to 1.
    confidence : float
        1 - H(p) / log K of the emotion distribution; 0 where there is none.
    emotion : EmotionEstimate or None
    intensity : float or None
        This modality's own intensity on the shared scale.
    weight : float
        Its share in the joint opinion; the shares of one clip sum to 1 or are all 0.
    quality : Mapping[str, float]
        The measured causes of the trust by name, e.g. ``signal_to_noise_db``.
    note : str or None
        Low trust in words.
    """

    trust: float
    confidence: float
    emotion: EmotionEstimate | None
    intensity: float | None = None
    weight: float = 0.0
    quality: Mapping[str, float] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the line and where in the clip it lies.

    Attributes
    ----------
    start_s, end_s : float
        Seconds; estimated over the voiced stretch where no times were given.
    attention : float
        The text brain's attention to the word; sums to 1 over the line.
    """

    text: str
    start_s: float
    end_s: float
    attention: float


@dataclass(frozen=True, slots=True)
class ScriptMatch:
    """What was said, as it was recognised, against the line that was given.

    Attributes
    ----------
    wer : float
        Word error rate, (missed + changed + added) / words of the line; may exceed 1.
    missed : tuple of str
        Words of the line that were not heard.
    changed : tuple of (str, str)
        A word of the line and what was heard in its place.
    added : tuple of str
        Words that were heard and are not in the line.
    """

    wer: float
    missed: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()
    added: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether the line was said word for word."""
        return not (self.missed or self.changed or self.added)


@dataclass(frozen=True, slots=True)
class AttentionPeak:
    """An instant the performance brain looked at most, with the picture shown then.

    Attributes
    ----------
    time_s : float
    weight : float
        Attention at that instant.
    word : str or None
        The word spoken nearest to it.
    picture_jpeg : bytes or None
        A thumbnail, at most 320 pixels wide; ``None`` where there is no picture.
    """

    time_s: float
    weight: float
    word: str | None
    picture_jpeg: bytes | None = None


@dataclass(frozen=True, slots=True)
class Amplification:
    """The amplifier override: a cautious expressed score lifted by an unmistakable sign.

    Attributes
    ----------
    sign : str
        ``"jaw"`` or ``"loudness"``.
    value : float
        Jaw opening in face units, or the loudness jump in dB.
    time_s : float
    before, after : float
        Expressed intensity without and with the rule.
    """

    sign: str
    value: float
    time_s: float
    before: float
    after: float

    def __str__(self) -> str:
        return f"amplified: {self.sign} {self.value:.2f} at {self.time_s:.1f} s"


@dataclass(frozen=True, slots=True)
class FacialCue:
    """An action unit that the face shows or does not show.

    Attributes
    ----------
    action_unit : int
        Number in the Facial Action Coding System.
    name : str
        In words, ``"brows lowered"``.
    expected : bool
        Whether it belongs to the emotion named.
    shown : bool
    start_s, peak_s, end_s : float or None
        First and last instant at which it shows and the strongest between; ``None`` where it does not.
    """

    action_unit: int
    name: str
    expected: bool
    shown: bool
    start_s: float | None = None
    peak_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class EkmanCheck:
    """Whether the face shows what belongs to the emotion named.

    Attributes
    ----------
    emotion : Emotion
    cues : tuple of FacialCue
        Those that belong to the emotion first, then others that show.
    sentence : str
        ``"For anger: brows lowered yes, lids tightened yes, lips pressed no."``
    """

    emotion: Emotion
    cues: tuple[FacialCue, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class FacesSeen:
    """Whose face was read where a clip shows faces.

    Attributes
    ----------
    count : int
        How many people are seen.
    chosen : int
        The face that was read, counted from 1 at the left.
    reason : FaceReason
    """

    count: int
    chosen: int
    reason: FaceReason

    def __str__(self) -> str:
        return FACE_REASONS[self.reason].format(count=self.count, chosen=self.chosen)


@dataclass(frozen=True, slots=True)
class Curves:
    """What can be drawn under the clip at the instants of the attention, each of length 50.

    Attributes
    ----------
    loudness_db : tuple of (float or None)
        Relative to the clip's speech level.
    pitch_hz : tuple of (float or None)
        ``None`` where the voice is silent or unvoiced.
    face_movement : tuple of (float or None)
        Distance of the face from its neutral baseline, in standard deviations; ``None`` without a face.
    brows : tuple of (float or None)
        How far the brows are moved, 0 to 1, by blendshapes; empty where those are not at hand.
    """

    loudness_db: tuple[float | None, ...]
    pitch_hz: tuple[float | None, ...]
    face_movement: tuple[float | None, ...]
    brows: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the policy that gave it.

    Attributes
    ----------
    verdict : Verdict or None
        ``None`` where the gap is unknown.
    probabilities : Mapping[Verdict, float] or None
        ``None`` under a fixed pair.
    verdict_set : tuple of Verdict
        The verdicts that cannot be ruled out, contiguous and in order; more than one is "not sure".
    policy_version : str
    lower, upper : float
        The thresholds in force for this clip, z units: under below ``lower``, over above ``upper``.
    """

    verdict: Verdict | None
    probabilities: Mapping[Verdict, float] | None
    verdict_set: tuple[Verdict, ...]
    policy_version: str
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything one system says about one clip and its line.

    Attributes
    ----------
    clip : str
        File name, without folders.
    duration_s : float
    system, weights_version, feature_schema : SystemName, str, str
        Which system, with which weights, over which feature table.
    emotion : EmotionEstimate or None
        The joint opinion: modalities weighted by trust times confidence.
    expected_intensity, expressed_intensity : float or None
        What the line demands and what the performance shows, on the shared scale.
    attention, attention_times_s : tuple of float
        Length 50; the attention sums to 1.
    timings_s : Mapping[str, float]
        decode, face, voice, text, model, total; and speech where speech was recognised.
    branches : Mapping[str, ModalityReading]
        What each branch of an emotion-naming system said, by its name; a modality may have several.
    ekman : EkmanCheck or None
        ``None`` where no face or no emotion is known.
    script : ScriptMatch or None
        ``None`` where no line was given or no speech was recognised.
    faces : FacesSeen or None
        ``None`` where no face is seen.
    face_pictures : tuple of (bytes or None)
        A small JPEG of each face from the left, where there are several.
    trimodal : Mapping[Verdict, float] or None
        What the third model says beside the gap; ``None`` where none was trained with these weights.
    """

    clip: str
    duration_s: float
    system: SystemName
    weights_version: str
    feature_schema: str
    line: str
    line_source: LineSource
    emotion: EmotionEstimate | None
    expected_intensity: float | None
    expressed_intensity: float | None
    judgement: Judgement
    attention: tuple[float, ...]
    attention_times_s: tuple[float, ...]
    words: tuple[SpokenWord, ...]
    peaks: tuple[AttentionPeak, ...]
    curves: Curves
    modalities: Mapping[Modality, ModalityReading]
    amplification: Amplification | None
    timings_s: Mapping[str, float]
    warnings: tuple[str, ...]
    branches: Mapping[str, ModalityReading] = field(default_factory=dict)
    ekman: EkmanCheck | None = None
    script: ScriptMatch | None = None
    faces: FacesSeen | None = None
    face_pictures: tuple[bytes | None, ...] = ()
    trimodal: Mapping[Verdict, float] | None = None

    @property
    def z_expected(self) -> float | None:
        return z_score(self.expected_intensity)

    @property
    def z_expressed(self) -> float | None:
        return z_score(self.expressed_intensity)

    @property
    def alignment(self) -> float | None:
        """The gap, z_expressed - z_expected: negative where the delivery is too weak."""
        if self.z_expected is None or self.z_expressed is None:
            return None
        return self.z_expressed - self.z_expected
