"""One channel of a clip as a file of its own: the picture without sound, the sound without picture.

What is not in the file cannot be heard or seen by turning a knob. Nothing but the one stream goes over:
no title, no comment, no name, no other track.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from engine.errors import MediaError
from engine.media.container import audio_stream, opened, video_stream
from engine.media.survey import Survey, survey
from engine.media.transcoding import SoundWriter

WEBM_CODECS: Final = frozenset({"vp8", "vp9"})
"""What MP4 does not hold in every browser; everything else a browser copy holds goes into MP4."""

COPIED_SOUND: Final = "aac"
"""Copied as it is; every other sound is encoded to it."""

OPTIONS: Final = {
    "mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    "webm": {"fflags": "+bitexact"},
}
"""Index in front, and no word on who wrote the file or when: the same clip gives the same bytes."""

NO_PICTURE: Final = "This clip has no picture, so there is no muted picture to rate; rate its words or voice."
NO_SOUND: Final = "This clip has no sound, so there is no voice to rate; rate its words or picture."


class MissingChannelError(MediaError):
    """A clip that has no picture or no sound, where that was asked for."""


def picture_alone(path: Path, out: Path) -> None:
    """Write the picture of ``path`` to ``out`` without any sound track, not encoded anew.

    Parameters
    ----------
    path : Path
        A clip that browsers play.

    Raises
    ------
    MissingChannelError
        If it has no picture.
    MediaError
        If it cannot be read.
    """
    surveyed = survey(path)
    if not surveyed.has_pictures:
        raise MissingChannelError(NO_PICTURE)

    def write(container: InputContainer, part: Path) -> None:
        stream = video_stream(container)
        assert stream is not None  # the survey met its packets
        kind = "webm" if stream.codec_context.name in WEBM_CODECS else "mp4"
        with av.open(str(part), "w", format=kind, options=dict(OPTIONS[kind])) as target:
            _remux(container, stream, target, surveyed)

    _written(path, out, write)


def sound_alone(path: Path, out: Path) -> None:
    """Write the sound of ``path`` to ``out`` as AAC in MP4 without any picture.

    Raises
    ------
    MissingChannelError
        If it has no sound.
    MediaError
        If it cannot be read.
    """
    surveyed = survey(path)
    if not surveyed.has_sound:
        raise MissingChannelError(NO_SOUND)

    def write(container: InputContainer, part: Path) -> None:
        stream = audio_stream(container)
        assert stream is not None  # the survey met its packets
        with av.open(str(part), "w", format="mp4", options=dict(OPTIONS["mp4"])) as target:
            if stream.codec_context.name == COPIED_SOUND and stream.codec_context.extradata:
                _remux(container, stream, target, surveyed)
            else:
                _encode(container, stream, target, surveyed)

    _written(path, out, write)


def _written(path: Path, out: Path, write: Callable[[InputContainer, Path], None]) -> None:
    part = out.with_name(f".{out.name}.part")
    try:
        with opened(path) as container:
            write(container, part)
        part.replace(out)
    except av.FFmpegError as error:
        raise MediaError(f"A channel of {path.name} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _remux(
    container: InputContainer, stream: VideoStream | AudioStream, target: OutputContainer, surveyed: Survey
) -> None:
    written = target.add_stream_from_template(stream)
    written.metadata.clear()
    assert stream.time_base is not None
    shift = round(surveyed.origin_s / stream.time_base)
    try:
        for packet in container.demux(stream):
            if packet.dts is None or packet.size == 0:
                continue  # the mark of the end
            packet.dts -= shift
            if packet.pts is not None:
                packet.pts -= shift
            packet.stream = written
            target.mux(packet)
    except av.InvalidDataError:
        return  # the file is cut off here: what was read before is the clip


def _encode(
    container: InputContainer, stream: AudioStream, target: OutputContainer, surveyed: Survey
) -> None:
    sound = SoundWriter(target)
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue  # a damaged piece is left out
            for frame in frames:
                if isinstance(frame, AudioFrame):
                    sound.write(frame, surveyed.origin_s)
    except av.InvalidDataError:
        pass  # the file is cut off here
    sound.finish()
