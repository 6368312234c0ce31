"""Word states of the training lines, computed once and kept on disk between trainings."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.encoder import ENCODER_SHA256, STATE_WIDTH, TextEncoder
from engine.weights import ROOT

LINES_AT_ONCE: Final = 2048
STATES_VERSION: Final = "1"
"""Raised when words are split or states are pooled in another way, so that old caches are not read."""


@dataclass(frozen=True, slots=True)
class WordStates:
    """Word states of many lines, one below the other.

    Attributes
    ----------
    states : ndarray, shape (words, 384), float16
    offsets : ndarray, shape (lines + 1,), int64
        Line ``i`` owns the rows ``offsets[i]`` to ``offsets[i + 1]``.
    """

    states: NDArray[np.float16]
    offsets: NDArray[np.int64]

    def rows_of(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of ``states`` that belong to the lines of these numbers, in their order."""
        return np.concatenate([np.arange(self.offsets[at], self.offsets[at + 1]) for at in lines])


def cache_dir() -> Path:
    """Where what can be computed again is kept: ``DAILIES_CACHE`` or ``.cache`` of the checkout."""
    return Path(os.environ.get("DAILIES_CACHE", ROOT / ".cache"))


def word_states(lines: Sequence[str], *, folder: Path | None = None) -> WordStates:
    """The word states of ``lines``, from the cache where the same lines were encoded before.

    Parameters
    ----------
    lines : sequence of str
    folder : Path, optional
        Where to keep them; by default under :func:`cache_dir`.
    """
    kept = folder or cache_dir() / "text_states"
    path = kept / f"{_key(lines)}.npy"
    offsets_path = path.with_suffix(".offsets.npy")
    if not offsets_path.is_file():
        kept.mkdir(parents=True, exist_ok=True)
        _encode(lines, path, offsets_path)
    return WordStates(np.load(path, mmap_mode="r"), np.load(offsets_path))


def _encode(lines: Sequence[str], path: Path, offsets_path: Path) -> None:
    encoder = TextEncoder.load()
    parts: list[NDArray[np.float16]] = []
    counts = [0]
    for start in range(0, len(lines), LINES_AT_ONCE):
        for encoded in encoder.encode(lines[start : start + LINES_AT_ONCE]):
            parts.append(encoded.states.astype(np.float16))
            counts.append(len(encoded.words))
    states = np.concatenate(parts) if parts else np.zeros((0, STATE_WIDTH), dtype=np.float16)
    with path.open("wb") as opened:
        np.save(opened, states)
    temporary = offsets_path.with_suffix(".part")
    with temporary.open("wb") as opened:
        np.save(opened, np.cumsum(counts, dtype=np.int64))
    temporary.replace(offsets_path)  # written last: it marks the states as complete


def _key(lines: Sequence[str]) -> str:
    digest = hashlib.sha256(f"{STATES_VERSION} {ENCODER_SHA256}".encode())
    for line in lines:
        digest.update(line.encode("utf-8") + b"\0")
    return digest.hexdigest()[:16]
