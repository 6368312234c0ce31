"""What plain words and pairs of words say of a line's emotion: a linear reader beside the text brain.

TF-IDF with logistic regression errs elsewhere than a network does; its logarithmic shares are added to the
network's logits with a share that held-out dialogues liked best. It changes which emotion is named and how
surely, and nothing in the expected intensity.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from engine import weights

Numbers = NDArray[np.float64]

FILE: Final = "text_words.safetensors"
TEXT_VERSION: Final = "text_brain"
"""Where the file says beside which network it was taught."""
TERM: Final = re.compile(r"\b\w+\b|[!?]+|\.\.+")
"""Exclamation and question marks tell surprise and anger in dialogue."""


def terms(line: str) -> list[str]:
    """The words and marks of a line without accents or capitals, and each pair of neighbours."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", line) if not unicodedata.combining(sign))
    words = TERM.findall(bare.lower())
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


@dataclass(frozen=True, slots=True)
class PlainWords:
    """A linear reader of terms, and how it joins the network.

    Attributes
    ----------
    place : Mapping of str to int
        Row of each known term.
    rarity : ndarray, shape (terms,)
        Inverse document frequency.
    pull : ndarray, shape (terms, 7)
        Coefficients over ``BASIC_EMOTIONS``.
    bias : ndarray, shape (7,)
    share : float
        What its logarithmic shares are multiplied by before the network's logits are added.
    shift : ndarray, shape (7,)
        Added to the sum.
    temperature : float
        Divides it.
    version : str
    """

    place: Mapping[str, int]
    rarity: Numbers
    pull: Numbers
    bias: Numbers
    share: float
    shift: Numbers
    temperature: float
    version: str

    @classmethod
    def load(cls, *, text_version: str) -> Self | None:
        """The shipped reader; ``None`` where its file is not there or was taught beside another network.

        Raises
        ------
        WeightsError
            If the file is damaged.
        """
        if not (weights.weights_dir() / FILE).is_file():
            return None
        file = weights.load(FILE)
        if file.metadata[TEXT_VERSION] != text_version:
            return None
        arrays = file.arrays
        names = arrays["terms"].tobytes().decode("utf-8").split("\n")
        return cls(
            place={name: row for row, name in enumerate(names)},
            rarity=arrays["rarity"].astype(np.float64),
            pull=arrays["pull"].astype(np.float64),
            bias=arrays["bias"].astype(np.float64),
            share=float(file.metadata["share"]),
            shift=arrays["shift"].astype(np.float64),
            temperature=float(file.metadata["temperature"]),
            version=file.version,
        )

    def log_shares(self, lines: Sequence[str]) -> Numbers:
        """Logarithms of the shares it gives the seven emotions of each line, shape (n, 7)."""
        scores = np.tile(self.bias, (len(lines), 1))
        for row, line in enumerate(lines):
            counts = Counter(self.place[term] for term in terms(line) if term in self.place)
            if not counts:
                continue
            known = np.fromiter(counts.keys(), np.int64)
            tall = (1 + np.log(np.fromiter(counts.values(), np.float64))) * self.rarity[known]
            scores[row] += (tall / np.linalg.norm(tall)) @ self.pull[known]
        return np.asarray(log_softmax(scores, axis=1), dtype=np.float64)

    def joined(self, logits: Numbers, lines: Sequence[str]) -> Numbers:
        """Shares of the emotions, shape (n, 7), of lines to which the network gave these logits."""
        both = logits + self.share * self.log_shares(lines) + self.shift
        return np.asarray(softmax(both / self.temperature, axis=1), dtype=np.float64)


def packed_terms(names: Sequence[str]) -> NDArray[np.uint8]:
    """Terms as a weight file keeps them: one a line, in UTF-8."""
    return np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8).copy()
