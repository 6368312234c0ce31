"""One loop that teaches the text brain's network, and the encoder under it, from five sets at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from engine.features.encoder import TextEncoder
from engine.systems.line_network import RATED_EMOTIONS, LineAnswers, LineNetwork, network_arrays
from engine.training.averaging import RunningMean
from engine.training.device import training_device
from engine.training.text_adapter import adapter_arrays, hidden_states, parameters, with_adapter
from engine.training.text_lines import (
    Batch,
    LinePieces,
    Parts,
    dialogue_batches,
    line_batches,
)
from engine.training.text_passes import passes
from engine.training.text_sets import TextSets

PASSES: Final = 12
LEARNING_RATE: Final = 1e-3
ADAPTER_LEARNING_RATE: Final = 6e-4
WARM_UP: Final = 40
"""Steps over which the learning rates rise. They do not fall: a running mean takes their place."""

WEIGHT_DECAY: Final = 0.01
LARGEST_GRADIENT: Final = 1.0

INTENSITY_UNIT: Final = 0.2
"""Standard deviation of EI-reg's ratings: puts their squared error on the scale of the other losses."""

RATED_WEIGHT: Final = 1.0
PRESENT_WEIGHT: Final = 0.5
AROUSAL_WEIGHT: Final = 0.3
SOFT_WEIGHT: Final = 0.5
SMOOTHING: Final = 0.05

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels as tensors, NaN where a line has none, and the scale of arousal."""

    emotion: Tensor
    rated: Tensor
    present: Tensor
    arousal: Tensor
    soft: Tensor
    is_meld: Tensor


def fit(
    sets: TextSets,
    pieces: LinePieces,
    parts: Parts,
    encoder: TextEncoder,
    *,
    generator: np.random.Generator,
    keep: Callable[[int, Arrays], None] = lambda _pass, _arrays: None,
) -> tuple[Arrays, float]:
    """Train the network and the encoder's adapter together.

    Parameters
    ----------
    encoder : TextEncoder
        As published; it is changed in place and of no further use.
    keep : callable
        Gets the number of each finished pass and its arrays, so that a training that is stopped
        leaves something.

    Returns
    -------
    arrays : dict of str to ndarray
        Network and adapter after the best pass, half precision.
    score : float
        Its score on the stop part.
    """
    torch.manual_seed(int(generator.integers(2**31)))
    device = training_device()
    targets = targets_of(sets, parts, device)
    taught_softly = not np.isnan(sets.soft).all()
    network = LineNetwork(distilled=taught_softly).to(device)
    model = with_adapter(encoder).to(device)
    groups = [
        {"params": list(network.parameters()), "peak": LEARNING_RATE},
        {"params": parameters(model), "peak": ADAPTER_LEARNING_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    average = RunningMean([each for group in groups for each in group["params"]])  # type: ignore[attr-defined]
    best: Arrays = {}
    best_score = -np.inf
    for number, batches in enumerate(islice(passes(sets, pieces, parts, generator=generator), PASSES), 1):
        network.train()
        model.train()
        for batch in batches:
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * min(1.0, (average.steps + 1) / WARM_UP)
            batch = batch.to(device)
            loss = loss_of(answered(network, model, batch), targets, batch, network)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            for group in optimiser.param_groups:
                torch.nn.utils.clip_grad_norm_(group["params"], LARGEST_GRADIENT)
            optimiser.step()
            average.update()
        with average.in_place():
            score = stop_score(network, model, sets, pieces, parts.stop)
            arrays: Arrays = {**network_arrays(deepcopy(network).cpu()), **adapter_arrays(model)}
        print(f"pass {number}, step {average.steps}: stop score {score:.4f}", flush=True)
        keep(number, arrays)
        if score > best_score:
            best, best_score = arrays, score
    return best, float(best_score)


def answered(network: LineNetwork, model: Any, batch: Batch) -> LineAnswers:
    """The network's answers on one batch, by the encoder as it is."""
    with batch.ids.device:
        answers: LineAnswers = network(
            batch.steps(hidden_states(model, batch.ids, batch.mask)), batch.lengths
        )
    return answers


def targets_of(sets: TextSets, parts: Parts, device: torch.device | None = None) -> Targets:
    """Labels as tensors; arousal in standard deviations of the lines that are learned from."""
    known = sets.arousal[parts.learn]
    labels = {
        "emotion": sets.emotion,
        "rated": sets.rated,
        "present": sets.present,
        "arousal": (sets.arousal - np.nanmean(known)) / np.nanstd(known),
        "soft": sets.soft,
        "is_meld": sets.source == "meld",
    }
    return Targets(**{name: torch.from_numpy(each).to(device) for name, each in labels.items()})


def loss_of(answers: LineAnswers, targets: Targets, batch: Batch, network: LineNetwork) -> Tensor:
    """Sum over the heads of the mean loss of the lines that are labelled for it."""
    emotion = targets.emotion[batch.lines]
    if batch.in_context:
        return _cross_entropy(answers.emotion_in_context, emotion)
    total = emotion.new_zeros(())
    labelled = ~emotion[:, 0].isnan()
    if labelled.any():
        meld = targets.is_meld[batch.lines]
        offset = torch.where(meld[:, None], 0.0, network.goemotions_offset[None])
        total = total + _cross_entropy(answers.emotion[labelled] + offset[labelled], emotion[labelled])
    total = total + RATED_WEIGHT * _squared(answers.rated, targets.rated[batch.lines], INTENSITY_UNIT)
    total = total + PRESENT_WEIGHT * _squared(answers.present, targets.present[batch.lines], INTENSITY_UNIT)
    if answers.distilled is not None:
        total = total + SOFT_WEIGHT * _squared(answers.distilled, targets.soft[batch.lines], INTENSITY_UNIT)
    return total + AROUSAL_WEIGHT * _squared(answers.arousal, targets.arousal[batch.lines], 1.0)


@torch.inference_mode()
def answer(
    network: LineNetwork, model: Any, batches: Iterable[Batch]
) -> tuple[NDArray[np.int64], LineAnswers]:
    """Numbers of the lines of all batches and the answers on them; ``attention`` is left empty."""
    network.eval()
    model.eval()
    order: list[Tensor] = []
    found: list[LineAnswers] = []
    device = next(network.parameters()).device
    for batch in batches:
        order.append(batch.lines)
        found.append(answered(network, model, batch.to(device)))

    def joined(name: str) -> Tensor:
        return torch.cat([getattr(each, name) for each in found]).cpu()

    return torch.cat(order).numpy(), LineAnswers(
        emotion=joined("emotion"),
        emotion_in_context=joined("emotion_in_context"),
        rated=joined("rated"),
        present=joined("present"),
        arousal=joined("arousal"),
        attention=torch.zeros(0),
        distilled=None if found[0].distilled is None else joined("distilled"),
    )


def stop_score(
    network: LineNetwork, model: Any, sets: TextSets, pieces: LinePieces, numbers: NDArray[np.int64]
) -> float:
    """What the best pass is chosen by: mean of MELD weighted F1, MELD macro F1 and EI-reg Pearson."""
    lines, answers = answer(network, model, dialogue_batches(sets, pieces, numbers))
    truth = sets.emotion[lines].argmax(axis=1)
    named = answers.emotion_in_context.argmax(dim=1).numpy()
    weighted = f1_score(truth, named, average="weighted", zero_division=0)
    macro = f1_score(truth, named, average="macro", zero_division=0)
    rated = numbers[sets.source[numbers] == "ei_reg"]
    lines, answers = answer(network, model, line_batches(pieces, rated))
    pearson = rated_pearson(answers, sets, lines)
    print(f"weighted F1 {weighted:.3f}, macro F1 {macro:.3f}, Pearson {np.mean(pearson):.3f}", end="; ")
    return float(np.mean([weighted, macro, np.mean(pearson)]))


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
