"""What the packets of a file say, read without decoding them.

Headers lie: browsers record WebM without a duration, cut-off files still promise their full length.
Reading the packets costs milliseconds and gives the true length and where decoding can start.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.container import EXPECTED, audio_stream, opened, video_stream

SHORTEST_S: Final = 0.1
"""Below this there is no delivery to judge; 50 instants would be 2 ms apart."""

LONGEST_S: Final = 1800.0
"""Clips up to 10 min are what Dailies is made for; beyond half an hour a file is not one take."""

BELIEVED_S: Final = 0.5
"""A header's duration this near to what the packets hold is the better one: it knows of trimmed ends."""

LARGEST_SIDE_PX: Final = 8192
"""One decoded picture of this size is 100 MB; cameras stop here, hostile headers do not."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Where in a file the pictures and the sound lie; times in seconds from the clip's start.

    Attributes
    ----------
    origin_s : float
        Time stamp of the clip's start, as the container counts.
    duration_s : float
        To the end of the longer stream; from the header where the packets bear it out.
    promised_s : float or None
        The duration the header gives.
    has_pictures, has_sound : bool
    key_times_s : ndarray, shape (k,)
        Where decoding can start, ascending.
    pictures_end_s : float
        End of the last picture; 0 without pictures.
    picture_interval_s : float
        Mean time between pictures; 0 without pictures.
    """

    origin_s: float
    duration_s: float
    promised_s: float | None
    has_pictures: bool
    has_sound: bool
    key_times_s: NDArray[np.float64]
    pictures_end_s: float
    picture_interval_s: float


def survey(path: Path) -> Survey:
    """Read the packets of ``path``.

    Raises
    ------
    MediaError
        If the file cannot be opened, has no stream, no length, or is beyond the limits named above.
    """
    with opened(path) as container:
        _refuse_absurd(container, path)
        start, length = container.start_time, container.duration
        packets = _packets(container)
    pictures, keys, sound = packets["pictures"], packets["keys"], packets["sound"]
    if not pictures.size and not sound.size:
        raise MediaError(f"{path.name} holds neither pictures nor sound; {EXPECTED}.")
    starts = [spans[:, 0].min() for spans in (pictures, sound) if spans.size]
    ends = [spans[:, 1].max() for spans in (pictures, sound) if spans.size]
    origin = float(min(starts)) if start is None else start / av.time_base
    promised = length / av.time_base if length is not None and length > 0 else None
    measured = float(max(ends)) - origin
    believed = promised is not None and abs(measured - promised) <= BELIEVED_S
    duration = promised if promised is not None and believed else measured
    if duration < SHORTEST_S:
        raise MediaError(f"{path.name} lasts {duration:.2f} s; a clip lasts at least {SHORTEST_S} s.")
    if duration > LONGEST_S:
        raise MediaError(
            f"{path.name} lasts {duration / 60:.0f} min; cut it into takes of at most "
            f"{LONGEST_S / 60:.0f} min."
        )
    return Survey(
        origin_s=origin,
        duration_s=duration,
        promised_s=promised,
        has_pictures=bool(pictures.size),
        has_sound=bool(sound.size),
        key_times_s=np.sort(keys[:, 0]) - origin if keys.size else np.zeros(0),
        pictures_end_s=float(pictures[:, 1].max()) - origin if pictures.size else 0.0,
        picture_interval_s=float(np.ptp(pictures)) / len(pictures) if pictures.size else 0.0,
    )


def _packets(container: InputContainer) -> dict[str, NDArray[np.float64]]:
    """Start and end of each packet that is shown or heard, shape (n, 2), by kind."""
    video, audio = video_stream(container), audio_stream(container)
    streams = [stream for stream in (video, audio) if stream is not None]
    spans: dict[str, list[tuple[float, float]]] = {"pictures": [], "keys": [], "sound": []}
    interval = 1.0 / float(video.average_rate) if video is not None and video.average_rate else 0.0
    try:
        for packet in container.demux(streams) if streams else ():
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is None or packet.size == 0 or packet.is_discard:
                continue
            start = float(stamp * packet.time_base)
            length = float((packet.duration or 0) * packet.time_base)
            if packet.stream is audio:
                spans["sound"].append((start, start + length))
                continue
            span = (start, start + (length or interval))
            spans["pictures"].append(span)
            if packet.is_keyframe:
                spans["keys"].append(span)
    except av.FFmpegError:
        pass  # cut off or damaged from here on: what was read before is the clip
    return {kind: np.array(found, dtype=np.float64).reshape(-1, 2) for kind, found in spans.items()}


def _refuse_absurd(container: InputContainer, path: Path) -> None:
    video = video_stream(container)
    if video is not None and max(video.codec_context.width, video.codec_context.height) > LARGEST_SIDE_PX:
        raise MediaError(
            f"The pictures of {path.name} are {video.codec_context.width} × {video.codec_context.height}; "
            f"Dailies takes at most {LARGEST_SIDE_PX} pixels a side."
        )
