"""A copy of a clip that every browser plays: H.264 and AAC in MP4, index in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine.errors import MediaError
from engine.media.container import audio_stream, opened, video_stream
from engine.media.probing import Probe, VideoFacts, facts
from engine.media.resampling import Resampler
from engine.media.survey import Survey, survey

COPY_LONG_SIDE_PX: Final = 1920
"""Rating needs no more than full HD, and decoders on telephones promise no more."""

VIDEO_OPTIONS: Final = {"preset": "veryfast", "crf": "22"}
"""Visually near the original at a third of the encoding time of x264's default preset."""

STAMP_BASE: Final = Fraction(1, 90_000)
"""Fine enough for the time stamps of variable frame rates."""

FASTEST_RATE: Final = 240.0
USUAL_RATE: Final = 25.0
"""Pictures a second that a header may claim, and what stands in for a claim beyond that."""

SOUND_RATE_HZ: Final = 48_000
SOUND_BITS_PER_S: Final = 128_000
TURNS: Final = {90: ("cclock",), 180: ("clock", "clock"), 270: ("clock",)}

Progress = Callable[[float], None]


def transcode(path: Path, out: Path, *, progress: Progress | None = None) -> Probe:
    """Write a browser's copy of ``path`` to ``out``; the original is left alone.

    Rotation is applied, sides are made even, time stamps are kept. ``out`` appears whole or not at all.

    Parameters
    ----------
    progress : callable, optional
        Called with the share done, 0 to 1. What it raises stops the work and leaves nothing behind.

    Returns
    -------
    Probe
        Of the copy.

    Raises
    ------
    MediaError
        If ``path`` is no clip, or its streams cannot be decoded or encoded.
    """
    surveyed = survey(path)
    source = facts(path, surveyed)
    part = out.with_name(f".{out.name}.part")
    try:
        with (
            opened(path) as container,
            av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as target,
        ):
            _copy(container, target, source, surveyed, progress)
        copied = _checked(part, path)
        part.replace(out)
    except av.FFmpegError as error:
        raise MediaError(f"{path.name} cannot be converted for the browser: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return copied


def _checked(copy: Path, source: Path) -> Probe:
    """What is in a copy; a source of which hardly anything decodes makes none."""
    try:
        return facts(copy, survey(copy))
    except MediaError as error:
        raise MediaError(
            f"Too little of {source.name} can be decoded; it is cut off or damaged, export it again."
        ) from error


class _Pictures:
    """Pictures from one stream, turned, scaled and encoded into another."""

    def __init__(self, stream: VideoStream, target: OutputContainer, shown: VideoFacts) -> None:
        scale = min(1.0, COPY_LONG_SIDE_PX / max(shown.width, shown.height))
        self._width, self._height = (
            max(2, 2 * round(side * scale / 2)) for side in (shown.width, shown.height)
        )
        self._rotation = shown.rotation_deg
        self._target = target
        self._graph: tuple[Graph, tuple[int, int, str]] | None = None
        self._last = -1
        self._out = target.add_stream("libx264", rate=_rate(shown), options=dict(VIDEO_OPTIONS))
        self._out.width, self._out.height, self._out.pix_fmt = self._width, self._height, "yuv420p"
        self._out.time_base = self._out.codec_context.time_base = STAMP_BASE
        stream.thread_type = "AUTO"

    def write(self, frame: VideoFrame, origin_s: float) -> None:
        stamp = frame.dts if frame.pts is None else frame.pts
        if stamp is None or frame.time_base is None:
            return
        turned = self._turned(frame)
        ticks = round((float(stamp * frame.time_base) - origin_s) / STAMP_BASE)
        if ticks <= self._last:
            return  # two pictures for one instant: the encoder takes ascending stamps only
        self._last = turned.pts = ticks
        turned.time_base = STAMP_BASE
        turned.pict_type = 0
        self._target.mux(self._out.encode(turned))

    def finish(self) -> None:
        self._target.mux(self._out.encode(None))

    def _turned(self, frame: VideoFrame) -> VideoFrame:
        kind = (frame.width, frame.height, frame.format.name)
        if self._graph is None or self._graph[1] != kind:
            self._graph = (self._built(frame), kind)
        graph = self._graph[0]
        graph.push(frame)
        turned = graph.pull()
        assert isinstance(turned, VideoFrame)
        return turned

    def _built(self, frame: VideoFrame) -> Graph:
        graph = Graph()
        steps = [
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
            )
        ]
        steps += [graph.add("transpose", turn) for turn in TURNS.get(self._rotation, ())]
        steps += [
            graph.add("scale", f"{self._width}:{self._height}"),
            graph.add("setsar", "1"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*steps).configure()
        return graph


class SoundWriter:
    """Sound from one stream, resampled and encoded into another at the same times."""

    def __init__(self, target: OutputContainer) -> None:
        self._target = target
        self._resampler = Resampler(layout="stereo", rate=SOUND_RATE_HZ)
        self._out = target.add_stream("aac", rate=SOUND_RATE_HZ)
        self._out.bit_rate = SOUND_BITS_PER_S

    def write(self, frame: AudioFrame, origin_s: float) -> None:
        for piece in self._resampler.pieces(frame):
            if piece.pts is not None:
                piece.pts -= round(origin_s * SOUND_RATE_HZ)
            self._target.mux(self._out.encode(piece))

    def finish(self) -> None:
        self._target.mux(self._out.encode(None))


def _copy(
    container: InputContainer,
    target: OutputContainer,
    source: Probe,
    surveyed: Survey,
    progress: Progress | None,
) -> None:
    video = video_stream(container) if source.video is not None else None
    audio = audio_stream(container) if source.audio is not None else None
    pictures = _Pictures(video, target, source.video) if video is not None and source.video else None
    sound = SoundWriter(target) if audio is not None else None
    for packet in _readable(container, [stream for stream in (video, audio) if stream is not None]):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue  # a damaged piece is left out
        for frame in frames:
            if isinstance(frame, VideoFrame) and pictures is not None:
                pictures.write(frame, surveyed.origin_s)
            elif isinstance(frame, AudioFrame) and sound is not None:
                sound.write(frame, surveyed.origin_s)
        if progress is not None and packet.dts is not None:
            at_s = float(packet.dts * packet.time_base) - surveyed.origin_s
            progress(min(1.0, max(0.0, at_s / surveyed.duration_s)))
    for written in (pictures, sound):
        if written is not None:
            written.finish()
    if progress is not None:
        progress(1.0)


def _readable(container: InputContainer, streams: list[VideoStream | AudioStream]) -> Iterator[Packet[Any]]:
    try:
        yield from container.demux(streams)
    except av.FFmpegError:
        return  # the file is cut off here


def _even(side: float) -> int:
    """The even number of pixels nearest to ``side``; yuv420p halves both sides."""
    return max(2, 2 * round(side / 2))


def _rate(shown: VideoFacts) -> Fraction:
    """The encoder's nominal rate; the time stamps, not this, say when a picture is shown."""
    usable = shown.frames_per_s if shown.frames_per_s and shown.frames_per_s <= FASTEST_RATE else USUAL_RATE
    return Fraction(usable).limit_denominator(1001)
