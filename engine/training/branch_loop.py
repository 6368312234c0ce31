"""One loop that trains one network of a branch, whichever the modality."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.systems.branch import BranchNetwork, Member, Standardiser, compacted
from engine.training.device import moved, training_device

LEARNING_RATE: Final = 2e-3
WEIGHT_DECAY: Final = 0.02
GRADIENT_LIMIT: Final = 1.0
LABEL_SMOOTHING: Final = 0.05
INPUT_NOISE: Final = 0.15
"""Standard deviation of the noise on the z-scores: recordings differ more than 1,200 of them show."""
COLUMN_LOSS: Final = 0.05
"""Chance that a column is blank through a whole clip."""


@dataclass(frozen=True, slots=True)
class Examples:
    """What a network learns from.

    Attributes
    ----------
    values : ndarray, shape (n, 50, width), raw columns
    mask : ndarray, shape (n, 50)
        Each row has a known instant.
    emotion : ndarray, shape (n, emotions)
        Target distribution.
    intensity : ndarray, shape (n,)
        Target in [0, 1].
    strong : ndarray, shape (n,)
        1 for acted strongly, 0 for acted normally, NaN where that was not asked of anybody.
    weight : ndarray, shape (n,)
    pair : ndarray, shape (n,), int
        Only examples of one pair group are ranked against each other.
    """

    values: NDArray[np.floating[Any]]
    mask: NDArray[np.bool_]
    emotion: NDArray[np.float32]
    intensity: NDArray[np.float32]
    strong: NDArray[np.float32]
    weight: NDArray[np.float32]
    pair: NDArray[np.int64]

    def __getitem__(self, chosen: NDArray[np.int64]) -> Examples:
        return Examples(
            self.values[chosen],
            self.mask[chosen],
            self.emotion[chosen],
            self.intensity[chosen],
            self.strong[chosen],
            self.weight[chosen],
            self.pair[chosen],
        )


Epoch = Callable[[Generator], Examples]
"""Draws the examples of one epoch; their order is the order of the batches."""


def train_member(
    draw: Epoch,
    standardiser: Standardiser,
    *,
    emotions: int,
    epochs: int,
    batch: int,
    naming: float,
    ranking: float,
    rng: Generator,
    say: Callable[[str], None] = lambda _: None,
) -> Member:
    """Train one network.

    Parameters
    ----------
    draw : callable
        Makes the examples of an epoch.
    standardiser : Standardiser
        Of the training part of this fold.
    epochs, batch : int
        A fixed number of epochs, decided before: nothing of the held-out people stops the training.
    naming, ranking : float
        Weights of the emotion's cross-entropy and of the pairwise loss (Burges et al. 2005, RankNet) beside
        the intensity's cross-entropy.
    """
    torch.manual_seed(int(rng.integers(2**31)))
    device = training_device()
    network = BranchNetwork(standardiser.mean.size, emotions).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule: torch.optim.lr_scheduler.LambdaLR | None = None
    for epoch in range(epochs):
        examples = draw(rng)
        values = standardiser.apply(examples.values.astype(np.float32), examples.mask)
        steps_per_epoch = math.ceil(len(values) / batch)
        if schedule is None:
            schedule = _one_cycle(optimiser, epochs * steps_per_epoch)
        network.train()
        total = 0.0
        for start in range(0, len(values), batch):
            part = slice(start, start + batch)
            steps, lengths, _ = compacted(values[part], examples.mask[part])
            read = moved((torch.from_numpy(steps), torch.from_numpy(lengths)), device)
            with device:
                answer = network(_shaken(read[0]), read[1])
            part_of = examples[np.arange(len(values))[part]]
            loss = _loss(answer, part_of, naming=naming, ranking=ranking)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_LIMIT)
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        say(f"epoch {epoch + 1}/{epochs} loss {total / steps_per_epoch:.3f}")
    return Member(network.cpu().eval(), standardiser)


def _one_cycle(optimiser: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LambdaLR:
    """A tenth of the way up, then a cosine down to nothing."""
    rise = max(1, steps // 10)

    def factor(step: int) -> float:
        if step < rise:
            return (step + 1) / rise
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rise) / max(1, steps - rise))))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def _shaken(steps: Tensor) -> Tensor:
    kept = (torch.rand(steps.shape[0], 1, steps.shape[2]) > COLUMN_LOSS).to(steps.dtype)
    return (steps + INPUT_NOISE * torch.randn_like(steps)) * kept


def _loss(
    answer: tuple[Tensor, Tensor, Tensor], examples: Examples, *, naming: float, ranking: float
) -> Tensor:
    """Loss of the network's answer to one batch of examples."""
    logits, levels, _ = answer
    emotion, intensity, strong, weight, pair = (
        torch.from_numpy(part).to(logits.device)
        for part in (examples.emotion, examples.intensity, examples.strong, examples.weight, examples.pair)
    )
    together = pair[:, None] == pair[None, :]  # [batch, batch]
    level, strength = levels[:, 0], levels[:, 1]
    smooth = (1 - LABEL_SMOOTHING) * emotion + LABEL_SMOOTHING / emotion.shape[1]
    named = -(smooth * functional.log_softmax(logits, dim=1)).sum(dim=1)
    felt = functional.binary_cross_entropy_with_logits(level, intensity, reduction="none")
    loss = ((naming * named + felt) * weight).sum() / weight.sum()
    loss = loss + ranking * _misranked(level, (intensity[:, None] > intensity[None, :] + 0.05) & together)
    asked = torch.isfinite(strong)
    if bool(asked.any()):
        loss = loss + functional.binary_cross_entropy_with_logits(strength[asked], strong[asked])
        loss = loss + ranking * _misranked(strength, (strong[:, None] > strong[None, :]) & together)
    return loss


def _misranked(level: Tensor, stronger: Tensor) -> Tensor:
    """Mean logistic loss of the pairs [batch, batch] in which the first should be higher."""
    if not bool(stronger.any()):
        return level.new_zeros(())
    return functional.softplus(level[None, :] - level[:, None])[stronger].mean()
