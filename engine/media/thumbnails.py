"""Small JPEG pictures for pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.media.pictures import PICTURE_LONG_SIDE_PX, shots_at
from engine.media.survey import survey

THUMBNAIL_WIDTH_PX: Final = 320
JPEG_QUALITY: Final = 80

POSTER_SHARE: Final = 0.35
"""Where in a clip its poster is taken: behind slates and fade-ins, before the take is over."""


def thumbnail(picture: NDArray[np.uint8], *, width: int = THUMBNAIL_WIDTH_PX) -> bytes:
    """Make a JPEG of ``picture``, shape (height, width, 3) RGB, at most ``width`` pixels wide.

    Raises
    ------
    MediaError
        If the picture cannot be written as JPEG.
    """
    shown: NDArray[Any] = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    if picture.shape[1] > width:
        height = max(1, round(picture.shape[0] * width / picture.shape[1]))
        shown = cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA)
    written, jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise MediaError(f"A picture of {picture.shape[1]} × {picture.shape[0]} cannot be written as JPEG.")
    return bytes(jpeg)


def poster(path: Path, *, width: int = THUMBNAIL_WIDTH_PX) -> bytes | None:
    """One JPEG that stands for a clip; ``None`` where it has no pictures.

    Raises
    ------
    MediaError
        As :func:`engine.media.probe`.
    """
    surveyed = survey(path)
    if not surveyed.has_pictures:
        return None
    when = np.array([POSTER_SHARE * surveyed.duration_s])
    picture = shots_at(path, surveyed, when, long_side=max(width, PICTURE_LONG_SIDE_PX)).pictures[0]
    return None if picture is None else thumbnail(picture, width=width)
