"""The networks of mmmla: a stream for the voice, one for the words, and what joins their pooled states."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from engine.features.compare_lld import LLD_WIDTH
from engine.features.encoder import STATE_WIDTH
from engine.systems.layers import GatedMultimodalUnit, PooledBiLSTM, Pooling
from engine.vocabulary import Emotion

CLASSES: Final = (Emotion.ANGER, Emotion.JOY, Emotion.NEUTRAL, Emotion.SADNESS)

HIDDEN: Final = 32
"""Per direction: 720 recordings do not feed a wider one."""
WORD_WIDTH: Final = 64
"""The 384 wide word states are narrowed to this first."""
JOINT_WIDTH: Final = 32
DROPOUT: Final = 0.3


class AcousticNetwork(nn.Module):
    """Descriptors of a voice in, emotion logits out.

    Parameters
    ----------
    pooling : Pooling
    """

    def __init__(self, *, pooling: Pooling = Pooling.ATTENTION) -> None:
        super().__init__()
        self.sequence = PooledBiLSTM(LLD_WIDTH, hidden=HIDDEN, dropout=DROPOUT, pooling=pooling)
        self.emotion = nn.Linear(2 * HIDDEN, len(CLASSES))

    def forward(
        self, steps: Tensor, lengths: Tensor, segments: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Read z-scored ``steps`` [batch, time, 65]; returns logits, pooled [batch, 64], attention."""
        pooled, attention = self.sequence(steps, lengths, segments)
        return self.emotion(pooled), pooled, attention


class LexicalNetwork(nn.Module):
    """Word states in, emotion logits out.

    Parameters
    ----------
    pooling : Pooling
    """

    def __init__(self, *, pooling: Pooling = Pooling.ATTENTION) -> None:
        super().__init__()
        self.narrow = nn.Linear(STATE_WIDTH, WORD_WIDTH)
        self.sequence = PooledBiLSTM(WORD_WIDTH, hidden=HIDDEN, dropout=DROPOUT, pooling=pooling)
        self.emotion = nn.Linear(2 * HIDDEN, len(CLASSES))

    def forward(self, steps: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read ``steps`` [batch, words, 384]; returns logits, pooled [batch, 64], attention."""
        pooled, attention = self.sequence(torch.tanh(self.narrow(steps)), lengths)
        return self.emotion(pooled), pooled, attention


class GatedJoin(nn.Module):
    """Both pooled states through a gated multimodal unit to emotion logits."""

    def __init__(self, acoustic: int = 2 * HIDDEN, lexical: int = 2 * HIDDEN) -> None:
        super().__init__()
        self.dropout = nn.Dropout(DROPOUT)
        self.unit = GatedMultimodalUnit(acoustic, lexical, hidden=JOINT_WIDTH)
        self.emotion = nn.Linear(JOINT_WIDTH, len(CLASSES))

    def forward(self, acoustic: Tensor, lexical: Tensor) -> tuple[Tensor, Tensor]:
        """Emotion logits [batch, 4] and the acoustic share of the gate [batch]."""
        joined, gate = self.unit(self.dropout(acoustic), self.dropout(lexical))
        return self.emotion(joined), gate.mean(dim=1)


class PlainJoin(nn.Module):
    """The plain multimodal baseline: both pooled states side by side, one hidden layer."""

    def __init__(self, acoustic: int = 2 * HIDDEN, lexical: int = 2 * HIDDEN) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(DROPOUT),
            nn.Linear(acoustic + lexical, JOINT_WIDTH),
            nn.Tanh(),
            nn.Linear(JOINT_WIDTH, len(CLASSES)),
        )

    def forward(self, acoustic: Tensor, lexical: Tensor) -> tuple[Tensor, Tensor]:
        """Emotion logits [batch, 4] and an even share [batch]."""
        logits = self.layers(torch.cat([acoustic, lexical], dim=1))
        return logits, torch.full((len(logits),), 0.5)
