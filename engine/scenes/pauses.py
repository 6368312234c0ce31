"""Where the voice pauses in a scene, and so where one utterance ends and the next begins."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.activity import HOP, SAMPLE_RATE, active_frames, frame_levels
from engine.features.pitch import frame_pitch

PAUSE_S: Final = 0.7
"""A silence of this length separates utterances: between speakers the median gap is 0.2 s, within one
speaker's sentence few pauses pass 0.5 s (Heldner and Edlund 2010)."""
SHORTEST_S: Final = 0.3
"""A cough or a click; no line is said in less."""
LONGEST_S: Final = 20.0
"""A longer run without a pause is cut at its quietest place: 50 instants would lie too far apart."""
MARGIN_S: Final = 0.15
"""What is kept before and after the voice: breath and the face around it."""
EDGE_S: Final = 2.0
"""How far from its ends a long run is never cut."""
WINDOW_S: Final = 60.0
"""Levels are judged minute by minute, so that one loud scene does not silence a quiet one."""


def utterances_between_pauses(sound: NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    """Cut a sound into stretches of speech.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz.

    Returns
    -------
    tuple of (float, float)
        Start and end of each stretch, seconds, in order and apart; empty where nobody speaks.

    References
    ----------
    Heldner and Edlund (2010), Pauses, gaps and overlaps in conversations.
    """
    speaking = _speaking(sound)
    runs = _joined(_runs(speaking))
    levels = frame_levels(sound) if runs else np.zeros(0, np.float32)
    pieces = [piece for run in runs for piece in _short_enough(run, levels)]
    kept = [piece for piece in pieces if _seconds(piece[1] - piece[0]) >= SHORTEST_S]
    return _with_margin(kept, sound.size / SAMPLE_RATE)


def _speaking(sound: NDArray[np.float32]) -> NDArray[np.bool_]:
    width = round(WINDOW_S * SAMPLE_RATE)
    found = []
    for start in range(0, sound.size, width):
        piece = sound[start : start + width]
        if piece.size < SHORTEST_S * SAMPLE_RATE or not piece.any():
            found.append(np.zeros(piece.size // HOP, dtype=np.bool_))
            continue
        levels = frame_levels(piece)
        _pitch, voicing = frame_pitch(piece, frames=levels.size)
        found.append(active_frames(levels, voicing)[: piece.size // HOP])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.bool_)


def _runs(speaking: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], speaking, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and _seconds(start - joined[-1][1]) < PAUSE_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _short_enough(run: tuple[int, int], levels: NDArray[np.float32]) -> list[tuple[int, int]]:
    start, end = run
    if _seconds(end - start) <= LONGEST_S:
        return [run]
    edge = round(EDGE_S * SAMPLE_RATE / HOP)
    smooth = np.convolve(levels[start:end], np.ones(20) / 20, mode="same")  # 0.2 s
    cut = start + edge + int(np.argmin(smooth[edge : end - start - edge]))
    return _short_enough((start, cut), levels) + _short_enough((cut, end), levels)


def _with_margin(pieces: list[tuple[int, int]], duration_s: float) -> tuple[tuple[float, float], ...]:
    spans = [(_seconds(start), _seconds(end)) for start, end in pieces]
    widened = []
    for index, (start, end) in enumerate(spans):
        before = spans[index - 1][1] if index else 0.0
        after = spans[index + 1][0] if index + 1 < len(spans) else duration_s
        widened.append(
            (
                max(0.0, start - min(MARGIN_S, max(0.0, start - before) / 2)),
                min(duration_s, end + min(MARGIN_S, max(0.0, after - end) / 2)),
            )
        )
    return tuple(widened)


def _seconds(frames: int) -> float:
    return frames * HOP / SAMPLE_RATE
