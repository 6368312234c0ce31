"""MELD's lines with their labels and dialogues, as classical models read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError
from engine.features.encoder import STATE_WIDTH, TextEncoder
from engine.features.words import split_words
from engine.training import cached
from engine.vocabulary import BASIC_EMOTIONS, Emotion, emotion_named

TRAIN: Final = "text/meld_train.csv"
DEV: Final = "text/meld_dev.csv"
NEUTRAL: Final = BASIC_EMOTIONS.index(Emotion.NEUTRAL)


@dataclass(frozen=True, slots=True)
class SpokenLines:
    """Lines of dialogues.

    Attributes
    ----------
    texts : tuple of str
    emotion : ndarray, shape (n,), int
        Index into ``BASIC_EMOTIONS``.
    dialogue : ndarray, shape (n,), int
    """

    texts: tuple[str, ...]
    emotion: NDArray[np.int64]
    dialogue: NDArray[np.int64]

    def cut(self, words: int) -> tuple[str, ...]:
        """The first words of each line."""
        return tuple(" ".join(split_words(text)[:words]) for text in self.texts)


def read_lines(path: Path) -> SpokenLines:
    """Read a CSV with text, emotion and dialogue_id.

    Raises
    ------
    TableError
        If it is missing, lacks a column, or names another emotion than the seven.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, encoding="utf-8")
        emotion = [BASIC_EMOTIONS.index(emotion_named(str(name))) for name in table["emotion"]]
        texts, dialogue = tuple(map(str, table["text"])), table["dialogue_id"].to_numpy(np.int64)
    except (OSError, KeyError, ValueError) as error:
        raise TableError(
            f"{path.name} must be a CSV with text, dialogue_id and one of seven emotions ({error})."
        ) from None
    return SpokenLines(texts, np.array(emotion, dtype=np.int64), dialogue)


def without_much_neutral(
    emotion: NDArray[np.int64], rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Rows of which neutral ones are drawn down to as many as the next largest class has."""
    counts = np.bincount(np.delete(emotion[rows], np.flatnonzero(emotion[rows] == NEUTRAL)))
    neutral = rows[emotion[rows] == NEUTRAL]
    kept = rng.choice(neutral, min(neutral.size, int(counts.max(initial=0))), replace=False)
    return np.sort(np.concatenate([rows[emotion[rows] != NEUTRAL], kept]))


def sentence_embeddings(texts: tuple[str, ...]) -> NDArray[np.float32]:
    """Mean of MiniLM's word states over each line, unit length, shape (n, 384); kept under the cache."""
    distinct = sorted(set(texts))
    keep = cached.cache_file("sentences", [], (), distinct)
    if keep.is_file():
        means = np.load(keep)["means"]
    else:
        lines = TextEncoder.load().encode(distinct)
        means = np.zeros((len(distinct), STATE_WIDTH), np.float32)
        for row, line in enumerate(lines):
            if len(line.states):
                means[row] = line.states.mean(axis=0)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
        cached.write_cache(keep, {"means": means})
    place = {text: row for row, text in enumerate(distinct)}
    return np.asarray(means[[place[text] for text in texts]], dtype=np.float32)
