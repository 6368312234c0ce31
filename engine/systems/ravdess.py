"""ravdess: face, voice and the voice as a picture, each weighted by trust × confidence.

Face: a reader behind :class:`FaceReader`. Voice: cepstral steps through a CNN, an LSTM or a BiLSTM with
attention, and the mel spectrum as a picture through a small residual network. Confidence is
1 − H(p) / log K after temperature scaling; trust is learned for each branch and multiplied by the quality
of its input. Final = Σ weight × p, over the eight emotions of RAVDESS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import ResNetConfig, ResNetModel

from engine import weights
from engine.errors import WeightsError
from engine.features.activity import SAMPLE_RATE
from engine.features.mel_picture import (
    BANDS,
    FRAMES_PER_STEP,
    PICTURE_FRAMES,
    PICTURE_HOP,
    STEP_WIDTH,
    cepstral_steps,
    framed,
    mel_picture,
)
from engine.features.spoken_stretch import SpokenStretch
from engine.systems.arousal import arousal_logit
from engine.systems.branch import Branch, Standardiser
from engine.systems.clip_evidence import ClipEvidence
from engine.systems.layers import PooledBiLSTM, Pooling
from engine.systems.naming import Named, Opinion, mixed, normalised, pulls
from engine.systems.performance import FACE_FILE, less_mouth
from engine.systems.sequences import at_instants, estimate, shares_of, z_scored
from engine.systems.stored_network import filled
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import Emotion, Modality, SystemName

Floats = NDArray[np.float32]

FILE: Final = "ravdess.safetensors"
CLASSES: Final = (
    Emotion.NEUTRAL,
    Emotion.CALM,
    Emotion.JOY,
    Emotion.SADNESS,
    Emotion.ANGER,
    Emotion.FEAR,
    Emotion.DISGUST,
    Emotion.SURPRISE,
)
"""In RAVDESS's own order."""

HIDDEN: Final = 40
DROPOUT: Final = 0.3
CHANNELS: Final = 48
KERNEL: Final = 5
RESNET_STEM: Final = 16
RESNET_WIDTHS: Final = (16, 24, 40)
MEMBERS: Final = 5

STEPS, PICTURE, FACE = "voice", "mel_picture", "face"


class VoiceKind(StrEnum):
    """Which network reads the cepstral steps."""

    CNN = "cnn"
    LSTM = "lstm"
    ATTENTIVE = "bilstm_attention"


class StepsNetwork(nn.Module):
    """Cepstral steps in, emotion logits out.

    Parameters
    ----------
    kind : VoiceKind
    """

    def __init__(self, kind: VoiceKind = VoiceKind.ATTENTIVE) -> None:
        super().__init__()
        self.kind = kind
        self.dropout = nn.Dropout(DROPOUT)
        if kind is VoiceKind.CNN:
            self.first = nn.Conv1d(STEP_WIDTH, CHANNELS, KERNEL, padding=KERNEL // 2)
            self.second = nn.Conv1d(CHANNELS, CHANNELS, KERNEL, padding=KERNEL // 2)
            width = 2 * CHANNELS
        elif kind is VoiceKind.LSTM:
            self.lstm = nn.LSTM(STEP_WIDTH, 2 * HIDDEN, batch_first=True)
            width = 2 * HIDDEN
        else:
            self.sequence = PooledBiLSTM(
                STEP_WIDTH, hidden=HIDDEN, dropout=DROPOUT, pooling=Pooling.ATTENTION
            )
            width = 2 * HIDDEN
        self.emotion = nn.Linear(width, len(CLASSES))

    def forward(self, steps: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Read ``steps`` [batch, time, 43]; returns logits and attention [batch, time]."""
        mask = torch.arange(steps.shape[1])[None, :] < lengths[:, None]  # [batch, time]
        even = mask / lengths[:, None].to(steps.dtype)
        if self.kind is VoiceKind.CNN:
            states = self.dropout(steps).transpose(1, 2)  # [batch, 43, time]
            states = torch.relu(self.second(torch.relu(self.first(states)) * mask[:, None]))
            mean = (states * even[:, None]).sum(dim=2)
            peak = states.masked_fill(~mask[:, None], 0.0).amax(dim=2)  # states are not negative
            return self.emotion(self.dropout(torch.cat([mean, peak], dim=1))), even
        if self.kind is VoiceKind.LSTM:
            states, _ = self.lstm(self.dropout(steps))
            last = states[torch.arange(len(steps)), lengths - 1]  # [batch, 2 * HIDDEN]
            return self.emotion(self.dropout(last)), even
        pooled, attention = self.sequence(steps, lengths)
        return self.emotion(pooled), attention


class PictureNetwork(nn.Module):
    """A log-mel picture in, emotion logits out: a residual network (He et al. 2016) made small."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = ResNetModel(
            ResNetConfig(
                num_channels=1,
                embedding_size=RESNET_STEM,
                hidden_sizes=list(RESNET_WIDTHS),
                depths=[1] * len(RESNET_WIDTHS),
                layer_type="basic",
            )
        )
        self.dropout = nn.Dropout(DROPOUT)
        self.emotion = nn.Linear(RESNET_WIDTHS[-1], len(CLASSES))

    def forward(self, pictures: Tensor) -> tuple[Tensor]:
        """Read ``pictures`` [batch, 128, 64]."""
        pooled = self.resnet(pictures[:, None]).pooler_output.flatten(1)  # [batch, 40]
        return (self.emotion(self.dropout(pooled)),)


class FaceReader(Protocol):
    """Whatever says which emotion a face shows; a network over face crops can take this place."""

    @property
    def version(self) -> str:
        """Changes with its weights."""

    def read(self, clip: ClipEvidence) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Shares of :data:`CLASSES` [8] and attention [50], or ``None`` without a face."""


@dataclass(frozen=True, slots=True)
class LandmarkFace:
    """The performance brain's face branch as the face reader: landmarks rather than pixels.

    It cannot name calm: what it calls neutral is shared evenly between neutral and calm, since a face at
    rest does not tell them apart.
    """

    branch: Branch

    @property
    def version(self) -> str:
        return self.branch.version

    def read(self, clip: ClipEvidence) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Shares of :data:`CLASSES` [8] and attention [50], or ``None`` without a face."""
        face = clip.seen.features
        raw = less_mouth(face.values, clip.heard.features.speech & face.mask)
        opinion = self.branch.read(raw, face.mask)
        if opinion is None:
            return None
        return with_calm(opinion.probabilities), opinion.attention


@dataclass(frozen=True, slots=True)
class RavdessSystem:
    """Five networks for each voice branch, each without a fifth of the actors, and a face reader.

    Attributes
    ----------
    trust : Mapping[str, float]
        Learned for each branch, the largest 1.
    temperatures : Mapping[str, float]
    scales : Mapping[str, ReferenceScale]
        Of each branch's arousal.
    face : FaceReader or None
        ``None`` where its weights are not there.
    correlation : float
        Of voice and face standings on the normal scale.
    """

    steps: tuple[tuple[StepsNetwork, Standardiser], ...]
    pictures: tuple[tuple[PictureNetwork, Standardiser], ...]
    trust: Mapping[str, float]
    temperatures: Mapping[str, float]
    scales: Mapping[str, ReferenceScale]
    face: FaceReader | None
    correlation: float
    weights_version: str
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
        file = weights.load(FILE)
        arrays = file.arrays
        kind = VoiceKind(file.metadata["voice"])
        try:
            face: FaceReader | None = LandmarkFace(Branch.from_file(weights.load(FACE_FILE)))
        except WeightsError:
            face = None
        return cls(
            steps=tuple(
                (filled(StepsNetwork(kind), arrays, f"steps{index}."), _standardiser(arrays, f"z{index}."))
                for index in range(MEMBERS)
            ),
            pictures=tuple(
                (
                    filled(PictureNetwork(), arrays, f"picture{index}."),
                    _standardiser(arrays, f"picture_z{index}."),
                )
                for index in range(MEMBERS)
            ),
            trust=json.loads(file.metadata["trust"]),
            temperatures=json.loads(file.metadata["temperatures"]),
            scales={part: ReferenceScale(arrays[f"scale.{part}"]) for part in (STEPS, PICTURE, FACE)},
            face=face,
            correlation=float(file.metadata["correlation"]),
            weights_version=file.version,
        )

    @property
    def version(self) -> str:
        """Changes with any weight file behind an answer."""
        return self.weights_version[:6] + ("noface" if self.face is None else self.face.version[:6])

    def read(self, clip: ClipEvidence) -> Named:
        """Name the emotion of one clip from whichever of voice and face it has."""
        notes = ["This system reads no words, so what the line demands is unknown to it."]
        branches: dict[str, Opinion] = {}
        if clip.stretch is not None:
            branches |= self._hear(clip, clip.stretch)
        if clip.trust[Modality.FACE].value > 0:
            found = None if self.face is None else self.face.read(clip)
            if found is not None:
                branches[FACE] = self._opinion(FACE, Modality.FACE, *found)
            if self.face is None:
                notes.append(
                    f"The face was left out: {FACE_FILE} is missing; restore it from the repository."
                )
        pull = pulls(branches, clip.trust)
        shares = normalised({name: self.trust[name] * pull[name] for name in branches})
        return Named(mixed(branches, shares), branches, shares, tuple(notes))

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


def with_calm(probabilities: Mapping[Emotion, float]) -> NDArray[np.float64]:
    """Shares of :data:`CLASSES` [8] from a source that cannot name calm."""
    shares = np.array([probabilities.get(emotion, 0.0) for emotion in CLASSES])
    neutral, calm = CLASSES.index(Emotion.NEUTRAL), CLASSES.index(Emotion.CALM)
    shares[[neutral, calm]] = shares[neutral] / 2
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def picture_scores(frames: Floats, scale: Standardiser) -> Floats:
    """Z-scores of pictures, shape (n, 128, 64), band by band."""
    return z_scored(frames.reshape(-1, BANDS), scale).reshape(-1, PICTURE_FRAMES, BANDS)


def _standardiser(arrays: Mapping[str, NDArray[np.float32]], prefix: str) -> Standardiser:
    return Standardiser(
        arrays[prefix + "mean"].astype(np.float32), arrays[prefix + "spread"].astype(np.float32)
    )
