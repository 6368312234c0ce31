"""The 50 × 409 feature table: what its blocks and columns are called, and which of it is known.

One row per instant, three blocks of columns. A block that a clip lacks is zero and masked; nothing
downstream counts columns, it asks :data:`WORDS`, :data:`VOICE` or :data:`FACE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.vocabulary import Modality

INSTANTS: Final = 50
WORD_WIDTH: Final = 300
VOICE_WIDTH: Final = 74
FACE_WIDTH: Final = 35


@dataclass(frozen=True, slots=True)
class Block:
    """A named run of columns of the table."""

    modality: Modality
    start: int
    width: int

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + self.width)


WORDS: Final = Block(Modality.TEXT, 0, WORD_WIDTH)
VOICE: Final = Block(Modality.VOICE, WORD_WIDTH, VOICE_WIDTH)
FACE: Final = Block(Modality.FACE, WORD_WIDTH + VOICE_WIDTH, FACE_WIDTH)
BLOCKS: Final = (WORDS, VOICE, FACE)
TABLE_WIDTH: Final = WORD_WIDTH + VOICE_WIDTH + FACE_WIDTH

SCHEMA_VERSION: Final = "table-1"
"""Raised whenever a column changes its meaning; stored with every prediction and weight file."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """The feature table of one clip.

    Attributes
    ----------
    values : ndarray, shape (50, 409), float32
        Z-scores against the training statistics; zero where masked.
    mask : ndarray, shape (50, 3), bool
        True where the block of :data:`BLOCKS` is known at that instant.
    times_s : ndarray, shape (50,)
        Seconds from the start of the clip.
    """

    values: NDArray[np.float32]
    mask: NDArray[np.bool_]
    times_s: NDArray[np.float64]

    def block(self, block: Block) -> NDArray[np.float32]:
        """The columns of one block, shape (50, width)."""
        return self.values[:, block.columns]

    def known(self, block: Block) -> NDArray[np.bool_]:
        """Where one block is known, shape (50,)."""
        return self.mask[:, BLOCKS.index(block)]


def instants(duration_s: float) -> NDArray[np.float64]:
    """The 50 instants of a clip, shape (50,): the middles of 50 equal parts, in seconds.

    Raises
    ------
    ValueError
        If ``duration_s`` is not a positive finite number.
    """
    if not np.isfinite(duration_s) or duration_s <= 0:
        raise ValueError(f"A clip lasts a positive number of seconds, not {duration_s}.")
    return (np.arange(INSTANTS) + 0.5) * duration_s / INSTANTS
