"""The network of the text brain: BiLSTM and attention over word states, and a head for each thing rated.

The sets rate different things, so each has its own head on one shared trunk; GoEmotions' answers
share the emotion head with MELD's and differ by an offset, because Reddit is not dialogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import WeightsError
from engine.features.encoder import STATE_WIDTH
from engine.systems.layers import AttentiveBiLSTM
from engine.vocabulary import BASIC_EMOTIONS, Emotion

RATED_EMOTIONS: Final = (Emotion.ANGER, Emotion.FEAR, Emotion.JOY, Emotion.SADNESS)
"""Emotions whose intensity EI-reg rates by best-worst scaling, in [0, 1]."""

PRESENT_EMOTIONS: Final = (*RATED_EMOTIONS, Emotion.SURPRISE)
"""Emotions whose presence SemEval-2025 task 11 B rates."""

CONTEXT_LINES: Final = 6
"""Lines of dialogue before the line that may help to name its emotion."""

NETWORK_PREFIX: Final = "network."
"""How the network's arrays begin in a weight file."""

HIDDEN: Final = 128
TRUNK: Final = 192
DROPOUT: Final = 0.3


@dataclass(frozen=True, slots=True)
class LineAnswers:
    """What the network says of a batch of lines.

    Attributes
    ----------
    emotion : Tensor [batch, 7]
        Logits over ``BASIC_EMOTIONS``, of the line alone.
    emotion_in_context : Tensor [batch, 7]
        The same for a line of a scene; meant for states that were read behind the lines before.
    rated : Tensor [batch, 4]
        Intensity of each of :data:`RATED_EMOTIONS`, 0 to 1.
    present : Tensor [batch, 5]
        Presence of each of :data:`PRESENT_EMOTIONS`, 0 to 1.
    arousal : Tensor [batch]
        In standard deviations of the training lines.
    attention : Tensor [batch, time]
    distilled : Tensor [batch] or None
        Intensity as emotion classifiers would say it, 0 to 1, of a network that was taught it.
    """

    emotion: Tensor
    emotion_in_context: Tensor
    rated: Tensor
    present: Tensor
    arousal: Tensor
    attention: Tensor
    distilled: Tensor | None = None


class LineNetwork(nn.Module):
    """BiLSTM, attention and heads over word states.

    Parameters
    ----------
    hidden : int
        Width of the LSTM in each direction.
    distilled : bool
        Whether it has a head for soft scores, which only distillation teaches.
    """

    temperature: Tensor

    def __init__(self, *, hidden: int = HIDDEN, dropout: float = DROPOUT, distilled: bool = False) -> None:
        super().__init__()
        self.reader = AttentiveBiLSTM(STATE_WIDTH, hidden=hidden, dropout=dropout)
        self.trunk = nn.Sequential(
            nn.Linear(2 * hidden + 2 * STATE_WIDTH, TRUNK), nn.GELU(), nn.Dropout(dropout)
        )
        self.emotion = nn.Linear(TRUNK, len(BASIC_EMOTIONS))
        self.goemotions_offset = nn.Parameter(torch.zeros(len(BASIC_EMOTIONS)))
        self.emotion_shift = nn.Linear(TRUNK, len(BASIC_EMOTIONS))
        self.register_buffer("temperature", torch.ones(()))  # of emotion_in_context, fitted after training
        self.rated = nn.Linear(TRUNK, len(RATED_EMOTIONS))
        self.present = nn.Linear(TRUNK, len(PRESENT_EMOTIONS))
        self.arousal = nn.Linear(TRUNK, 1)
        self.distilled = nn.Linear(TRUNK, 1) if distilled else None

    def forward(self, steps: Tensor, lengths: Tensor) -> LineAnswers:
        """Read a batch of lines.

        Parameters
        ----------
        steps : Tensor [batch, time, 384]
            Word states, zero behind the end of a line.
        lengths : Tensor [batch]
            Words of each line, at least 1.
        """
        mask = torch.arange(steps.shape[1])[None] < lengths[:, None]  # [batch, time]
        pooled, attention = self.reader(steps, mask, lengths)  # [batch, 2 * hidden], [batch, time]
        attended = torch.einsum("bt,btw->bw", attention, steps)  # [batch, 384]
        mean = steps.sum(dim=1) / lengths[:, None]  # [batch, 384]
        state = self.trunk(torch.cat([pooled, attended, mean], dim=-1))  # [batch, trunk]
        emotion = self.emotion(state)
        return LineAnswers(
            emotion=emotion,
            emotion_in_context=(emotion + self.emotion_shift(state)) / self.temperature,
            rated=torch.sigmoid(self.rated(state)),
            present=torch.sigmoid(self.present(state)),
            arousal=self.arousal(state).squeeze(-1),
            attention=attention,
            distilled=torch.sigmoid(self.distilled(state)).squeeze(-1) if self.distilled else None,
        )


def network_of(arrays: Mapping[str, NDArray[Any]]) -> LineNetwork:
    """The network of the arrays of a weight file, half precision widened.

    Raises
    ------
    WeightsError
        If they are those of another network than this version's.
    """
    network = LineNetwork(distilled=f"{NETWORK_PREFIX}distilled.weight" in arrays)
    stored = {
        name.removeprefix(NETWORK_PREFIX): torch.from_numpy(array.astype(np.float32))
        for name, array in arrays.items()
        if name.startswith(NETWORK_PREFIX)
    }
    try:
        network.load_state_dict(stored)
    except RuntimeError as error:
        raise WeightsError(
            "The text brain's weight file was made by another version of Dailies; restore the weights "
            "folder from the repository or run `python -m engine train text`."
        ) from error
    return network.eval()


def network_arrays(network: LineNetwork) -> dict[str, NDArray[np.float16]]:
    """A network's arrays as a weight file keeps them, half precision."""
    return {
        NETWORK_PREFIX + name: value.detach().numpy().astype(np.float16)
        for name, value in network.state_dict().items()
    }
