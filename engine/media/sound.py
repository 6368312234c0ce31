"""The sound of a clip, mono at 16 kHz, placed by time stamp."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray

from engine.media.container import audio_stream, opened
from engine.media.resampling import Resampler
from engine.media.survey import Survey

SOUND_RATE_HZ: Final = 16_000
"""What speech models are trained on; nothing above 8 kHz is used."""

GAP_S: Final = 0.1
"""Time stamps of sound that jump further than this are a real gap, which becomes silence; smaller
jumps are rounding."""


def read_sound(path: Path, surveyed: Survey) -> tuple[NDArray[np.float32] | None, int]:
    """Read the sound of the whole clip.

    Returns
    -------
    sound : ndarray or None
        Shape (n,), float32, from the clip's start to its end; ``None`` if there is none to decode.
        Stretches without sound are zero.
    damaged : int
        Packets that did not decode.

    Raises
    ------
    MediaError
        If the file cannot be opened.
    """
    if not surveyed.has_sound:
        return None, 0
    sound = np.zeros(round(surveyed.duration_s * SOUND_RATE_HZ), dtype=np.float32)
    resampler = Resampler(layout="mono", rate=SOUND_RATE_HZ)
    cursor = -1
    damaged = 0
    with opened(path) as container:
        stream = audio_stream(container)
        assert stream is not None  # the survey met its packets
        for frame in _heard(container, stream.index):
            if frame is None:
                damaged += 1
                continue
            for piece in resampler.pieces(frame):
                cursor = _place(sound, piece, cursor, surveyed.origin_s)
        if cursor >= 0:
            for piece in resampler.pieces(None):
                cursor = _place(sound, piece, cursor, surveyed.origin_s)
    return (np.nan_to_num(sound, copy=False), damaged) if cursor >= 0 else (None, damaged)


def _heard(container: InputContainer, index: int) -> Iterator[AudioFrame | None]:
    """The decoded sound, ``None`` for each damaged packet."""
    try:
        for packet in container.demux(container.streams[index]):
            try:
                yield from (frame for frame in packet.decode() if isinstance(frame, AudioFrame))
            except av.FFmpegError:
                yield None
    except av.FFmpegError:
        return  # the file is cut off here


def _place(sound: NDArray[np.float32], piece: AudioFrame, cursor: int, origin_s: float) -> int:
    """Write a resampled piece where its time stamp says and return where the next one is due."""
    samples: NDArray[np.float32] = piece.to_ndarray()[0]
    due = cursor
    if piece.time is not None:
        stamped = round((piece.time - origin_s) * SOUND_RATE_HZ)
        if cursor < 0 or abs(stamped - cursor) > GAP_S * SOUND_RATE_HZ:
            due = stamped
    if due < 0:
        samples, due = samples[-due:], 0
    kept = samples[: max(0, sound.size - due)]
    sound[due : due + kept.size] = kept
    return due + int(samples.size)
