"""The pictures of a clip at chosen instants, upright, found by time stamp in one forward walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.media.container import opened, video_stream
from engine.media.probing import quarter_turns, shown_size
from engine.media.survey import Survey

PICTURE_LONG_SIDE_PX: Final = 960
"""Larger pictures are scaled down to this. Against the full picture of a 1280 × 720 clip the landmarks then
move by 0.002 distances between the eyes, a third of their own jitter; fifty pictures take at most 138 MB.
Scaling costs twice what converting the colours does, so what is nearly small enough stays as it is."""

SCALED_FORMAT: Final = "yuv420p"
"""Scaling in the camera's own format and converting afterwards takes half the time of doing both at once."""

HOLD_S: Final = 0.5
"""A picture stands for an instant up to this long before the first or after the last one; beyond that
the clip has sound only."""

JUMP_PICTURES: Final = 12
"""A jump to a key picture empties the decoder's threads, which costs about as much as decoding this
many pictures; shorter ways are walked."""

EARLY_S: Final = 1e-4
"""Slack when comparing time stamps that went through different time bases."""

Picture = NDArray[np.uint8]

_decoder = {"threads": 0}
"""Of each decoder in this process; 0 is one for each core."""


def hold_decoders(threads: int) -> None:
    """Let each decoder of this process have so many threads from now on.

    Two threads decode a clip sooner than one, but take half as much again of the processor's time: worth it
    where a core would be idle, a loss where other processes have clips of their own.
    """
    _decoder["threads"] = threads


@dataclass(frozen=True, slots=True)
class Shots:
    """Pictures at n instants.

    Attributes
    ----------
    pictures : list of n (ndarray or None)
        RGB, shape (height, width, 3); ``None`` where nothing is shown. Instants that show the same
        picture share one array.
    times_s : ndarray, shape (n,)
        Time stamps of the pictures; NaN where there is none.
    native_size : tuple of int or None
        Width and height before scaling, upright.
    damaged : int
        Packets that did not decode.
    """

    pictures: list[Picture | None]
    times_s: NDArray[np.float64]
    native_size: tuple[int, int] | None
    damaged: int


def shots_at(
    path: Path,
    surveyed: Survey,
    times_s: NDArray[np.float64],
    *,
    long_side: int = PICTURE_LONG_SIDE_PX,
    on_picture: Callable[[Picture], object] | None = None,
) -> Shots:
    """Find the pictures shown at ascending ``times_s``, shape (n,).

    One decoded picture is held at a time, and only those that are chosen are converted.

    Parameters
    ----------
    on_picture : callable, optional
        Gets the picture of each instant that shows one, as soon as it is there.

    Raises
    ------
    MediaError
        If the file cannot be opened.
    """
    pictures: list[Picture | None] = [None] * len(times_s)
    stamps = np.full(len(times_s), np.nan)
    if not surveyed.has_pictures:
        return Shots(pictures, stamps, None, 0)
    with opened(path) as container:
        stream = video_stream(container)
        assert stream is not None  # the survey met its packets
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = _decoder["threads"]
        walk = _Walk(container, stream, surveyed)
        upright = _Upright(stream, long_side)
        converted: Picture | None = None
        source: VideoFrame | None = None
        size: tuple[int, int] | None = None
        for index, time in enumerate(times_s):
            frame = walk.shown_at(float(time))
            if frame is None:
                continue
            if frame is not source:
                converted, size, source = upright.picture(frame), _native(frame, stream), frame
            stamps[index] = walk.time(frame)
            pictures[index] = converted
            if on_picture is not None and converted is not None:
                on_picture(converted)
        return Shots(pictures, stamps, size, walk.damaged)


class _Walk:
    """A forward walk over the pictures of a file that jumps to a later key picture where one helps."""

    def __init__(self, container: InputContainer, stream: VideoStream, surveyed: Survey) -> None:
        self._container = container
        self._stream = stream
        self._survey = surveyed
        self._frames = self._decoded()
        self._held: VideoFrame | None = None
        self.damaged = 0
        self._next: VideoFrame | None = next(self._frames, None)

    def time(self, frame: VideoFrame) -> float:
        stamp = frame.dts if frame.pts is None else frame.pts
        assert stamp is not None  # frames without a stamp are not yielded
        assert frame.time_base is not None
        return float(stamp * frame.time_base) - self._survey.origin_s

    def shown_at(self, time_s: float) -> VideoFrame | None:
        """The last picture at or before ``time_s``, or the first one if it comes a little later."""
        self._jump_towards(time_s)
        while self._next is not None and self.time(self._next) <= time_s + EARLY_S:
            self._held = self._next
            self._next = next(self._frames, None)
        if time_s > self._survey.pictures_end_s + HOLD_S:
            return None
        if self._held is None and self._next is not None and self.time(self._next) <= time_s + HOLD_S:
            return self._next
        return self._held

    def _jump_towards(self, time_s: float) -> None:
        keys = self._survey.key_times_s
        before = int(np.searchsorted(keys, time_s + EARLY_S, side="right")) - 1
        ahead_s = JUMP_PICTURES * self._survey.picture_interval_s
        if before < 0 or self._next is None or keys[before] <= self.time(self._next) + ahead_s:
            return
        stamp = round((keys[before] + self._survey.origin_s + EARLY_S) / float(self._stream.time_base or 1))
        try:
            self._container.seek(stamp, stream=self._stream, backward=True)
        except av.FFmpegError:
            return  # a file without an index: walk on
        self._frames = self._decoded()
        self._next = next(self._frames, None)

    def _decoded(self) -> Iterator[VideoFrame]:
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    self.damaged += 1
                    continue
                for frame in frames:
                    if frame.pts is not None or frame.dts is not None:
                        yield frame
        except av.FFmpegError:
            return  # the file is cut off here


def _native(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    width, height = shown_size(frame, stream)
    return (height, width) if quarter_turns(frame) % 2 else (width, height)


class _Upright:
    """Scales, converts and turns the pictures of one stream.

    A picture's own ``reformat`` would build the scaler's filters and threads anew each time, which takes
    twice as long as scaling; of these two each builds them once.
    """

    def __init__(self, stream: VideoStream, long_side: int) -> None:
        self._stream, self._long_side = stream, long_side
        self._scaling, self._colours = VideoReformatter(), VideoReformatter()

    def picture(self, frame: VideoFrame) -> Picture:
        """Shape (height, width, 3), RGB."""
        turns = quarter_turns(frame)  # before scaling, which drops what the container says of a picture
        width, height = shown_size(frame, self._stream)
        scale = min(1.0, self._long_side / max(width, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        if (width, height) != (frame.width, frame.height):
            frame = self._scaling.reformat(frame, width, height, SCALED_FORMAT, threads=1)
        shown = self._colours.reformat(frame, format="rgb24", threads=1)
        return np.ascontiguousarray(np.rot90(shown.to_ndarray(), turns))
