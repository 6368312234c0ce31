"""What is in a clip: container, length, streams, and whether a browser can play it as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine.errors import MediaError
from engine.media.container import audio_stream, opened, video_stream
from engine.media.survey import Survey, survey

QUARTER_TURN_DEG: Final = 90

PLAYABLE: Final = {
    "mp4": ({"h264", "av1"}, {"aac", "mp3", "opus", "flac"}),
    "matroska": ({"vp8", "vp9", "av1"}, {"opus", "vorbis"}),
    "wav": (set(), {"pcm_s16le", "pcm_u8", "pcm_f32le"}),
    "flac": (set(), {"flac"}),
    "mp3": (set(), {"mp3"}),
    "ogg": (set(), {"opus", "vorbis", "flac"}),
}
"""Container → codecs of pictures and of sound that today's browsers share."""

PLAYABLE_PIXELS: Final = {"yuv420p", "yuvj420p"}
"""Ten-bit and 4:4:4 H.264 decode in some browsers only."""

MEDIA_TYPES: Final = {
    "mp4": "mp4",
    "matroska": "webm",
    "wav": "wav",
    "flac": "flac",
    "mp3": "mpeg",
    "ogg": "ogg",
}


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """A stream of pictures.

    Attributes
    ----------
    codec, pixel_format : str
        As FFmpeg names them.
    width, height : int
        Pixels, upright and with square pixels, as a player shows them.
    rotation_deg : int
        Counter-clockwise turn that makes the stored pictures upright: 0, 90, 180 or 270.
    frames_per_s : float or None
        The mean rate, where the header tells one.
    """

    codec: str
    pixel_format: str
    width: int
    height: int
    rotation_deg: int
    frames_per_s: float | None


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """A stream of sound: codec as FFmpeg names it, rate in Hz, number of channels."""

    codec: str
    sample_rate_hz: int
    channels: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What is in a clip.

    Attributes
    ----------
    container : str
        ``mp4`` (MOV and M4A included), ``matroska`` (WebM included), ``avi``, ``wav`` …
    duration_s : float
        Measured on the packets, not believed from the header.
    duration_told : bool
        Whether the header tells a duration; recorders in browsers leave it out.
    video : VideoFacts or None
    audio : AudioFacts or None
    """

    container: str
    duration_s: float
    duration_told: bool
    video: VideoFacts | None
    audio: AudioFacts | None

    @property
    def browser_playable(self) -> bool:
        """Whether a browser plays it as it is, seeking included."""
        if self.container not in PLAYABLE or not self.duration_told:
            return False
        pictures, sounds = PLAYABLE[self.container]
        if self.video is not None and (
            self.video.codec not in pictures or self.video.pixel_format not in PLAYABLE_PIXELS
        ):
            return False
        return self.audio is None or self.audio.codec in sounds

    @property
    def media_type(self) -> str:
        """The MIME type to serve it as, from its content and not from its name."""
        if self.container not in MEDIA_TYPES:
            return "application/octet-stream"
        return f"{'audio' if self.video is None else 'video'}/{MEDIA_TYPES[self.container]}"


def probe(path: Path) -> Probe:
    """Say what is in ``path``.

    Raises
    ------
    MediaError
        If it is no clip of 0.1 s to 30 min: missing, a directory, empty, not media, cut off before the
        first picture or sound, without streams, or larger than 8192 pixels a side.
    """
    return facts(path, survey(path))


def facts(path: Path, surveyed: Survey) -> Probe:
    """:func:`probe` for a file whose packets were read already."""
    with opened(path) as container:
        video, audio = video_stream(container), audio_stream(container)
        shown = _video_facts(container, video) if video is not None and surveyed.has_pictures else None
        heard = audio is not None and surveyed.has_sound
        if shown is None and not heard:
            raise MediaError(f"Nothing in {path.name} can be decoded; it is damaged, export it again.")
        return Probe(
            container=_container_name(container),
            duration_s=surveyed.duration_s,
            duration_told=surveyed.promised_s is not None,
            video=shown,
            audio=AudioFacts(audio.codec_context.name, audio.codec_context.sample_rate, audio.channels)
            if audio is not None and heard
            else None,
        )


def quarter_turns(frame: VideoFrame) -> int:
    """How many quarter turns counter-clockwise make a decoded picture upright, 0 to 3."""
    return round(frame.rotation / QUARTER_TURN_DEG) % 4


def shown_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height of a picture with square pixels, not yet turned upright."""
    aspect = stream.sample_aspect_ratio
    stretch = float(aspect) if aspect else 1.0
    return max(1, round(frame.width * stretch)), frame.height


def _video_facts(container: InputContainer, stream: VideoStream) -> VideoFacts | None:
    """Facts of the first picture that decodes; the header alone does not tell the rotation."""
    frame = _first_picture(container, stream)
    if frame is None:
        return None
    turns = quarter_turns(frame)
    width, height = shown_size(frame, stream)
    return VideoFacts(
        codec=stream.codec_context.name,
        pixel_format=frame.format.name,
        width=height if turns % 2 else width,
        height=width if turns % 2 else height,
        rotation_deg=turns * QUARTER_TURN_DEG,
        frames_per_s=float(stream.average_rate) if stream.average_rate else None,
    )


def _first_picture(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue  # a damaged start: a later key picture may decode
            if frames:
                return frames[0]
    except av.FFmpegError:
        pass  # cut off before any picture
    return None


def _container_name(container: InputContainer) -> str:
    names = container.format.name.split(",")
    return "mp4" if "mp4" in names else names[0]
