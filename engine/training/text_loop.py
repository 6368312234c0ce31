"""One loop that teaches the text brain's network from five sets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from engine.systems.line_network import RATED_EMOTIONS, LineAnswers, LineNetwork
from engine.training.text_lines import Parts, ReadyLines, batches, draw_epoch, tensors
from engine.training.text_sets import TextSets

EPOCHS: Final = 10
LEARNING_RATE: Final = 5e-4
WEIGHT_DECAY: Final = 0.02
PATIENCE: Final = 3
"""Epochs without a better stop score before training ends."""

INTENSITY_UNIT: Final = 0.2
"""Standard deviation of EI-reg's ratings: puts their squared error on the scale of the other losses."""

MELD_CONTEXT_WEIGHT: Final = 1.0
RATED_WEIGHT: Final = 1.0
PRESENT_WEIGHT: Final = 0.5
AROUSAL_WEIGHT: Final = 0.3
SMOOTHING: Final = 0.05


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels as tensors, NaN where a line has none, and the scale of arousal."""

    emotion: Tensor
    rated: Tensor
    present: Tensor
    arousal: Tensor
    is_meld: Tensor


def fit(
    sets: TextSets, lines: ReadyLines, parts: Parts, *, generator: np.random.Generator
) -> tuple[LineNetwork, float]:
    """Train until the stop part no longer gets better.

    Returns
    -------
    network : LineNetwork
        With the weights of the best epoch.
    score : float
        Its score on the stop part.
    """
    torch.manual_seed(int(generator.integers(2**31)))
    targets = targets_of(sets, parts)
    network = LineNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=EPOCHS, eta_min=LEARNING_RATE / 20)
    best, best_score, waited = {}, -np.inf, 0
    for epoch in range(EPOCHS):
        network.train()
        for batch in batches(lines, draw_epoch(sets, parts.learn, generator=generator), generator=generator):
            loss = loss_of(network(*tensors(lines, batch)), targets, torch.from_numpy(batch), network)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
        schedule.step()
        score = stop_score(answer(network, lines, parts.stop), sets, parts.stop)
        print(f"epoch {epoch + 1}: stop score {score:.4f}", flush=True)
        waited += 1
        if score > best_score:
            best = {name: value.clone() for name, value in network.state_dict().items()}
            best_score, waited = score, 0
        if waited >= PATIENCE:
            break
    network.load_state_dict(best)
    return network.eval(), float(best_score)


def targets_of(sets: TextSets, parts: Parts) -> Targets:
    """Labels as tensors; arousal in standard deviations of the lines that are learned from."""
    known = sets.arousal[parts.learn]
    return Targets(
        emotion=torch.from_numpy(sets.emotion),
        rated=torch.from_numpy(sets.rated),
        present=torch.from_numpy(sets.present),
        arousal=torch.from_numpy((sets.arousal - np.nanmean(known)) / np.nanstd(known)),
        is_meld=torch.from_numpy(sets.source == "meld"),
    )


def loss_of(answers: LineAnswers, targets: Targets, batch: Tensor, network: LineNetwork) -> Tensor:
    """Sum over the heads of the mean loss of the lines that are labelled for it."""
    total = torch.zeros(())
    emotion = targets.emotion[batch]
    meld = targets.is_meld[batch]
    labelled = ~emotion[:, 0].isnan()
    if labelled.any():
        offset = torch.where(meld[:, None], 0.0, network.goemotions_offset[None])
        total = total + _cross_entropy(answers.emotion[labelled] + offset[labelled], emotion[labelled])
    if meld.any():
        in_context = _cross_entropy(answers.emotion_in_context[meld], emotion[meld])
        total = total + MELD_CONTEXT_WEIGHT * in_context * meld.float().mean() * 2
    total = total + RATED_WEIGHT * _squared(answers.rated, targets.rated[batch], INTENSITY_UNIT)
    total = total + PRESENT_WEIGHT * _squared(answers.present, targets.present[batch], INTENSITY_UNIT)
    return total + AROUSAL_WEIGHT * _squared(answers.arousal, targets.arousal[batch], 1.0)


@torch.inference_mode()
def answer(network: LineNetwork, lines: ReadyLines, numbers: NDArray[np.int64]) -> LineAnswers:
    """The network's answers on many lines, in their order; ``attention`` is left empty."""
    network.eval()
    order: list[NDArray[np.int64]] = []
    found: list[LineAnswers] = []
    for batch in batches(lines, numbers):
        order.append(batch)
        found.append(network(*tensors(lines, batch)))
    place = torch.from_numpy(np.argsort(np.concatenate(order))[np.argsort(np.argsort(numbers))])

    def joined(name: str) -> Tensor:
        return torch.cat([getattr(each, name) for each in found])[place]

    return LineAnswers(
        emotion=joined("emotion"),
        emotion_in_context=joined("emotion_in_context"),
        rated=joined("rated"),
        present=joined("present"),
        arousal=joined("arousal"),
        attention=torch.zeros(0),
    )


def stop_score(answers: LineAnswers, sets: TextSets, numbers: NDArray[np.int64]) -> float:
    """What the best epoch is chosen by: mean of MELD weighted F1, MELD macro F1 and EI-reg Pearson."""
    meld = sets.source[numbers] == "meld"
    truth = sets.emotion[numbers][meld].argmax(axis=1)
    named = answers.emotion_in_context.argmax(dim=1).numpy()[meld]
    weighted = f1_score(truth, named, average="weighted", zero_division=0)
    macro = f1_score(truth, named, average="macro", zero_division=0)
    return float(np.mean([weighted, macro, np.mean(rated_pearson(answers, sets, numbers))]))


def rated_pearson(answers: LineAnswers, sets: TextSets, numbers: NDArray[np.int64]) -> list[float]:
    """Pearson of EI-reg intensities for each of the four emotions."""
    found = []
    for column in range(len(RATED_EMOTIONS)):
        truth = sets.rated[numbers, column]
        there = ~np.isnan(truth)
        found.append(float(pearsonr(truth[there], answers.rated.numpy()[there, column])[0]))
    return found


def _cross_entropy(logits: Tensor, shares: Tensor) -> Tensor:
    return functional.cross_entropy(logits, shares, label_smoothing=SMOOTHING)


def _squared(said: Tensor, truth: Tensor, unit: float) -> Tensor:
    """Mean squared error in units, over the batch's lines, of those that are rated."""
    rated = ~truth.isnan()
    return (((said - truth)[rated] / unit) ** 2).sum() / max(len(truth), 1)
