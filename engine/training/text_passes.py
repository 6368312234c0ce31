"""What one pass of training reads: a few lines of every set, dealt like cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.training.text_lines import Batch, LinePieces, Parts, dialogue_batches, line_batches
from engine.training.text_sets import TextSets

DIALOGUES_PER_PASS: Final = 0.25
"""Share of MELD's dialogues that one pass reads whole, each line in the context of those before."""

LINES_PER_PASS: Final = {
    "meld": 0.02,
    "goemotions": 0.0125,
    "ei_reg": 0.1,
    "track_b": 0.075,
    "emobank": 0.02,
    "distilled": 0.125,
}
"""Share of each set that one pass reads line by line."""

BALANCE: Final = 0.5
"""GoEmotions' lines are drawn by the count of their emotion to the power of minus this: fear and
disgust are what the other sets lack."""


class Deck:
    """Numbers that are dealt in random order, each once before any comes again.

    Parameters
    ----------
    numbers : ndarray, shape (n,), int64
    generator : Generator
    """

    def __init__(self, numbers: NDArray[np.int64], generator: np.random.Generator) -> None:
        self.numbers = numbers
        self.generator = generator
        self.left = numbers[:0]

    def deal(self, share: float) -> NDArray[np.int64]:
        """The next numbers, a share of all, rounded up; never one twice."""
        count = int(np.ceil(share * self.numbers.size))
        dealt, self.left = self.left[:count], self.left[count:]
        if dealt.size < count:
            fresh = self.generator.permutation(np.setdiff1d(self.numbers, dealt))
            missing = count - dealt.size
            self.left = self.generator.permutation(np.concatenate([fresh[missing:], dealt]))
            dealt = np.concatenate([dealt, fresh[:missing]])
        return dealt


def passes(
    sets: TextSets, pieces: LinePieces, parts: Parts, *, generator: np.random.Generator
) -> Iterator[list[Batch]]:
    """The batches of one pass after the other, without end, each in random order."""
    learn = parts.learn
    in_meld = learn[sets.source[learn] == "meld"]
    dialogues = Deck(np.unique(sets.dialogue[in_meld]), generator)
    decks = {name: Deck(learn[sets.source[learn] == name], generator) for name in LINES_PER_PASS}
    while True:
        whole = in_meld[np.isin(sets.dialogue[in_meld], dialogues.deal(DIALOGUES_PER_PASS))]
        alone = [
            rare_first(sets, deck.numbers, share, generator=generator)
            if name == "goemotions"
            else deck.deal(share)
            for (name, deck), share in zip(decks.items(), LINES_PER_PASS.values(), strict=True)
        ]
        batches = [
            *line_batches(pieces, np.concatenate(alone), generator=generator),
            *dialogue_batches(sets, pieces, whole, generator=generator),
        ]
        yield [batches[at] for at in generator.permutation(len(batches))]


def rare_first(
    sets: TextSets, numbers: NDArray[np.int64], share: float, *, generator: np.random.Generator
) -> NDArray[np.int64]:
    """A share of the lines, those of rare emotions more likely than the rest."""
    emotion = sets.emotion[numbers].astype(np.float64)
    chance = emotion @ np.maximum(emotion.sum(axis=0), 1.0) ** -BALANCE
    count = int(np.ceil(share * numbers.size))
    return generator.choice(numbers, count, replace=False, p=chance / chance.sum())
