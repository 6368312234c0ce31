"""MELD's lines as the words branches read them: mean states, word states, dialogue by dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from engine.errors import TableError
from engine.features import encoder
from engine.features.encoder import ENCODER_SHA256, STATE_WIDTH, TextEncoder
from engine.features.spoken_form import spoken_form
from engine.training.cached import cache_file, write_cache
from engine.vocabulary import BASIC_EMOTIONS, emotion_named

CONTEXT_LINES: Final = 2
LEARN_SHARE: Final = 0.8
"""Of the dialogues; a tenth teaches the join, a tenth fits temperatures and scales."""
JOIN_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class MeldLines:
    """Lines in the order of speech.

    Attributes
    ----------
    text : tuple of str
    label : ndarray, shape (n,), int
        Index into ``BASIC_EMOTIONS``.
    dialogue : ndarray, shape (n,), int
    states : tuple of n (ndarray, shape (words, 384))
        Of the lines with their contractions written out.
    """

    text: tuple[str, ...]
    label: NDArray[np.int64]
    dialogue: NDArray[np.int64]
    states: tuple[NDArray[np.float16], ...]

    def words(self, line: int) -> NDArray[np.float32]:
        """Word states of one line, shape (words, 384); a line without words is one zero state."""
        found = self.states[line]
        return found.astype(np.float32) if len(found) else np.zeros((1, STATE_WIDTH), np.float32)

    def means(self) -> NDArray[np.float32]:
        """Mean state of each line and of the two before it in its dialogue, shape (n, 3, 384)."""
        mean = np.stack([self.words(line).mean(axis=0) for line in range(len(self.text))])
        found = np.zeros((len(mean), 1 + CONTEXT_LINES, STATE_WIDTH), dtype=np.float32)
        found[:, 0] = mean
        for back in range(1, CONTEXT_LINES + 1):
            same = self.dialogue[back:] == self.dialogue[:-back]
            found[back:, back] = np.where(same[:, None], mean[:-back], 0.0)
        return found


def read_meld_lines(data: Path, *, part: str = "train") -> MeldLines:
    """Read ``text/meld_{part}.csv`` below ``data``; word states are kept under ``DAILIES_CACHE``.

    Raises
    ------
    TableError
        If the file is missing, lacks a column or names an emotion nobody knows.
    """
    path = data / "text" / f"meld_{part}.csv"
    try:
        frame = pd.read_csv(path, keep_default_na=False, encoding="utf-8")
        text = tuple(str(line) for line in frame["text"])
        label = [BASIC_EMOTIONS.index(emotion_named(str(name))) for name in frame["emotion"]]
        dialogue = frame["dialogue_id"].to_numpy(np.int64)
    except FileNotFoundError:
        raise TableError(
            f"{path.name} is missing; --data names the folder with text/{path.name} in it."
        ) from None
    except (KeyError, ValueError) as error:
        raise TableError(f"{path.name} must have text, emotion and dialogue_id ({error}).") from error
    spoken = [" ".join(spoken_form(line).spoken) for line in text]
    return MeldLines(text, np.array(label), dialogue, _word_states(path, spoken))


def shared_out(dialogue: NDArray[np.int64], rng: Generator) -> tuple[NDArray[np.int64], ...]:
    """Rows to learn from, to teach the join, and to fit temperatures and scales, by dialogue."""
    order = rng.permutation(np.unique(dialogue))
    learn, join = round(LEARN_SHARE * order.size), round((LEARN_SHARE + JOIN_SHARE) * order.size)
    return tuple(
        np.flatnonzero(np.isin(dialogue, part)) for part in (order[:learn], order[learn:join], order[join:])
    )


def _word_states(path: Path, spoken: list[str]) -> tuple[NDArray[np.float16], ...]:
    """Word states [words, 384] of each line by the encoder as it was published."""
    kept = cache_file("meld-words", [path], (encoder,), ENCODER_SHA256, spoken)
    if not kept.is_file():
        encoded = TextEncoder.load().encode(spoken)
        states = np.concatenate([each.states for each in encoded]).astype(np.float16)
        write_cache(kept, {"states": states, "lengths": np.array([len(each.words) for each in encoded])})
    with np.load(kept) as stored:
        return tuple(np.split(stored["states"], np.cumsum(stored["lengths"])[:-1]))
