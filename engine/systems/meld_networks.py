"""The networks of meld, one for each branch, and the range by which averaged features are scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.features.encoder import STATE_WIDTH
from engine.features.geometry import MEASURES
from engine.features.sound_summary import SUMMARY_WIDTH
from engine.systems.layers import PooledBiLSTM, Pooling
from engine.vocabulary import BASIC_EMOTIONS

Floats = NDArray[np.float32]

CLASSES: Final = BASIC_EMOTIONS
CONTEXT_LINES: Final = 2
TEXT_HIDDEN: Final = 96
TEXT_DROPOUT: Final = 0.3
AUDIO_HIDDEN: Final = (64, 32)
AUDIO_DROPOUT: Final = 0.3
FACE_HIDDEN: Final = 24
FACE_LAYERS: Final = 2
FACE_DROPOUT: Final = 0.3


class TextHead(nn.Module):
    """Mean word states of a line and of the lines before it in, emotion logits out."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear((1 + CONTEXT_LINES) * STATE_WIDTH, TEXT_HIDDEN),
            nn.ReLU(),
            nn.Dropout(TEXT_DROPOUT),
            nn.Linear(TEXT_HIDDEN, len(CLASSES)),
        )

    def forward(self, lines: Tensor) -> tuple[Tensor]:
        """Read ``lines`` [batch, 3, 384], the line itself first; zero where there is none before."""
        return (self.layers(lines.flatten(1)),)


class AudioNetwork(nn.Module):
    """Averaged spectral features in, emotion logits out."""

    def __init__(self) -> None:
        super().__init__()
        first, second = AUDIO_HIDDEN
        self.layers = nn.Sequential(
            nn.Linear(SUMMARY_WIDTH, first),
            nn.ReLU(),
            nn.Dropout(AUDIO_DROPOUT),
            nn.Linear(first, second),
            nn.ReLU(),
            nn.Dropout(AUDIO_DROPOUT),
            nn.Linear(second, len(CLASSES)),
        )

    def forward(self, summary: Tensor) -> tuple[Tensor]:
        """Read ``summary`` [batch, 185], each column scaled to [0, 1]."""
        return (self.layers(summary),)


class FaceNetwork(nn.Module):
    """Landmark measures over time in, emotion logits out."""

    def __init__(self) -> None:
        super().__init__()
        self.sequence = PooledBiLSTM(
            len(MEASURES),
            hidden=FACE_HIDDEN,
            dropout=FACE_DROPOUT,
            pooling=Pooling.ATTENTION,
            layers=FACE_LAYERS,
        )
        self.emotion = nn.Linear(2 * FACE_HIDDEN, len(CLASSES))

    def forward(self, steps: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read ``steps`` [batch, time, 27]; returns logits, pooled [batch, 48], attention."""
        pooled, attention = self.sequence(steps, lengths)
        return self.emotion(pooled), pooled, attention


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and largest value of each column, by which it is scaled to [0, 1].

    Attributes
    ----------
    low, high : ndarray, shape (width,)
    """

    low: Floats
    high: Floats

    @classmethod
    def fit(cls, rows: Floats) -> Range:
        """Learn from rows, shape (n, width)."""
        return cls(rows.min(axis=0), rows.max(axis=0))

    def apply(self, rows: Floats) -> Floats:
        """Scaled rows, shape (…, width); what lies outside the range learned is held at its end."""
        scaled = (rows - self.low) / np.maximum(self.high - self.low, 1e-6)
        return np.asarray(np.clip(scaled, 0.0, 1.0), dtype=np.float32)
