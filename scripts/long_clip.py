"""Make clips of any length, size and number of faces from one; a long one is a piece copied end to end."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1920, 1080
RATE: Final = 25
PIECE_S: Final = 10
GAP_S: Final = Fraction(1, 2)
"""Between the copies, so that the end of one piece's sound never overlaps the next one's start."""
SOUND_RATE_HZ: Final = 44_100
KEY_PICTURE_EVERY: Final = 250
"""The default of x264 and of most cameras' exports: jumps are as far apart as they usually are."""

Picture = NDArray[np.uint8]


def make_long_clip(source: Path, folder: Path, *, minutes: float = 10.0) -> Path:
    """Write a full HD clip of about ``minutes`` from the pictures and the sound of ``source``."""
    return make_clip(source, folder / "long.mp4", seconds=minutes * 60)


def make_clip(
    source: Path, path: Path, *, seconds: float, width: int = WIDTH, height: int = HEIGHT, faces: int = 1
) -> Path:
    """Write a clip of about so many seconds from the pictures and the sound of ``source``.

    Parameters
    ----------
    faces : int
        How often the picture is shown, side by side.
    """
    if seconds <= PIECE_S:
        _encode_piece(source, path, seconds, (width, height), faces)
        return path
    piece = path.with_name(f"piece-{path.name}")
    _encode_piece(source, piece, PIECE_S, (width, height), faces)
    copies = round(seconds / float(PIECE_S + GAP_S))
    with av.open(str(path), "w") as target:
        with av.open(str(piece)) as first:
            streams = {stream.index: target.add_stream_from_template(stream) for stream in first.streams}
        for copy in range(copies):
            with av.open(str(piece)) as again:
                for packet in again.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    later = int(copy * (PIECE_S + GAP_S) / packet.time_base)
                    packet.pts += later
                    packet.dts += later
                    packet.stream = streams[packet.stream.index]
                    target.mux(packet)
    piece.unlink()
    return path


def _encode_piece(source: Path, piece: Path, seconds: float, size: tuple[int, int], faces: int) -> None:
    with av.open(str(source)) as opened:
        shown = [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]
    with av.open(str(piece), "w") as target:
        options = {"preset": "ultrafast", "crf": "26", "g": str(KEY_PICTURE_EVERY)}
        video = target.add_stream("libx264", rate=RATE, options=options)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = target.add_stream("aac", rate=SOUND_RATE_HZ, layout="mono")
        backdrop = _backdrop(size)
        for number in range(round(seconds * RATE)):
            frame = av.VideoFrame.from_ndarray(
                _placed(shown[number % len(shown)], backdrop, number, faces), format="rgb24"
            )
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))
        _encode_sound(source, target, audio, round(seconds * SOUND_RATE_HZ))


def _encode_sound(
    source: Path, target: av.container.OutputContainer, audio: av.AudioStream, samples: int
) -> None:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE_HZ, frame_size=1024)
    written = 0
    while written < samples:
        with av.open(str(source)) as opened:
            for decoded in opened.decode(audio=0):
                decoded.pts = None
                for frame in resampler.resample(decoded):
                    if written >= samples:
                        break
                    frame.pts, frame.time_base = written, Fraction(1, SOUND_RATE_HZ)
                    written += frame.samples
                    target.mux(audio.encode(frame))
    target.mux(audio.encode(None))


def _backdrop(size: tuple[int, int]) -> Picture:
    """Something to decode around the face: soft blobs, which the encoder cannot leave out."""
    blobs = np.random.default_rng(0).integers(0, 255, (size[1] // 32, size[0] // 32, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blobs, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _placed(picture: Picture, backdrop: Picture, number: int, faces: int) -> Picture:
    """The picture, as often as asked for side by side, in the middle of a backdrop that drifts."""
    canvas = np.roll(backdrop, number * 3, axis=1)
    height, width = canvas.shape[:2]
    room = width // faces
    scale = min(1.0, height / picture.shape[0], room / picture.shape[1])
    fitted = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top = (height - fitted.shape[0]) // 2
    for place in range(faces):
        left = place * room + (room - fitted.shape[1]) // 2
        canvas[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    return canvas
