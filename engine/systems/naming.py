"""What the systems that name emotions share: from their branches' opinions to an Analysis.

Such a system reads the evidence of one clip and says what each of its branches thinks and what they
weigh. Its intensities are distilled from those opinions (:mod:`engine.systems.arousal`): the expected
one from its words branch, the expressed one from its voice and face branches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis, EmotionEstimate, ModalityReading, SpokenWord, z_score
from engine.features.encoder import TextEncoder
from engine.features.landmarks import FaceTracker
from engine.features.table import INSTANTS, SCHEMA_VERSION
from engine.features.trust import Trust
from engine.systems.arousal import joined_standing
from engine.systems.attention_peaks import attention_peaks
from engine.systems.caveats import caveats
from engine.systems.clip_evidence import ClipEvidence, gather
from engine.systems.ekman import check_of
from engine.systems.evidence import curves
from engine.systems.face_choice import several_faces
from engine.systems.face_enrolment import FaceEnrolment
from engine.systems.performance import LEAST_CONFIDENCE, confidence
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import Emotion, LineSource, Modality, SystemName

FEW_KNOWN_WORDS: Final = 0.5
"""Below this share of known words what is said of the line is hardly more than a guess."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one branch says of one clip.

    Attributes
    ----------
    modality : Modality
        Where it looks.
    emotion : EmotionEstimate
    standing : float
        Distilled intensity: standing of its mass of high arousal, in (0, 1).
    attention : ndarray or None
        Sums to 1: over the 50 instants for voice and face, over the words for words.
    """

    modality: Modality
    emotion: EmotionEstimate
    standing: float
    attention: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A system's answer before it becomes an Analysis.

    Attributes
    ----------
    emotion : EmotionEstimate or None
        The joint opinion; ``None`` where no branch can say anything.
    branches : Mapping[str, Opinion]
        By name; those that could not be asked are left out.
    weights : Mapping[str, float]
        Share of each branch in the joint opinion; they sum to 1 or are all 0.
    notes : tuple of str
        What was missing, in sentences.
    """

    emotion: EmotionEstimate | None
    branches: Mapping[str, Opinion]
    weights: Mapping[str, float]
    notes: tuple[str, ...] = ()


class NamingSystem(Protocol):
    """A system whose answer is an emotion."""

    @property
    def name(self) -> SystemName: ...

    @property
    def version(self) -> str:
        """Changes with its weight file."""

    @property
    def correlation(self) -> float:
        """Of two branches' standings on the normal scale."""

    def read(self, clip: ClipEvidence) -> Named:
        """Name the emotion of one clip."""


@dataclass(frozen=True, slots=True)
class _LineNote:
    note: str | None


@lru_cache(maxsize=1)
def shared_encoder() -> TextEncoder:
    """The one text encoder of the naming systems in this process."""
    return TextEncoder.load()


def evidence_of(
    path: Path,
    *,
    line: str | None = None,
    before: Sequence[str] = (),
    word_times: Sequence[SpokenWord] | None = None,
    neutral: NDArray[np.float32] | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> ClipEvidence:
    """Look at a clip once, for all systems that name emotions.

    Parameters
    ----------
    before : sequence of str
        Lines spoken before it, the latest last.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    TableError
        If the word times do not fit the line.
    WeightsError
        If the text encoder is missing or damaged.
    """
    return gather(
        path,
        shared_encoder(),
        FaceTracker.load(),
        line=line or "",
        before=before,
        word_times=word_times,
        neutral=neutral,
        face=face,
        own_face=own_face,
    )


def analysis_by(
    system: NamingSystem,
    clip: ClipEvidence,
    *,
    name: str,
    line: str | None = None,
    policy: Policy = FIXED,
    context: Mapping[str, str] | None = None,
) -> Analysis:
    """Analyse one clip with a system that names emotions.

    Parameters
    ----------
    name : str
        The clip's file name.
    line : str, optional
        As it was given to :func:`evidence_of`.

    Raises
    ------
    WeightsError
        If a weight file is missing or damaged.
    """
    before_model = perf_counter()
    named = system.read(clip)
    expected = _standing(named, (Modality.TEXT,), clip.trust, system.correlation)
    expressed = _standing(named, (Modality.VOICE, Modality.FACE), clip.trust, system.correlation)
    known = {"system": system.name.value}
    if named.emotion is not None:
        known["emotion"] = named.emotion.label.value
    demanded, shown = z_score(expected), z_score(expressed)
    gap = None if demanded is None or shown is None else shown - demanded
    attention = _attention(named)
    words = _words(clip, named)
    media = clip.media
    check = check_of(
        named.emotion, clip.seen.features, speaking=clip.heard.features.speech, times_s=media.times_s
    )
    finished = perf_counter()
    return Analysis(
        clip=name,
        duration_s=media.duration_s,
        system=system.name,
        weights_version=system.version,
        feature_schema=SCHEMA_VERSION,
        line=line or "",
        line_source=LineSource.GIVEN if clip.line.words else LineSource.NONE,
        emotion=named.emotion,
        expected_intensity=expected,
        expressed_intensity=expressed,
        judgement=policy.judge(gap, known | dict(context or {})),
        attention=tuple(attention.tolist()),
        attention_times_s=tuple(media.times_s.tolist()),
        words=words,
        peaks=attention_peaks(attention, media.times_s, words=words, pictures=media.pictures),
        curves=curves(clip.heard, clip.seen),
        modalities={modality: _modality(modality, named, clip.trust, system) for modality in Modality},
        amplification=None,
        timings_s={
            **clip.timings_s,
            "model": finished - before_model,
            "total": clip.timings_s["total"] + perf_counter() - before_model,
        },
        warnings=_warnings(clip, named, line=line, expected=expected, expressed=expressed),
        branches={name: _reading((name,), named, clip.trust, system) for name in named.branches},
        ekman=check,
        faces=clip.seen.faces,
        face_pictures=clip.seen.pictures,
    )


def pulls(opinions: Mapping[str, Opinion], trust: Mapping[Modality, Trust]) -> dict[str, float]:
    """Trust × confidence of each branch, confidence at least :data:`LEAST_CONFIDENCE`."""
    return {
        name: trust[opinion.modality].value * max(LEAST_CONFIDENCE, confidence(opinion.emotion.probabilities))
        for name, opinion in opinions.items()
    }


def mixed(opinions: Mapping[str, Opinion], weights: Mapping[str, float]) -> EmotionEstimate | None:
    """Σ weight × p over the branches, by emotion; ``None`` where nothing weighs anything."""
    total = sum(weights.get(name, 0.0) for name in opinions)
    if total <= 0:
        return None
    named: dict[Emotion, float] = {}
    for name, opinion in opinions.items():
        for emotion, share in opinion.emotion.probabilities.items():
            named[emotion] = named.get(emotion, 0.0) + weights.get(name, 0.0) * share / total
    return EmotionEstimate({emotion: named[emotion] for emotion in Emotion if emotion in named})


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Shares that sum to 1, or all 0 where nothing weighs anything."""
    total = sum(weights.values())
    return {name: weight / total if total > 0 else 0.0 for name, weight in weights.items()}


def _standing(
    named: Named, modalities: Sequence[Modality], trust: Mapping[Modality, Trust], correlation: float
) -> float | None:
    asked = {name: opinion for name, opinion in named.branches.items() if opinion.modality in modalities}
    return joined_standing(
        {name: opinion.standing for name, opinion in asked.items()},
        pulls(asked, trust),
        correlation=correlation,
    )


def _attention(named: Named) -> NDArray[np.float64]:
    """Over the 50 instants: of voice and face branches, by their weights; even where there is none."""
    total = np.zeros(INSTANTS)
    for name, opinion in named.branches.items():
        if opinion.modality is not Modality.TEXT and opinion.attention is not None:
            total += max(named.weights.get(name, 0.0), LEAST_CONFIDENCE) * opinion.attention
    return total / total.sum() if total.sum() > 0 else np.full(INSTANTS, 1 / INSTANTS)


def _words(clip: ClipEvidence, named: Named) -> tuple[SpokenWord, ...]:
    count = len(clip.line.words)
    opinion = next((each for each in named.branches.values() if each.modality is Modality.TEXT), None)
    given = None if opinion is None else opinion.attention
    weights = np.full(count, 1 / max(1, count)) if given is None else given
    return tuple(
        SpokenWord(word, float(start), float(end), float(weight))
        for word, (start, end), weight in zip(clip.line.words, clip.spans_s, weights, strict=True)
    )


def _modality(
    modality: Modality, named: Named, trust: Mapping[Modality, Trust], system: NamingSystem
) -> ModalityReading:
    names = tuple(name for name, opinion in named.branches.items() if opinion.modality is modality)
    if names:
        return _reading(names, named, trust, system)
    judged = trust[modality]
    return ModalityReading(judged.value, 0.0, None, quality=judged.quality, note=judged.note)


def _reading(
    names: tuple[str, ...], named: Named, trust: Mapping[Modality, Trust], system: NamingSystem
) -> ModalityReading:
    """What these branches of one modality say together."""
    asked = {name: named.branches[name] for name in names}
    judged = trust[asked[names[0]].modality]
    pull = pulls(asked, trust)
    shares = {name: named.weights.get(name, 0.0) for name in names}
    emotion = mixed(asked, shares) or mixed(asked, pull) or asked[names[0]].emotion
    standings = {name: opinion.standing for name, opinion in asked.items()}
    joined = joined_standing(standings, pull, correlation=system.correlation)
    return ModalityReading(
        trust=judged.value,
        confidence=confidence(emotion.probabilities),
        emotion=emotion,
        intensity=standings[names[0]] if joined is None else joined,
        weight=sum(shares.values()),
        quality=judged.quality,
        note=judged.note,
    )


def _warnings(
    clip: ClipEvidence,
    named: Named,
    *,
    line: str | None,
    expected: float | None,
    expressed: float | None,
) -> tuple[str, ...]:
    note = None
    if line is not None and not clip.line.words:
        note = "The line has no words, so what it demands is unknown."
    elif clip.line.words and clip.line.known_share < FEW_KNOWN_WORDS:
        note = (
            f"Only {clip.line.known_share:.0%} of the line's words are known to the English text encoder, "
            "so what it says of the line is hardly more than a guess."
        )
    said = [
        *caveats(clip.media, _LineNote(note), clip.trust, line=line, expressed=expressed),
        *several_faces(clip.seen.faces),
        *named.notes,
    ]
    if expected is None and clip.line.words:
        said.append("This system reads no words here, so what the line demands is unknown to it.")
    return tuple(said)
