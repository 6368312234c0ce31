"""The networks of ravdess: cepstral steps and mel pictures in, emotion logits out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import torch
from torch import Tensor, nn
from transformers import ResNetConfig, ResNetModel

from engine.features.mel_picture import STEP_WIDTH
from engine.systems.layers import PooledBiLSTM, Pooling
from engine.vocabulary import Emotion

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


class VoiceKind(StrEnum):
    """Which network reads the cepstral steps."""

    CNN = "cnn"
    LSTM = "lstm"
    BILSTM = "bilstm"
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
            pooling = Pooling.MEAN if kind is VoiceKind.BILSTM else Pooling.ATTENTION
            self.sequence = PooledBiLSTM(STEP_WIDTH, hidden=HIDDEN, dropout=DROPOUT, pooling=pooling)
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
