"""How one speaker usually sounds: learned from some of their clips, without anybody's label."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.features.voice import voice_features
from engine.media import decode

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]

FEWEST_CLIPS: Final = 4
"""Clips from which a speaker's usual voice can be told at all."""
PRIOR_CLIPS: Final = 5.0
"""The spread of other speakers' clips counts like so many of the speaker's own."""


@dataclass(frozen=True, slots=True)
class VoiceEnrolment:
    """How one speaker usually sounds, learned from clips whose labels nobody needs to know.

    Attributes
    ----------
    mean, spread : ndarray, shape (821,)
        Of the summaries of the speaker's clips.
    clips : int
        How many there were.
    """

    mean: Floats
    spread: Floats
    clips: int

    @classmethod
    def fit(cls, summaries: NDArray[np.floating[Any]]) -> Self:
        """Learn from summaries, shape (n, 821).

        Raises
        ------
        ValueError
            If there are fewer than :data:`FEWEST_CLIPS`, or they are not summaries.
        """
        found = np.asarray(summaries, dtype=np.float64)
        if found.ndim != 2 or not np.isfinite(found).all():
            raise ValueError("Voice summaries are rows of finite numbers; take them from voice_features().")
        if len(found) < FEWEST_CLIPS:
            raise ValueError(
                f"{len(found)} clips do not show how a speaker usually sounds; give at least {FEWEST_CLIPS}."
            )
        return cls(found.mean(axis=0).astype(np.float32), found.std(axis=0).astype(np.float32), len(found))

    def relative(self, summaries: NDArray[np.floating[Any]], usual: NDArray[np.floating[Any]]) -> Numbers:
        """Summaries (…, 821) in this speaker's own spreads, ``usual`` (821,) being other speakers'."""
        variance = self.clips * self.spread.astype(np.float64) ** 2 + PRIOR_CLIPS * usual**2
        spread = np.sqrt(variance / (self.clips + PRIOR_CLIPS))
        return np.asarray((summaries - self.mean) / np.maximum(spread, 1e-6), dtype=np.float64)


def enrolled_voice(clips: Iterable[Path]) -> VoiceEnrolment:
    """Learn how a speaker usually sounds from clips of theirs, the more kinds of delivery the better.

    Clips without a voice are left out.

    Raises
    ------
    MediaError
        If a file is no clip, or too few of them hold a voice.
    """
    summaries = []
    for clip in clips:
        media = decode(clip)
        if media.sound is None:
            continue
        summary = voice_features(media.sound, media.times_s).summary
        if summary is not None:
            summaries.append(summary)
    if len(summaries) < FEWEST_CLIPS:
        raise MediaError(
            f"{len(summaries)} of these clips hold a voice; give at least {FEWEST_CLIPS} of the same speaker."
        )
    return VoiceEnrolment.fit(np.array(summaries))
