"""The running mean of weights that are being trained (Polyak & Juditsky 1992)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import torch
from torch import Tensor

DECAY: Final = 0.99
"""Share of the old mean that each step keeps: the mean looks back over about a hundred steps."""


class RunningMean:
    """Mean of parameters over the last steps, which wavers less than the parameters do.

    With it the learning rate need not fall to nothing at an end that is known beforehand: training
    may stop after any pass.

    Parameters
    ----------
    parameters : sequence of Tensor
        What is trained, in place.
    """

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self.parameters = [each.detach() for each in parameters]
        self.mean = [each.clone() for each in self.parameters]
        self.steps = 0

    def update(self) -> None:
        """Take one more step into the mean; the first ones weigh more, since the start is arbitrary."""
        self.steps += 1
        kept = min(DECAY, self.steps / (9 + self.steps))
        for mean, now in zip(self.mean, self.parameters, strict=True):
            mean.lerp_(now, 1 - kept)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the mean in the parameters' place for a while."""
        now = [each.clone() for each in self.parameters]
        self._set(self.mean)
        try:
            yield
        finally:
            self._set(now)

    def _set(self, values: Sequence[Tensor]) -> None:
        with torch.no_grad():
            for each, value in zip(self.parameters, values, strict=True):
                each.copy_(value)
