"""Layers the systems share: additive attention over time and the BiLSTM under it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class TemporalAttention(nn.Module):
    """Additive attention pooling, e = vᵀ tanh(W h + b) (Bahdanau et al. 2015).

    Parameters
    ----------
    width : int
        Width of the states.
    hidden : int
        Width of the score's hidden layer.
    """

    def __init__(self, width: int, *, hidden: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)

    def forward(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Pool ``states`` [batch, time, width] where ``mask`` [batch, time] is True.

        Returns
        -------
        pooled : Tensor [batch, width]
        attention : Tensor [batch, time]
            Sums to 1; all zero for a row whose mask is all False.
        """
        scores = self.score(torch.tanh(self.project(states))).squeeze(-1)  # [batch, time]
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        attention = torch.softmax(scores, dim=-1) * mask  # [batch, time]
        pooled = torch.einsum("bt,btw->bw", attention, states)  # [batch, width]
        return pooled, attention


class AttentiveBiLSTM(nn.Module):
    """A bidirectional LSTM and temporal attention over its states.

    Parameters
    ----------
    width : int
        Width of one step of the input.
    hidden : int
        Width of the LSTM in each direction; the pooled state is twice as wide.
    dropout : float
        On the input and on the pooled state, while training.
    """

    def __init__(self, width: int, *, hidden: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.attention = TemporalAttention(2 * hidden, hidden=hidden)

    def forward(self, steps: Tensor, mask: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Pool ``steps`` [batch, time, width] where ``mask`` [batch, time] is True.

        With ``lengths`` [batch] the LSTM never reads the padding behind them, so that an answer
        does not depend on what else was in the batch.

        Returns
        -------
        pooled : Tensor [batch, 2 * hidden]
        attention : Tensor [batch, time]
        """
        steps = self.dropout(steps)
        if lengths is None:
            states, _ = self.lstm(steps)  # [batch, time, 2 * hidden]
        else:
            packed = pack_padded_sequence(steps, lengths.cpu(), batch_first=True, enforce_sorted=False)
            states, _ = pad_packed_sequence(
                self.lstm(packed)[0], batch_first=True, total_length=steps.shape[1]
            )
        pooled, attention = self.attention(states, mask)
        return self.dropout(pooled), attention
