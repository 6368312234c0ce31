"""The network of the text brain: BiLSTM and attention over word states, and a head for each thing rated.

The sets rate different things, so each has its own head on one shared trunk; GoEmotions' answers
share the emotion head with MELD's and differ by an offset, because Reddit is not dialogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from engine.features.table import WORD_WIDTH
from engine.systems.layers import AttentiveBiLSTM
from engine.vocabulary import BASIC_EMOTIONS, Emotion

RATED_EMOTIONS: Final = (Emotion.ANGER, Emotion.FEAR, Emotion.JOY, Emotion.SADNESS)
"""Emotions whose intensity EI-reg rates by best-worst scaling, in [0, 1]."""

PRESENT_EMOTIONS: Final = (*RATED_EMOTIONS, Emotion.SURPRISE)
"""Emotions whose presence SemEval-2025 task 11 B rates."""

CONTEXT_LINES: Final = 2
"""Lines of dialogue before the line that may help to name its emotion."""

HIDDEN: Final = 128
TRUNK: Final = 192
DROPOUT: Final = 0.5


@dataclass(frozen=True, slots=True)
class LineAnswers:
    """What the network says of a batch of lines.

    Attributes
    ----------
    emotion : Tensor [batch, 7]
        Logits over ``BASIC_EMOTIONS``, of the line alone.
    emotion_in_context : Tensor [batch, 7]
        The same with the lines before; equal to ``emotion`` where there are none.
    rated : Tensor [batch, 4]
        Intensity of each of :data:`RATED_EMOTIONS`, 0 to 1.
    present : Tensor [batch, 5]
        Presence of each of :data:`PRESENT_EMOTIONS`, 0 to 1.
    arousal : Tensor [batch]
        In standard deviations of the training lines.
    attention : Tensor [batch, time]
    """

    emotion: Tensor
    emotion_in_context: Tensor
    rated: Tensor
    present: Tensor
    arousal: Tensor
    attention: Tensor


class LineNetwork(nn.Module):
    """BiLSTM, attention and heads over word states of width 300.

    Parameters
    ----------
    hidden : int
        Width of the LSTM in each direction.
    """

    def __init__(self, *, hidden: int = HIDDEN, dropout: float = DROPOUT) -> None:
        super().__init__()
        self.reader = AttentiveBiLSTM(WORD_WIDTH, hidden=hidden, dropout=dropout)
        self.trunk = nn.Sequential(
            nn.Linear(2 * hidden + 2 * WORD_WIDTH, TRUNK), nn.GELU(), nn.Dropout(dropout)
        )
        self.context = nn.Sequential(
            nn.Linear(TRUNK + CONTEXT_LINES * WORD_WIDTH, TRUNK // 2), nn.GELU(), nn.Dropout(dropout)
        )
        self.emotion = nn.Linear(TRUNK, len(BASIC_EMOTIONS))
        self.goemotions_offset = nn.Parameter(torch.zeros(len(BASIC_EMOTIONS)))
        self.emotion_shift = nn.Linear(TRUNK // 2, len(BASIC_EMOTIONS))
        self.rated = nn.Linear(TRUNK, len(RATED_EMOTIONS))
        self.present = nn.Linear(TRUNK, len(PRESENT_EMOTIONS))
        self.arousal = nn.Linear(TRUNK, 1)

    def forward(self, steps: Tensor, lengths: Tensor, before: Tensor) -> LineAnswers:
        """Read a batch of lines.

        Parameters
        ----------
        steps : Tensor [batch, time, 300]
            Word states, zero behind the end of a line.
        lengths : Tensor [batch]
            Words of each line, at least 1.
        before : Tensor [batch, 2, 300]
            Mean word state of the line before and the one before that; zero where there is none.
        """
        mask = torch.arange(steps.shape[1])[None] < lengths[:, None]  # [batch, time]
        pooled, attention = self.reader(steps, mask, lengths)  # [batch, 2 * hidden], [batch, time]
        attended = torch.einsum("bt,btw->bw", attention, steps)  # [batch, 300]
        mean = steps.sum(dim=1) / lengths[:, None]  # [batch, 300]
        state = self.trunk(torch.cat([pooled, attended, mean], dim=-1))  # [batch, trunk]
        emotion = self.emotion(state)
        has_context = (before != 0).flatten(1).any(dim=1, keepdim=True)  # [batch, 1]
        shift = self.emotion_shift(self.context(torch.cat([state, before.flatten(1)], dim=-1)))
        return LineAnswers(
            emotion=emotion,
            emotion_in_context=emotion + shift * has_context,
            rated=torch.sigmoid(self.rated(state)),
            present=torch.sigmoid(self.present(state)),
            arousal=self.arousal(state).squeeze(-1),
            attention=attention,
        )
