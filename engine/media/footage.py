"""A long clip that is read piece by piece: surveyed once, heard once, its pictures fetched by the piece.

Memory is one mono sound of the whole, 4 MB a minute, and the 50 pictures of the piece at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.features.table import instants
from engine.media.decoding import Media
from engine.media.pictures import PICTURE_LONG_SIDE_PX, shots_at
from engine.media.sound import SOUND_RATE_HZ, read_sound
from engine.media.survey import SHORTEST_S, Survey, survey


@dataclass(frozen=True, slots=True)
class Footage:
    """A file whose pieces are decoded on demand.

    Attributes
    ----------
    path : Path
    surveyed : Survey
    sound : ndarray or None
        Shape (n,), float32, mono, 16 kHz, of the whole; ``None`` without a sound track.
    """

    path: Path
    surveyed: Survey
    sound: NDArray[np.float32] | None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the packets and the sound of a file.

        Raises
        ------
        MediaError
            If it is no clip; see :func:`engine.media.probe`.
        """
        surveyed = survey(path)
        sound, _damaged = read_sound(path, surveyed)
        return cls(path, surveyed, sound)

    @property
    def duration_s(self) -> float:
        return self.surveyed.duration_s

    def piece(self, start_s: float, end_s: float, *, long_side: int = PICTURE_LONG_SIDE_PX) -> Media:
        """Decode what lies between two times, as if it were a clip of its own.

        Parameters
        ----------
        start_s, end_s : float
            Seconds from the start of the whole; what reaches past its end is cut off there.
        long_side : int
            The most pixels a side of a picture may keep.

        Returns
        -------
        Media
            Its times count from ``start_s``.

        Raises
        ------
        MediaError
            If less than :data:`~engine.media.survey.SHORTEST_S` of it lies in the file, or nothing of
            it can be decoded.
        """
        end_s = min(end_s, self.duration_s)
        if start_s < 0 or end_s - start_s < SHORTEST_S:
            raise MediaError(
                f"From {start_s:.1f} to {end_s:.1f} s there is no utterance of {self.path.name}, which lasts "
                f"{self.duration_s:.1f} s; give times inside it, at least {SHORTEST_S} s apart."
            )
        times = instants(end_s - start_s)
        shots = shots_at(self.path, self.surveyed, times + start_s, long_side=long_side)
        sound = None
        if self.sound is not None:
            sound = self.sound[round(start_s * SOUND_RATE_HZ) : round(end_s * SOUND_RATE_HZ)]
        if shots.native_size is None and sound is None:
            raise MediaError(f"Nothing in {self.path.name} can be decoded at {start_s:.1f} s.")
        return Media(
            duration_s=end_s - start_s,
            times_s=times,
            pictures=tuple(shots.pictures),
            picture_times_s=shots.times_s - start_s,
            native_size=shots.native_size,
            sound=sound,
            warnings=(),
        )
