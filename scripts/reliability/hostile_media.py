"""Media that lie: tiny clips of every container that is taken, with bits flipped, cut off, false headers."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.error import FFmpegError

WIDTH, HEIGHT = 64, 48
PICTURES_PER_S: Final = 25
PICTURES: Final = 12
SOUND_RATE_HZ: Final = 8_000
HEADER_BYTES: Final = 2_048
"""Where containers keep what can lie most: sizes, counts, rates, dimensions."""

EXTREMES: Final = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 8192, 65_536)

CONTAINERS: Final[Mapping[str, tuple[str, str | None, str | None]]] = {
    "mp4": ("mp4", "libx264", "aac"),
    "mov": ("mov", "mpeg4", "pcm_s16le"),
    "m4a": ("ipod", None, "aac"),
    "3gp": ("3gp", "mpeg4", "aac"),
    "mkv": ("matroska", "libx264", "flac"),
    "webm": ("webm", "libvpx", "libopus"),
    "avi": ("avi", "mpeg4", "mp3"),
    "ts": ("mpegts", "mpeg2video", "mp2"),
    "mpg": ("mpeg", "mpeg1video", "mp2"),
    "flv": ("flv", "flv", "mp3"),
    "wmv": ("asf", "wmv2", "wmav2"),
    "ogv": ("ogg", None, "libvorbis"),
    "gif": ("gif", "gif", None),
    "wav": ("wav", None, "pcm_s16le"),
    "w64": ("w64", None, "pcm_s16le"),
    "flac": ("flac", None, "flac"),
    "mp3": ("mp3", None, "mp3"),
    "aac": ("adts", None, "aac"),
    "aiff": ("aiff", None, "pcm_s16be"),
    "caf": ("caf", None, "pcm_s16be"),
}
"""By ending: FFmpeg's name of the container, codec of its pictures, codec of its sound."""

AMR_FRAME: Final = bytes([0x3C]) + bytes(31)
"""A frame of the highest rate; FFmpeg has no encoder for it here."""


@dataclass(frozen=True, slots=True)
class HostileFile:
    """A file, its ending, and what was done to it."""

    ending: str
    way: str
    content: bytes


def sound_clips(folder: Path) -> dict[str, bytes]:
    """A whole tiny clip for every container that can be written here, by its ending."""
    made = {"amr": b"#!AMR\n" + AMR_FRAME * 25}
    for ending, (container, pictures, sound) in CONTAINERS.items():
        path = folder / f"whole.{ending}"
        try:
            _write(path, container, pictures, sound)
        except (FFmpegError, ValueError, OSError):
            continue
        made[ending] = path.read_bytes()
    return made


def hostile_files(clips: Mapping[str, bytes], count: int, chance: random.Random) -> Iterator[HostileFile]:
    """So many files, the containers and the ways in turn."""
    endings = sorted(clips)
    ways = tuple(WAYS)
    for number in range(count):
        ending = endings[number % len(endings)]
        way = ways[(number // len(endings)) % len(ways)]
        content = WAYS[way](clips[ending], chance)
        if way == "two files in one":
            other = clips[chance.choice(endings)]
            content = content[: len(content) // 2] + other[chance.randrange(len(other)) :]
        yield HostileFile(ending, way, content or b"\0")


def _flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 10, 100))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _flipped_header(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 5))):
        changed[chance.randrange(min(HEADER_BYTES, len(changed)))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(1, len(content))]


def _lying(content: bytes, chance: random.Random) -> bytes:
    """Numbers of the header replaced by extreme ones, in either order of bytes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 4))):
        start = chance.randrange(max(1, min(HEADER_BYTES, len(changed)) - 4))
        number = struct.pack(chance.choice("<>") + "I", chance.choice(EXTREMES))
        changed[start : start + 4] = number
    return bytes(changed[: len(content)])


def _zeroed(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    length = chance.randrange(1, len(content) + 1)
    return (content[:start] + bytes(length) + content[start + length :])[: len(content)]


def _repeated(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.randrange(1, 512)]
    return content[:start] + piece * chance.choice((2, 50, 1000)) + content[start:]


def _headless(content: bytes, chance: random.Random) -> bytes:
    return content[chance.randrange(1, len(content)) :]


def _whole(content: bytes, _chance: random.Random) -> bytes:
    return content


WAYS: Final[Mapping[str, Callable[[bytes, random.Random], bytes]]] = {
    "bits flipped": _flipped,
    "bits of the header flipped": _flipped_header,
    "cut off": _cut,
    "header lies": _lying,
    "a stretch of zeros": _zeroed,
    "a stretch repeated": _repeated,
    "start missing": _headless,
    "two files in one": _whole,
}


def _write(path: Path, container: str, pictures: str | None, sound: str | None) -> None:
    with av.open(str(path), "w", format=container) as target:
        video: Any = None if pictures is None else target.add_stream(pictures, rate=PICTURES_PER_S)
        rate = 16_000 if sound in {"aac", "libopus", "libvorbis", "mp3", "mp2", "wmav2"} else SOUND_RATE_HZ
        audio: Any = None if sound is None else target.add_stream(sound, rate=rate, layout="mono")
        if video is not None:
            video.width, video.height = WIDTH, HEIGHT
            video.pix_fmt = "rgb8" if pictures == "gif" else "yuv420p"
            for number in range(PICTURES):
                pixels = np.full((HEIGHT, WIDTH, 3), number * 20, np.uint8)
                pixels[number * 3 : number * 3 + 8, :32] = 255 - number * 20
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=video.pix_fmt)
                frame.pts, frame.time_base = number, Fraction(1, PICTURES_PER_S)
                target.mux(video.encode(frame))
            target.mux(video.encode(None))
        if audio is not None:
            _write_sound(target, audio, rate)


def _write_sound(target: Any, audio: Any, rate: int) -> None:
    context = audio.codec_context
    count = rate * PICTURES // PICTURES_PER_S
    wave = (8000 * np.sin(np.arange(count) * 0.2)).astype(np.int16)
    size = context.frame_size or 1024
    resampler = av.AudioResampler(format=context.format, layout="mono", rate=rate)
    for start in range(0, count - size + 1, size) if count >= size else (0,):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + size], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        for piece in resampler.resample(frame):
            target.mux(audio.encode(piece))
    target.mux(audio.encode(None))
