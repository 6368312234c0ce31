"""ravdess: face, voice and the voice as a picture, joined late over the eight emotions of RAVDESS.

Face: the performance brain's readers of landmarks and, in newer weight files, of crops, a residual network
among them. Voice: cepstral steps through a CNN, an LSTM or a BiLSTM with attention, the mel spectrum as a
picture through a small residual network, and, where its weight file was trained with it, the performance
brain's voice with its summary of the whole clip. All opinions are temperature-scaled.

The weight file says by which rule they become one. As published: weight = trust × confidence, with
confidence = 1 − H(p) / log K and trust learned for each branch and multiplied by the quality of its input;
final = Σ weight × p. Or as a product, final ∝ Π p^(power × quality), with powers learned for each branch: the
logarithmic opinion pool (Genest & Zidek 1986), which named more emotions of strangers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine.analysis import EmotionEstimate
from engine.features.activity import SAMPLE_RATE
from engine.features.mel_picture import (
    BANDS,
    FRAMES_PER_STEP,
    PICTURE_FRAMES,
    PICTURE_HOP,
    cepstral_steps,
    framed,
    mel_picture,
)
from engine.features.spoken_stretch import SpokenStretch
from engine.systems.arousal import arousal_logit
from engine.systems.branch import Standardiser
from engine.systems.clip_evidence import ClipEvidence
from engine.systems.fusion import pooled
from engine.systems.naming import Named, Opinion, mixed, normalised, pulls
from engine.systems.performance import FACE_FILE, VOICE_FILE
from engine.systems.ravdess_networks import CLASSES, PictureNetwork, StepsNetwork, VoiceKind
from engine.systems.ravdess_readers import Reader, in_order, seen_face, summed_voice
from engine.systems.sequences import at_instants, estimate, shares_of, z_scored
from engine.systems.system_file import SystemFile
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Modality, SystemName

Floats = NDArray[np.float32]

FILE: Final = "ravdess.safetensors"

STEPS, PICTURE, SUMMARY, FACE = "voice", "mel_picture", "voice_summary", "face"


class Rule(StrEnum):
    """How the branches' opinions become one."""

    ENTROPY = "entropy"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class RavdessSystem:
    """Five networks for each voice branch, each without a fifth of the actors, and two borrowed readers.

    Attributes
    ----------
    rule : Rule
    trust : Mapping[str, float]
        Learned for each branch, the largest 1; the branches that have none are not asked.
    powers : Mapping[str, float]
        Learned for each branch; what its opinion counts in the product.
    temperatures : Mapping[str, float]
    scales : Mapping[str, ReferenceScale]
        Of each branch's arousal.
    face : Reader or None
        ``None`` where its weights are not there.
    summary : Reader or None
        The second view of the voice; ``None`` where its weights are not there or this file was trained
        without it.
    correlation : float
        Of voice and face standings on the normal scale.
    """

    steps: tuple[tuple[StepsNetwork, Standardiser], ...]
    pictures: tuple[tuple[PictureNetwork, Standardiser], ...]
    trust: Mapping[str, float]
    temperatures: Mapping[str, float]
    scales: Mapping[str, ReferenceScale]
    face: Reader | None
    correlation: float
    weights_version: str
    rule: Rule = Rule.ENTROPY
    powers: Mapping[str, float] = field(default_factory=dict)
    summary: Reader | None = None
    name: SystemName = SystemName.RAVDESS

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load the shipped weights, once per process.

        Raises
        ------
        WeightsError
            If the file is missing or damaged.
        """
        file = SystemFile.load(FILE)
        kind = VoiceKind(file.file.metadata["voice"])
        trust = file.by_branch("trust")
        return cls(
            steps=tuple(
                zip(file.members(lambda: StepsNetwork(kind), "steps"), file.standardisers("z"), strict=True)
            ),
            pictures=tuple(
                zip(file.members(PictureNetwork, "picture"), file.standardisers("picture_z"), strict=True)
            ),
            trust=trust,
            temperatures=file.temperatures,
            scales=file.scales(trust),
            face=seen_face(stills="stills" in file.file.metadata.get("face", "")),
            correlation=file.correlation,
            weights_version=file.version,
            rule=Rule(file.file.metadata.get("rule", Rule.ENTROPY)),
            powers=file.by_branch("powers"),
            summary=summed_voice() if SUMMARY in trust else None,
        )

    @property
    def version(self) -> str:
        """Changes with any weight file behind an answer."""
        borrowed = [self.face] + ([self.summary] if SUMMARY in self.trust else [])
        files = ["nofile" if one is None else one.version[:6] for one in borrowed]
        return self.weights_version[:6] + "".join(files)

    def read(self, clip: ClipEvidence) -> Named:
        """Name the emotion of one clip from whichever of voice and face it has."""
        notes: list[str] = []
        branches: dict[str, Opinion] = {}
        if clip.stretch is not None:
            branches |= self._hear(clip, clip.stretch)
            if SUMMARY in self.trust:
                branches |= self._asked(SUMMARY, Modality.VOICE, self.summary, clip)
            if SUMMARY in self.trust and self.summary is None:
                notes.append(_missing("The summary of the voice", VOICE_FILE))
        if clip.trust[Modality.FACE].value > 0:
            branches |= self._asked(FACE, Modality.FACE, self.face, clip)
            if self.face is None:
                notes.append(_missing("The face", FACE_FILE))
        shares = self.shares(branches, clip)
        joint = self.multiplied(branches, clip) if self.rule is Rule.PRODUCT else mixed(branches, shares)
        return Named(joint, branches, shares, tuple(notes))

    def shares(self, branches: Mapping[str, Opinion], clip: ClipEvidence) -> dict[str, float]:
        """What each branch counts by the rule, as shares that sum to 1."""
        if self.rule is Rule.PRODUCT:
            return normalised(self._exponents(branches, clip))
        pull = pulls(branches, clip.trust)
        return normalised({name: self.trust[name] * pull[name] for name in branches})

    def multiplied(self, branches: Mapping[str, Opinion], clip: ClipEvidence) -> EmotionEstimate | None:
        """The product of the branches' opinions; ``None`` where none of them counts."""
        exponents = self._exponents(branches, clip)
        if sum(exponents.values()) <= 0:
            return None
        opinions = [in_order(branches[name].emotion.probabilities) for name in exponents]
        return estimate(pooled(np.stack(opinions)[None], list(exponents.values()))[0], CLASSES)

    def _exponents(self, branches: Mapping[str, Opinion], clip: ClipEvidence) -> dict[str, float]:
        """Power × quality of its input, by branch: an input of poor quality flattens its opinion."""
        return {
            name: self.powers[name] * clip.trust[opinion.modality].value for name, opinion in branches.items()
        }

    def _asked(
        self, part: str, modality: Modality, reader: Reader | None, clip: ClipEvidence
    ) -> dict[str, Opinion]:
        """A borrowed reader's opinion, if it has one."""
        found = None if reader is None else reader.read(clip)
        return {} if found is None else {part: self._opinion(part, modality, *found)}

    @torch.inference_mode()
    def _hear(self, clip: ClipEvidence, stretch: SpokenStretch) -> dict[str, Opinion]:
        picture = mel_picture(stretch.sound)
        steps = cepstral_steps(picture, stretch.sound)
        length = torch.tensor([len(steps)])
        answers = [
            network(torch.from_numpy(z_scored(steps, scale))[None], length) for network, scale in self.steps
        ]
        logits = torch.stack([answer[0][0] for answer in answers]).mean(dim=0)
        attention = torch.stack([answer[1][0] for answer in answers]).mean(dim=0).double().numpy()
        step_s = FRAMES_PER_STEP * PICTURE_HOP / SAMPLE_RATE
        times = stretch.start_s + (np.arange(len(steps)) + 0.5) * step_s
        frames = framed(picture)
        seen = [
            network(torch.from_numpy(picture_scores(frames, scale)))[0].mean(dim=0)
            for network, scale in self.pictures
        ]
        return {
            STEPS: self._opinion(
                STEPS,
                Modality.VOICE,
                shares_of(logits, self.temperatures[STEPS]),
                at_instants(attention, times, clip.media.duration_s),
            ),
            PICTURE: self._opinion(
                PICTURE,
                Modality.VOICE,
                shares_of(torch.stack(seen).mean(dim=0), self.temperatures[PICTURE]),
                None,
            ),
        }

    def _opinion(
        self,
        part: str,
        modality: Modality,
        shares: NDArray[np.float64],
        attention: NDArray[np.float64] | None,
    ) -> Opinion:
        standing = self.scales[part].standing(arousal_logit(shares[None], CLASSES))
        return Opinion(modality, estimate(shares, CLASSES), float(standing[0]), attention)


def picture_scores(frames: Floats, scale: Standardiser) -> Floats:
    """Z-scores of pictures, shape (n, 128, 64), band by band."""
    return z_scored(frames.reshape(-1, BANDS), scale).reshape(-1, PICTURE_FRAMES, BANDS)


def _missing(what: str, file: str) -> str:
    return f"{what} was left out: {file} is missing; restore it from the repository."
