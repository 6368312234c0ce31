"""Training lines in the form the network reads: parts, word states of width 300, batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from torch import Tensor

from engine.features.table import WORD_WIDTH
from engine.systems.line_network import CONTEXT_LINES
from engine.systems.word_space import WordSpace
from engine.training.text_sets import NO_LINE, TextSets
from engine.training.text_states import WordStates

STOP_SHARE: Final = 0.08
"""Share of each set that training never sees and that says when to stop."""

REFERENCE_SHARE: Final = 0.15
"""Share of MELD's dialogues that training never sees: the scale of expected intensity is fitted on it."""

PCA_WORDS: Final = 200_000
"""Words the principal axes are fitted on; more do not move them."""

BATCH: Final = 64
LONGEST: Final = 60
"""Words of a training line that are read; 99.9 % of the lines are shorter."""

PER_EPOCH: Final = {"meld": 1.0, "goemotions": 0.35, "ei_reg": 1.0, "track_b": 1.0, "emobank": 0.6}
"""Share of each set that one epoch draws: GoEmotions alone would outweigh the other four."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Numbers of the lines of each part, each of shape (n,).

    No dialogue is in two parts, and outside MELD no text.
    """

    learn: NDArray[np.int64]
    stop: NDArray[np.int64]
    reference: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ReadyLines:
    """Word states of many lines as the network reads them.

    Attributes
    ----------
    states : ndarray, shape (words, 300), float16
        Z-scored principal components.
    offsets : ndarray, shape (lines + 1,), int64
    means : ndarray, shape (lines, 300), float32
    before : ndarray, shape (lines, 2), int64
    """

    states: NDArray[np.float16]
    offsets: NDArray[np.int64]
    means: NDArray[np.float32]
    before: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Words of each line that are read, shape (lines,)."""
        return np.minimum(np.diff(self.offsets), LONGEST)


def split(sets: TextSets, states: WordStates, *, generator: np.random.Generator) -> Parts:
    """Deal the lines with words into the three parts: MELD by dialogue, the rest by text."""
    spoken = np.diff(states.offsets) > 0
    texts = np.unique(np.array(sets.lines, dtype=object), return_inverse=True)[1]
    is_meld = sets.source == "meld"
    dialogues = np.unique(sets.dialogue[is_meld])
    dialogue_draw = generator.random(int(dialogues.max()) + 1 if dialogues.size else 1)
    text_draw = generator.random(int(texts.max()) + 1)
    draw = np.where(is_meld, dialogue_draw[np.where(is_meld, sets.dialogue, 0)], text_draw[texts])
    stop = spoken & (draw < STOP_SHARE)
    reference = spoken & is_meld & (draw >= STOP_SHARE) & (draw < STOP_SHARE + REFERENCE_SHARE)
    learn = spoken & ~stop & ~reference
    return Parts(np.flatnonzero(learn), np.flatnonzero(stop), np.flatnonzero(reference))


def fit_word_space(
    states: WordStates, lines: NDArray[np.int64], *, generator: np.random.Generator
) -> WordSpace:
    """Fit the 300 principal axes (Pearson 1901) and the z-scores of the words of these lines."""
    rows = states.rows_of(lines)
    if rows.size > PCA_WORDS:
        rows = np.sort(generator.choice(rows, PCA_WORDS, replace=False))
    words = np.asarray(states.states[rows], dtype=np.float32)
    seed = int(generator.integers(2**31))
    pca = PCA(n_components=WORD_WIDTH, svd_solver="covariance_eigh", random_state=seed).fit(words)
    deviation = np.sqrt(pca.explained_variance_)
    return WordSpace(
        mean=pca.mean_.astype(np.float32),
        axes=pca.components_.astype(np.float16).astype(np.float32),
        deviation=deviation.astype(np.float32),
    )


def ready(states: WordStates, before: NDArray[np.int64], space: WordSpace) -> ReadyLines:
    """Project every word into the word space and take the means that serve as context."""
    projected = np.concatenate(
        [
            space.project(np.asarray(states.states[start : start + 65536], dtype=np.float32)).astype(
                np.float16
            )
            for start in range(0, len(states.states), 65536)
        ]
    )
    counts = np.diff(states.offsets)
    means = np.zeros((counts.size, WORD_WIDTH), dtype=np.float32)
    spoken = counts > 0
    means[spoken] = np.add.reduceat(projected.astype(np.float32), states.offsets[:-1][spoken], axis=0)
    means[spoken] /= counts[spoken, None]
    return ReadyLines(projected, states.offsets, means, before)


def draw_epoch(
    sets: TextSets, learn: NDArray[np.int64], *, generator: np.random.Generator
) -> NDArray[np.int64]:
    """The lines one epoch reads: of each set the share that :data:`PER_EPOCH` names."""
    share = np.array([PER_EPOCH[name] for name in sets.source[learn]])
    return learn[generator.random(learn.size) < share]


def batches(
    lines: ReadyLines, numbers: NDArray[np.int64], *, generator: np.random.Generator | None = None
) -> Iterator[NDArray[np.int64]]:
    """Cut line numbers into batches of like length, in random order where a generator is given."""
    jitter = 0 if generator is None else generator.integers(-1, 2, numbers.size)
    order = numbers[np.argsort(lines.lengths[numbers] + jitter, kind="stable")]
    cut = [order[start : start + BATCH] for start in range(0, order.size, BATCH)]
    if generator is not None:
        generator.shuffle(cut)
    yield from cut


def tensors(lines: ReadyLines, batch: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
    """Steps [batch, time, 300], lengths [batch] and means of the lines before [batch, 2, 300]."""
    lengths = lines.lengths[batch]
    steps = np.zeros((batch.size, int(lengths.max()), WORD_WIDTH), dtype=np.float32)
    for row, (line, length) in enumerate(zip(batch, lengths, strict=True)):
        steps[row, :length] = lines.states[lines.offsets[line] : lines.offsets[line] + length]
    before = np.zeros((batch.size, CONTEXT_LINES, WORD_WIDTH), dtype=np.float32)
    there = lines.before[batch] != NO_LINE
    before[there] = lines.means[lines.before[batch][there]]
    return torch.from_numpy(steps), torch.from_numpy(lengths), torch.from_numpy(before)
