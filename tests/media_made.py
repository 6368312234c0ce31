"""Clips that the tests make: each picture carries its number as bars, each sound is a known wave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Wave = NDArray[np.float32]

SOUND_RATE_HZ = 48_000
BARS = 10
"""A picture's number in binary, white and black bars from left to right, lowest bit first."""

STAMPS = Fraction(1, 12_800)


def numbered(number: int, size: tuple[int, int]) -> Picture:
    """A picture of ``size`` (width, height) whose upper half shows ``number`` and whose lower is grey."""
    width, height = size
    picture = np.full((height, width, 3), 128, np.uint8)
    edges = np.linspace(0, width, BARS + 1).astype(int)
    for bit in range(BARS):
        picture[: height // 2, edges[bit] : edges[bit + 1]] = 235 if number >> bit & 1 else 20
    return picture


def number_of(picture: Picture) -> int:
    """The number that :func:`numbered` drew."""
    height, width = picture.shape[:2]
    edges = np.linspace(0, width, BARS + 1)
    middles = ((edges[:-1] + edges[1:]) / 2).astype(int)
    bits = picture[height // 4, middles].mean(axis=-1) > 128
    return int(sum(1 << bit for bit in range(BARS) if bits[bit]))


def tone(seconds: float, *, hertz: float = 440.0, level: float = 0.3) -> Wave:
    times = np.arange(round(seconds * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    return (level * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * SOUND_RATE_HZ), np.float32)


def made_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    size: tuple[int, int] | None = (320, 240),
    rate: int = 25,
    times_s: Sequence[float] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    rotation_deg: int = 0,
    aspect: Fraction | None = None,
    draw: Callable[[int, tuple[int, int]], Picture] = numbered,
    sound: Wave | None = None,
    sound_codec: str = "aac",
    sound_starts_s: float = 0.0,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write a clip and return its path.

    Parameters
    ----------
    size : tuple of int or None
        ``None`` leaves the pictures out.
    times_s : sequence of float, optional
        When each picture is shown, for variable frame rates; else ``rate`` for ``seconds``.
    sound : ndarray or None
        Mono at 48 kHz; ``None`` leaves the sound track out.
    """
    with av.open(str(path), "w", container_options=container_options or {}) as target:
        video = audio = None
        if size is not None:
            video = target.add_stream(codec, rate=rate, options=options or {})
            video.width, video.height, video.pix_fmt = *size, pixels
            video.codec_context.time_base = STAMPS
            if aspect is not None:
                video.codec_context.sample_aspect_ratio = aspect
            if rotation_deg:
                video.set_display_rotation(rotation_deg)
        if sound is not None:
            audio = target.add_stream(sound_codec, rate=SOUND_RATE_HZ, layout="mono")
        if video is not None and size is not None:
            shown = list(times_s) if times_s is not None else list(np.arange(round(seconds * rate)) / rate)
            for number, time in enumerate(shown):
                frame = av.VideoFrame.from_ndarray(draw(number, size), format="rgb24")
                frame.pts, frame.time_base = round(time / STAMPS), STAMPS
                target.mux(video.encode(frame))
            target.mux(video.encode(None))
        if audio is not None and sound is not None:
            _write_sound(target, audio, sound, sound_starts_s)
    return path


def _write_sound(target: Any, audio: Any, sound: Wave, starts_s: float) -> None:
    context = audio.codec_context
    size = context.frame_size or 1024
    resampler = av.AudioResampler(format=context.format, layout="mono", rate=SOUND_RATE_HZ)
    for start in range(0, sound.size, size):
        frame = av.AudioFrame.from_ndarray(sound[None, start : start + size], format="fltp", layout="mono")
        frame.sample_rate = SOUND_RATE_HZ
        frame.pts, frame.time_base = round(starts_s * SOUND_RATE_HZ) + start, Fraction(1, SOUND_RATE_HZ)
        for piece in resampler.resample(frame):
            target.mux(audio.encode(piece))
    target.mux(audio.encode(None))
