"""How large, how long and how wide a clip may be, by its content and never by its name or its header.

Whoever runs a server may ask for less than the engine takes.
"""

from __future__ import annotations

import os
from typing import Final

from engine.errors import MediaError
from engine.media.probing import Probe
from engine.media.survey import LARGEST_SIDE_PX, LONGEST_S

BYTES_VARIABLE: Final = "DAILIES_CLIP_MB"
MINUTES_VARIABLE: Final = "DAILIES_CLIP_MINUTES"
PIXELS_VARIABLE: Final = "DAILIES_CLIP_MEGAPIXELS"
USUAL_MB: Final = 2048.0
"""Ten minutes of a phone's best 4K."""
USUAL_MEGAPIXELS: Final = 40.0
"""A picture of 8K; beyond are headers that lie."""


def most_bytes() -> int:
    """The size of the largest file that is taken, in bytes."""
    return int(_told(BYTES_VARIABLE, USUAL_MB) * (1 << 20))


def most_seconds() -> float:
    """The length of the longest clip that is taken."""
    return min(LONGEST_S, _told(MINUTES_VARIABLE, LONGEST_S / 60) * 60)


def most_pixels() -> int:
    """Pixels of the largest picture that is taken."""
    return min(LARGEST_SIDE_PX**2, int(_told(PIXELS_VARIABLE, USUAL_MEGAPIXELS) * 1e6))


def check(found: Probe, *, name: str) -> None:
    """Refuse a clip that is beyond the limits.

    Raises
    ------
    MediaError
        If it is longer or wider; the sentence calls it ``name``.
    """
    if found.duration_s > most_seconds():
        raise MediaError(
            f"{name} lasts {found.duration_s / 60:.1f} min; this server takes clips of at most "
            f"{most_seconds() / 60:g} min. Cut it into takes."
        )
    if found.video is not None and found.video.width * found.video.height > most_pixels():
        raise MediaError(
            f"The pictures of {name} are {found.video.width} × {found.video.height}; this server takes "
            f"at most {most_pixels() / 1e6:g} million pixels. Export it smaller."
        )


def _told(variable: str, usual: float) -> float:
    try:
        told = float(os.environ.get(variable, "") or usual)
    except ValueError:
        return usual
    return told if told > 0 else usual
