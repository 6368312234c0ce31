"""One loop that trains a network to name classes, whatever it reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.training.device import moved, training_device

Inputs = tuple[Tensor, ...]
Reader = Callable[[NDArray[np.int64], Generator | None], Inputs]
"""Makes the inputs of some rows; with a generator as training sees them, without one as they are."""

WEIGHT_DECAY: Final = 0.02
GRADIENT_LIMIT: Final = 1.0
SMOOTHING: Final = 0.05
ANSWER_BATCH: Final = 128


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast a network learns; decided before, nothing held out stops it.

    Attributes
    ----------
    class_balance : float
        Power of the inverse class frequency that weighs a class: 0 not at all, 1 all classes alike.
    """

    epochs: int
    batch: int = 64
    rate: float = 2e-3
    class_balance: float = 0.5


def train_classifier(
    network: nn.Module,
    read: Reader,
    labels: NDArray[np.int64],
    rows: NDArray[np.int64],
    recipe: Recipe,
    *,
    classes: int,
    rng: Generator,
    lengths: NDArray[np.int64] | None = None,
) -> nn.Module:
    """Train ``network``, whose first output is its logits, on ``rows``.

    Parameters
    ----------
    read : callable
        Makes a batch's inputs.
    labels : ndarray, shape (n,), int
        Of all rows.
    lengths : ndarray, shape (n,), optional
        Batches are made of rows of similar length, so that little of them is padding.
    """
    torch.manual_seed(int(rng.integers(2**31)))
    for module in network.modules():
        reset = getattr(module, "reset_parameters", None)
        if callable(reset):
            reset()  # so that the seed decides, whoever made the network
    device = training_device()
    network.to(device)
    counts = np.bincount(labels[rows], minlength=classes)
    share = np.where(counts > 0, counts / rows.size, 1.0)
    balance = np.where(counts > 0, share**-recipe.class_balance, 0.0)
    weight = torch.tensor(balance, dtype=torch.float32, device=device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=WEIGHT_DECAY)
    steps = recipe.epochs * math.ceil(rows.size / recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=recipe.rate, total_steps=steps, pct_start=0.1
    )
    network.train()
    for _ in range(recipe.epochs):
        for batch in _batches(rows, recipe.batch, lengths, rng):
            inputs = moved((*read(batch, rng), torch.from_numpy(labels[batch])), device)
            with device:
                logits = network(*inputs[:-1])[0]
            loss = functional.cross_entropy(logits, inputs[-1], weight=weight, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_LIMIT)
            optimiser.step()
            schedule.step()
    return network.cpu().eval()


@torch.inference_mode()
def answers_of(network: nn.Module, read: Reader, rows: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Every output of the network that has one row per row of the batch and a fixed width.

    Returns
    -------
    list of ndarray, each shape (rows, …)
        The logits first.
    """
    network.eval()
    found: list[tuple[Tensor, ...]] = []
    for start in range(0, rows.size, ANSWER_BATCH):
        found.append(network(*read(rows[start : start + ANSWER_BATCH], None))[:2])
    width = min(len(each) for each in found)
    joined = []
    for at in range(width):
        parts = [each[at] for each in found]
        if len({part.shape[1:] for part in parts}) == 1:
            joined.append(torch.cat(parts).double().numpy())
    return joined


def padded(
    steps: Sequence[NDArray[Any]], *, rng: Generator | None, noise: float, column_loss: float
) -> tuple[Tensor, Tensor]:
    """Steps of several lengths as one batch [batch, longest, width] and their lengths.

    With a generator the values are shaken: noise on each, and now and then a column blank throughout.
    """
    lengths = np.array([len(each) for each in steps])
    batch = np.zeros((len(steps), int(lengths.max()), steps[0].shape[1]), dtype=np.float32)
    for row, each in enumerate(steps):
        batch[row, : len(each)] = each
    if rng is not None:
        kept = (rng.random((len(steps), 1, batch.shape[2])) > column_loss).astype(np.float32)
        batch = (batch + np.float32(noise) * rng.standard_normal(batch.shape, dtype=np.float32)) * kept
    return torch.from_numpy(batch), torch.from_numpy(lengths)


def _batches(
    rows: NDArray[np.int64], size: int, lengths: NDArray[np.int64] | None, rng: Generator
) -> list[NDArray[np.int64]]:
    mixed = rng.permutation(rows)
    if lengths is not None:
        near = lengths[mixed] + rng.normal(0, 0.1 * max(1.0, float(lengths.mean())), mixed.size)
        mixed = mixed[np.argsort(near)]
    batches = [mixed[start : start + size] for start in range(0, mixed.size, size)]
    order = rng.permutation(len(batches))
    return [batches[at] for at in order]
