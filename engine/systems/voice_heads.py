"""A second view of the voice: linear heads on the summary of a clip, beside the sequence networks.

The BiLSTMs of the voice branch hear what happens when; the heads hear how pitch, spectrum and rhythm are
distributed over the clip. The two err differently, so their joint opinion errs less. Attention stays the
sequence networks'. There are two sets of heads: one for a stranger, and one for a speaker of whom some
clips are at hand, whose summaries are then read relative to that speaker's usual voice. Learning that
needs no labels.

Without the weight file the sequence networks answer alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.errors import WeightsError
from engine.features.voice import SUMMARY_NAMES
from engine.systems.branch import MEMBERS, BranchOpinion
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.verdict.scale import ReferenceScale
from engine.weights import Arrays, WeightsFile

HEADS_FILE: Final = "performance_voice_heads.safetensors"
LARGEST_Z: Final = 4.0
"""Summaries are clipped here, so that one number out of place cannot carry a clip."""
LEAST_SHARE: Final = 1e-9
BLEND_NUMBERS: Final = (
    "heads_temperature",
    "temperature",
    "networks_strength",
    "heads_strength",
    "level_gain",
    "level_shift",
)

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """Linear readers of one summary, learned without the actors of one fold.

    Attributes
    ----------
    mean, spread : ndarray, shape (821,)
        Of the training summaries, relative ones where the heads read relative ones.
    emotion : ndarray, shape (821, emotions)
    emotion_bias : ndarray, shape (emotions,)
    strength : ndarray, shape (821, emotions)
        What tells strong from normal deliveries of each emotion.
    midpoint : ndarray, shape (emotions,)
        Where normal and strong part on ``strength``; NaN for an emotion that is acted in one strength only.
    level : ndarray, shape (821,)
        What tells how much is expressed.
    level_bias : float
    """

    mean: Floats
    spread: Floats
    emotion: Floats
    emotion_bias: Floats
    strength: Floats
    midpoint: Floats
    level: Floats
    level_bias: float

    def scaled(self, summaries: NDArray[np.floating[Any]]) -> Numbers:
        """Clipped z-scores of summaries (n, 821)."""
        scores = (np.asarray(summaries, dtype=np.float64) - self.mean) / self.spread
        return np.clip(scores, -LARGEST_Z, LARGEST_Z)

    def answers(self, summaries: NDArray[np.floating[Any]]) -> tuple[Numbers, Numbers, Numbers]:
        """Emotion logits and strengths as that emotion, each [n, emotions], and levels [n]."""
        z = self.scaled(summaries)
        named, level = z @ self.emotion + self.emotion_bias, z @ self.level + self.level_bias
        return named, z @ self.strength - self.midpoint, level


@dataclass(frozen=True, slots=True)
class Blend:
    """How the heads' answers and the sequence networks' become one; fitted out of fold.

    Attributes
    ----------
    heads_temperature : float
        Divides the heads' logits before they are added to the networks' log shares.
    temperature : float
        Divides the sum (Guo et al. 2017).
    networks_strength, heads_strength : float
        What the two strengths count in their sum.
    level_gain, level_shift : float
        Bring the heads' level to the spread and mean of the networks'.
    scale : ReferenceScale
        Of the joint raw intensity.
    """

    heads_temperature: float
    temperature: float
    networks_strength: float
    heads_strength: float
    level_gain: float
    level_shift: float
    scale: ReferenceScale


@dataclass(frozen=True, slots=True)
class HeadSet:
    """Five heads and how they join the sequence networks.

    Attributes
    ----------
    heads : tuple of Head
        The k-th never heard the actors of fold k.
    blend : Blend
    usual : ndarray, shape (821,), or None
        Spread of one speaker's clips, where the heads read relative summaries.
    """

    heads: tuple[Head, ...]
    blend: Blend
    usual: Floats | None


def second_opinions(
    heads: HeadSet, opinion: BranchOpinion, summary: NDArray[np.floating[Any]], *, member: int | None = None
) -> BranchOpinion:
    """The networks' opinion joined with the heads' of one summary (821,), relative where the heads want that.

    ``member`` asks one head alone.
    """
    asked = heads.heads if member is None else heads.heads[member : member + 1]
    answers = [head.answers(summary[None]) for head in asked]
    logits = np.mean([answer[0] for answer in answers], axis=0)  # [1, emotions]
    shares = joint_shares(np.array([list(opinion.probabilities.values())]), logits, heads.blend)[0]
    strength = float(np.mean([strength_of(shares[None], answer[1])[0] for answer in answers]))
    level = float(np.mean([answer[2][0] for answer in answers]))
    blend = heads.blend
    raw = 0.5 * (opinion.raw + blend.level_gain * level + blend.level_shift)
    return BranchOpinion(
        raw=raw,
        strength=blend.networks_strength * opinion.strength + blend.heads_strength * strength,
        intensity=float(blend.scale.standing(raw)),
        probabilities=dict(zip(opinion.probabilities, shares.tolist(), strict=True)),
        attention=opinion.attention,
    )


@dataclass(frozen=True, slots=True)
class VoiceHeads:
    """The heads for a stranger and those for an enrolled speaker.

    Attributes
    ----------
    correlation : float
        Of the joint voice intensity and the face's on the normal scale, over takes of one moment.
    beside : str
        Version of the sequence networks' file that the blends were fitted beside.
    """

    stranger: HeadSet
    enrolled: HeadSet
    correlation: float
    beside: str
    version: str

    @classmethod
    def load(cls) -> VoiceHeads | None:
        """Load the heads; ``None`` where their file was taken away.

        Raises
        ------
        WeightsError
            If the file is damaged or was made for other columns.
        """
        if not (weights.weights_dir() / HEADS_FILE).is_file():
            return None
        return cls.from_file(weights.load(HEADS_FILE))

    @classmethod
    def from_file(cls, file: WeightsFile) -> VoiceHeads:
        """Rebuild what :func:`head_arrays` stored.

        Raises
        ------
        WeightsError
            If the file was made for other columns.
        """
        if file.metadata["summary_width"] != str(len(SUMMARY_NAMES)):
            raise WeightsError(
                f"{HEADS_FILE} reads {file.metadata['summary_width']} numbers of a voice, this version "
                f"measures {len(SUMMARY_NAMES)}; run `python -m engine train performance --only voice-heads`."
            )
        return cls(
            stranger=_head_set(file, "stranger."),
            enrolled=_head_set(file, "enrolled."),
            correlation=float(file.metadata["correlation_with_face"]),
            beside=file.metadata["beside"],
            version=file.version,
        )

    def seconded(
        self,
        opinion: BranchOpinion,
        summary: Floats,
        *,
        enrolment: VoiceEnrolment | None = None,
        member: int | None = None,
    ) -> BranchOpinion:
        """The sequence networks' opinion joined with the heads'.

        Parameters
        ----------
        summary : ndarray, shape (821,)
            From :func:`engine.features.voice.voice_features`.
        enrolment : VoiceEnrolment, optional
            The speaker's usual voice, where some of their clips are at hand.
        member : int, optional
            Asks one head alone.
        """
        if enrolment is None or self.enrolled.usual is None:
            return second_opinions(self.stranger, opinion, summary, member=member)
        own = enrolment.relative(summary.astype(np.float64), self.enrolled.usual)
        return second_opinions(self.enrolled, opinion, own, member=member)


def joint_shares(shares: Numbers, logits: Numbers, blend: Blend) -> Numbers:
    """Emotion distributions [n, emotions] of the networks' shares and the heads' logits [n, emotions]."""
    joint = np.log(np.maximum(shares, LEAST_SHARE)) + logits / blend.heads_temperature
    joint = joint / blend.temperature
    risen = np.exp(joint - joint.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True), dtype=np.float64)


def strength_of(shares: Numbers, strengths: Numbers) -> Numbers:
    """Strength [n] whatever the emotion: the mean of the strengths as each emotion, by the emotions' shares.

    Both are [n, emotions]; strengths are NaN for emotions that are acted in one strength only.
    """
    counted = np.where(np.isfinite(strengths), shares, 0.0)
    total = np.maximum(counted.sum(axis=1), LEAST_SHARE)
    return np.asarray((counted * np.nan_to_num(strengths)).sum(axis=1) / total, dtype=np.float64)


def head_arrays(stranger: HeadSet, enrolled: HeadSet) -> tuple[Arrays, dict[str, str]]:
    """What of the heads goes into the weight file, and the numbers that go into its metadata."""
    arrays: Arrays = {}
    numbers: dict[str, str] = {}
    for prefix, heads in (("stranger.", stranger), ("enrolled.", enrolled)):
        for name in ("mean", "spread"):
            arrays[prefix + name] = np.stack([getattr(head, name) for head in heads.heads])
        for name in ("emotion", "emotion_bias", "strength", "midpoint", "level"):
            rows = [getattr(head, name) for head in heads.heads]
            arrays[prefix + name] = np.stack(rows).astype(np.float16)
        arrays[prefix + "level_bias"] = np.array([head.level_bias for head in heads.heads], np.float32)
        arrays[prefix + "knots"] = heads.blend.scale.knots
        if heads.usual is not None:
            arrays[prefix + "usual"] = heads.usual
        for name in BLEND_NUMBERS:
            numbers[prefix + name] = f"{getattr(heads.blend, name):.6g}"
    return arrays, numbers


def _head_set(file: WeightsFile, prefix: str) -> HeadSet:
    arrays = {
        key.removeprefix(prefix): value.astype(np.float32)
        for key, value in file.arrays.items()
        if key.startswith(prefix)
    }
    heads = [
        Head(
            mean=arrays["mean"][index],
            spread=arrays["spread"][index],
            emotion=arrays["emotion"][index],
            emotion_bias=arrays["emotion_bias"][index],
            strength=arrays["strength"][index],
            midpoint=arrays["midpoint"][index],
            level=arrays["level"][index],
            level_bias=float(arrays["level_bias"][index]),
        )
        for index in range(MEMBERS)
    ]
    numbers = {name: float(file.metadata[prefix + name]) for name in BLEND_NUMBERS}
    scale = ReferenceScale(file.arrays[prefix + "knots"].astype(np.float64))
    return HeadSet(tuple(heads), Blend(**numbers, scale=scale), arrays.get("usual"))
