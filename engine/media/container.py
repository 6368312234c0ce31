"""Opening a file as a media container: only real files, only known formats, only over ``file:``.

Everything that can be wrong with a file before its first picture is said here, in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from engine.errors import MediaError

FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif,wav,w64,flac,mp3,aac,aiff,caf,amr"
)
"""What a camera, a phone, a recorder or a browser writes. Playlists, scripts and still pictures, which
can name other files or addresses, are not opened at all."""

EXPECTED: Final = "give a video or sound file such as MP4, MOV, WebM, WAV or FLAC"


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open ``path`` for reading as a media container and close it again.

    Raises
    ------
    MediaError
        If it is missing, a directory, no regular file, empty, unreadable, or not media.
    """
    _refuse_what_is_no_file(path)
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    try:
        container = av.open(str(path.resolve()), container_options=options)
    except PermissionError:
        raise MediaError(f"{path.name} may not be read; change its permissions and try again.") from None
    except (av.FFmpegError, UnicodeError, ValueError):
        raise MediaError(
            f"{path.name} is not a clip that can be read, or is cut off or damaged; {EXPECTED}."
        ) from None
    with container:
        yield container


def video_stream(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; cover art is none."""
    for stream in container.streams.video:
        attached = bool(stream.disposition & Disposition.attached_pic)
        if stream.codec_context is not None and not attached:
            return stream
    return None


def audio_stream(container: InputContainer) -> AudioStream | None:
    """The first stream of sound that has channels and a rate."""
    for stream in container.streams.audio:
        if stream.codec_context is not None and stream.codec_context.sample_rate > 0:
            return stream
    return None


def _refuse_what_is_no_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise MediaError(f"{path.name or path} is a directory; {EXPECTED}.")
        if not path.exists():
            raise MediaError(f"There is no file {path.name}; check the path.")
        if not path.is_file():
            raise MediaError(f"{path.name} is not a regular file; {EXPECTED}.")
        if path.stat().st_size == 0:
            raise MediaError(f"{path.name} is empty (0 bytes); {EXPECTED}.")
    except OSError as error:
        shown = path.name if len(path.name) <= 80 else f"{path.name[:77]}…"
        raise MediaError(f"{shown} cannot be opened: {error.strerror or error}.") from None
