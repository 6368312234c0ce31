"""Sound of one kind, whatever it is made of, also where it changes midway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import av
from av.audio.frame import AudioFrame

SAMPLES: Final = "fltp"
"""FFmpeg's name for floating-point samples, a plane for each channel."""


class Resampler:
    """Resamples frames as they come.

    Broadcasts and damaged files change the rate or the channels of their sound on the way, which FFmpeg's own
    resampler refuses: from there on another one goes on.

    Parameters
    ----------
    layout : str
        Of the channels that are wanted, such as ``"mono"``.
    rate : int
        In hertz.
    """

    def __init__(self, *, layout: str, rate: int) -> None:
        self._layout = layout
        self._rate = rate
        self._inner: av.AudioResampler | None = None
        self._kind: tuple[str, str, int] | None = None

    def pieces(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """What comes out for a frame; for ``None``, what is left at the end."""
        kind = None if frame is None else (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._inner is not None and kind != self._kind:
            yield from self._inner.resample(None)
            self._inner = None
        if frame is None:
            return
        if self._inner is None:
            self._inner = av.AudioResampler(format=SAMPLES, layout=self._layout, rate=self._rate)
            self._kind = kind
        yield from self._inner.resample(frame)
