"""Sound that changes on the way is heard to its end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from av.audio.frame import AudioFrame

from engine.media.resampling import Resampler

RATE_HZ = 16_000
HALF_S = 0.5


def half_a_second(rate: int, layout: str, kind: str = "s16") -> Iterator[AudioFrame]:
    """Frames of 1,000 samples; a rate that FFmpeg's resampler is then asked to change."""
    channels = 1 if layout == "mono" else 2
    for start in range(0, round(rate * HALF_S), 1000):
        samples = np.full((1, 1000 * channels), 8000, np.int16)
        frame = AudioFrame.from_ndarray(samples, format=kind, layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame


@pytest.mark.parametrize("after", [(48_000, "mono"), (16_000, "stereo"), (8_000, "stereo")])
def test_a_rate_and_channels_that_change_midway_are_resampled_from_there_on(after: tuple[int, str]) -> None:
    resampler = Resampler(layout="mono", rate=RATE_HZ)
    frames = [*half_a_second(16_000, "mono"), *half_a_second(*after), None]
    heard = np.concatenate([piece.to_ndarray()[0] for frame in frames for piece in resampler.pieces(frame)])
    assert heard.size == pytest.approx(RATE_HZ, rel=0.05)
    assert 0.2 < np.median(heard) < 0.4  # how two channels become one, FFmpeg decides


def test_nothing_comes_of_nothing() -> None:
    assert list(Resampler(layout="mono", rate=RATE_HZ).pieces(None)) == []
