"""One clip looked at and listened to once, for every system that is asked about it.

Nothing waits for what it does not need: faces are followed while later pictures are being decoded, and the
voice is measured as soon as the sound is there.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.features.landmarks import FaceTracker
from engine.media import Decoding, Media
from engine.systems.evidence import Heard, Seen, hear, heard_in, see, seen_in
from engine.systems.face_enrolment import FaceEnrolment


@dataclass(frozen=True, slots=True)
class Observed:
    """What was decoded, heard and seen of one clip.

    Attributes
    ----------
    media : Media
    heard : Heard
    seen : Seen
    decode_s : float
        What the decoding took; the rest was at work meanwhile.
    """

    media: Media
    heard: Heard
    seen: Seen
    decode_s: float


def observe(
    path: Path,
    tracker: FaceTracker,
    *,
    media: Media | None = None,
    neutral: NDArray[np.float32] | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> Observed:
    """Decode a clip, and look at its face and listen to its voice meanwhile.

    Parameters
    ----------
    media : Media, optional
        What is read in the place of the whole file: a piece of it that is decoded already.
    neutral, face, own_face
        See :func:`engine.systems.evidence.see`.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    """
    started = perf_counter()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="hear") as pool:
        if media is not None:
            hearing = pool.submit(hear, media)
            seen = see(media, tracker, neutral=neutral, face=face, own_face=own_face)
            return Observed(media, hearing.result(), seen, 0.0)
        with Decoding(path) as decoding:
            hearing = pool.submit(lambda: heard_in(decoding.sound(), decoding.times_s))
            tracks = tracker.track_all(decoding.pictures())
            media, decode_s = decoding.media(), decoding.seconds()
        seen = seen_in(media, tracks, since=started, neutral=neutral, face=face, own_face=own_face)
        return Observed(media, hearing.result(), seen, decode_s)
