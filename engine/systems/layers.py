"""Layers the systems share: BiLSTMs, the ways to pool their states, and the gate that joins two sources."""

from __future__ import annotations

from enum import StrEnum

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


class Pooling(StrEnum):
    """How the states of a BiLSTM become one."""

    LAST = "last"
    MEAN = "mean"
    ATTENTION = "attention"
    WORD_SEGMENTS = "word_segments"


class SegmentAttention(nn.Module):
    """Hierarchical attention: states are pooled inside each segment, then the segments are pooled.

    Both scores are additive, e = vᵀ tanh(W h + b) (Yang et al. 2016).
    """

    def __init__(self, width: int, *, hidden: int) -> None:
        super().__init__()
        self.project = nn.Linear(width, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.over_segments = TemporalAttention(width, hidden=hidden)

    def forward(self, states: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Pool ``states`` [batch, time, width]; ``segments`` [batch, time] numbers them, -1 for none.

        Returns
        -------
        pooled : Tensor [batch, width]
        attention : Tensor [batch, time]
            Sums to 1; all zero for a row without a segment.
        """
        count = max(1, int(segments.max()) + 1)
        member = segments[..., None] == torch.arange(count)  # [batch, time, segments]
        scores = self.score(torch.tanh(self.project(states)))  # [batch, time, 1]
        scores = scores.expand_as(member).masked_fill(~member, torch.finfo(scores.dtype).min)
        inside = torch.softmax(scores, dim=1) * member  # [batch, time, segments]
        pooled = torch.einsum("bts,btw->bsw", inside, states)
        whole, share = self.over_segments(pooled, member.any(dim=1))  # [batch, width], [batch, segments]
        return whole, torch.einsum("bts,bs->bt", inside, share)


class PooledBiLSTM(nn.Module):
    """A bidirectional LSTM whose states are pooled in a way that is chosen.

    Parameters
    ----------
    width : int
        Width of one step of the input.
    hidden : int
        Width of the LSTM in each direction; the pooled state is twice as wide.
    dropout : float
        On the input, between layers and on the pooled state, while training.
    pooling : Pooling
    layers : int
    """

    def __init__(self, width: int, *, hidden: int, dropout: float, pooling: Pooling, layers: int = 1) -> None:
        super().__init__()
        self.pooling = pooling
        self.dropout = nn.Dropout(dropout)
        between = dropout if layers > 1 else 0.0
        self.lstm = nn.LSTM(
            width, hidden, num_layers=layers, batch_first=True, bidirectional=True, dropout=between
        )
        if pooling is Pooling.ATTENTION:
            self.attention = TemporalAttention(2 * hidden, hidden=hidden)
        elif pooling is Pooling.WORD_SEGMENTS:
            self.segment_attention = SegmentAttention(2 * hidden, hidden=hidden)

    def forward(
        self, steps: Tensor, lengths: Tensor, segments: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Pool ``steps`` [batch, time, width], of which the first ``lengths`` [batch] are known.

        ``segments`` [batch, time] is read by :attr:`Pooling.WORD_SEGMENTS` alone; without it each row is
        one segment.

        Returns
        -------
        pooled : Tensor [batch, 2 * hidden]
        attention : Tensor [batch, time]
            Sums to 1.
        """
        packed = pack_padded_sequence(
            self.dropout(steps), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        answered, (final, _) = self.lstm(packed)
        states, _ = pad_packed_sequence(answered, batch_first=True, total_length=steps.shape[1])
        mask = torch.arange(steps.shape[1])[None, :] < lengths[:, None]  # [batch, time]
        if self.pooling is Pooling.ATTENTION:
            pooled, attention = self.attention(states, mask)
        elif self.pooling is Pooling.WORD_SEGMENTS:
            named = mask.long() - 1 if segments is None else segments.masked_fill(~mask, -1)
            pooled, attention = self.segment_attention(states, named)
        elif self.pooling is Pooling.MEAN:
            attention = mask / lengths[:, None].to(states.dtype)
            pooled = torch.einsum("bt,btw->bw", attention, states)
        else:  # the last step each direction has read
            pooled = torch.cat([final[-2], final[-1]], dim=1)
            attention = nn.functional.one_hot(lengths - 1, steps.shape[1]).to(states.dtype)
        return self.dropout(pooled), attention


class GatedMultimodalUnit(nn.Module):
    """Two sources joined by a learned gate (Arevalo et al. 2017).

    h_a = tanh(W_a x_a), h_l = tanh(W_l x_l), z = σ(W_z [x_a, x_l]), h = z h_a + (1 − z) h_l.
    """

    def __init__(self, first: int, second: int, *, hidden: int) -> None:
        super().__init__()
        self.first = nn.Linear(first, hidden, bias=False)
        self.second = nn.Linear(second, hidden, bias=False)
        self.gate = nn.Linear(first + second, hidden, bias=False)

    def forward(self, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Join ``first`` [batch, first] and ``second`` [batch, second].

        Returns
        -------
        joined : Tensor [batch, hidden]
        gate : Tensor [batch, hidden]
            Share of the first source.
        """
        gate = torch.sigmoid(self.gate(torch.cat([first, second], dim=1)))
        joined = gate * torch.tanh(self.first(first)) + (1 - gate) * torch.tanh(self.second(second))
        return joined, gate
