"""A second of made sound and blank pictures, to run everything once before a person waits for it."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.features.table import INSTANTS, instants
from engine.media import Media
from engine.media.sound import SOUND_RATE_HZ

DURATION_S: Final = 1.0
HUM_HZ: Final = 150.0
"""The pitch of a voice."""
SYLLABLE_S, SOUNDING_S = 0.5, 0.3
HISS: Final = 1e-3


def rehearsal_media() -> Media:
    """A decoded clip in which something like a voice can be heard and nobody be seen."""
    times = np.arange(round(DURATION_S * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    hum = np.sin(2 * np.pi * HUM_HZ * times) * (times % SYLLABLE_S < SOUNDING_S)
    hum += HISS * np.random.default_rng(0).standard_normal(times.size)
    return Media(
        duration_s=DURATION_S,
        times_s=instants(DURATION_S),
        pictures=(np.zeros((48, 64, 3), dtype=np.uint8),) * INSTANTS,
        picture_times_s=instants(DURATION_S),
        native_size=(64, 48),
        sound=hum.astype(np.float32),
        warnings=(),
    )
