"""The words of a line: how it is split, where in the clip they lie, and the table's word block.

Nothing here knows what a word means; the states come from :mod:`engine.features.encoder`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.table import INSTANTS, WORD_WIDTH

REACH_S: Final = 2.5
"""An instant farther than this from every word has no word: nobody speaks there."""

_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Kana and Han: written without blanks, so each sign stands for itself."""

_CHUNK: Final = re.compile(f"[{_UNSPACED}]|[^\\s{_UNSPACED}]+")
_HANDLE: Final = re.compile(r"@\w+")
_LINK: Final = re.compile(r"https?://\S+|www\.\S+")
_EMOJI_CATEGORIES: Final = frozenset({"So", "Sk"})
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."})


@dataclass(frozen=True, slots=True)
class WordBlock:
    """The word columns of the feature table and where the words lie.

    Attributes
    ----------
    values : ndarray, shape (50, 300), float32
        State of the word nearest in time; zero where masked.
    mask : ndarray, shape (50,), bool
        True where a word lies within :data:`REACH_S`.
    spans_s : ndarray, shape (n, 2), float64
        Start and end of each word in seconds.
    """

    values: NDArray[np.float32]
    mask: NDArray[np.bool_]
    spans_s: NDArray[np.float64]


def split_words(line: str) -> tuple[str, ...]:
    """Split a line into its words, each with the punctuation that clings to it.

    A piece without a letter, digit or symbol (a lone dash, three dots) joins the word before it, or
    the word after it at the start of the line. A line of nothing but punctuation has no words.

    Returns
    -------
    tuple of str
        In the order of the line, written as given.
    """
    words: list[str] = []
    opening = ""
    for piece in _CHUNK.findall(line):
        if _is_spoken(piece):
            words.append(opening + piece)
            opening = ""
        elif words:
            words[-1] += piece
        else:
            opening += piece
    return tuple(words)


def plain_form(word: str) -> str:
    """Write a word the way the encoder's vocabulary knows it.

    Emoji become their Unicode names, since the vocabulary has hardly any; curly quotes become
    straight; a handle becomes ``@user`` and a link ``link``, since neither says anything about
    emotion.
    """
    plain = _HANDLE.sub("@user", _LINK.sub("link", word.translate(_QUOTES)))
    if plain.isascii():
        return plain
    return "".join(_named(sign) for sign in plain).strip()


def spread(count: int, speech: NDArray[np.bool_], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread words evenly over the voiced stretch of a clip, for want of their true times.

    The voiced stretch runs from the first to the last instant with speech; without any speech it is
    the entire clip.

    Parameters
    ----------
    count : int
        Number of words.
    speech : ndarray, shape (50,), bool
    times_s : ndarray, shape (50,)
        The middles of equal parts of the clip, seconds.

    Returns
    -------
    ndarray, shape (count, 2), float64
        Start and end of each word in seconds.
    """
    half = float(times_s[1] - times_s[0]) / 2
    voiced = times_s[speech] if speech.any() else times_s
    edges = np.linspace(float(voiced[0]) - half, float(voiced[-1]) + half, count + 1)
    return np.column_stack([edges[:-1], edges[1:]])


def word_block(
    states: NDArray[np.float32],
    *,
    times_s: NDArray[np.float64],
    speech: NDArray[np.bool_],
    spans_s: Sequence[tuple[float, float]] | NDArray[np.float64] | None = None,
) -> WordBlock:
    """Lay word states along the clip: each instant takes the word nearest in time.

    Parameters
    ----------
    states : ndarray, shape (n, 300), float32
        One state a word, in the order of the line.
    times_s : ndarray, shape (50,)
        Seconds.
    speech : ndarray, shape (50,), bool
        Where there is voice; used only where ``spans_s`` is not given.
    spans_s : sequence of (start, end), optional
        Seconds, one pair a word.

    Raises
    ------
    ValueError
        If the spans are not one finite pair a word, or a word ends before it starts.
    """
    count = len(states)
    if count == 0:
        empty = np.zeros((INSTANTS, WORD_WIDTH), dtype=np.float32)
        return WordBlock(empty, np.zeros(INSTANTS, dtype=np.bool_), np.zeros((0, 2)))
    spans = spread(count, speech, times_s) if spans_s is None else np.asarray(spans_s, dtype=np.float64)
    if spans.shape != (count, 2) or not np.isfinite(spans).all() or (spans[:, 1] < spans[:, 0]).any():
        raise ValueError(f"{count} words need {count} finite pairs of start and end, in seconds.")
    before = spans[None, :, 0] - times_s[:, None]  # [50, n], > 0 where the word lies ahead
    after = times_s[:, None] - spans[None, :, 1]  # [50, n], > 0 where the word is over
    middle = np.abs(times_s[:, None] - spans.mean(axis=1)[None, :])
    distance = np.maximum(np.maximum(before, after), 0.0)
    nearest = np.lexsort((middle, distance), axis=1)[:, 0]  # overlapping words: the nearer middle
    mask = distance[np.arange(INSTANTS), nearest] <= REACH_S
    values = np.where(mask[:, None], states[nearest], 0.0).astype(np.float32)
    return WordBlock(values, mask, spans)


def _is_spoken(piece: str) -> bool:
    return any(sign.isalnum() or unicodedata.category(sign) in _EMOJI_CATEGORIES for sign in piece)


def _named(sign: str) -> str:
    if sign in _JOINERS:
        return ""
    if unicodedata.category(sign) in _EMOJI_CATEGORIES:
        return f" {unicodedata.name(sign, '').lower()} "
    return sign
