"""One decode of a clip: 50 upright pictures chosen by time stamp, and mono 16 kHz sound.

Who looks and listens need not wait for the last picture: :class:`Decoding` hands each over as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import MediaError
from engine.features.table import instants
from engine.media.pictures import PICTURE_LONG_SIDE_PX, Picture, Shots, shots_at
from engine.media.sound import read_sound
from engine.media.survey import Survey, survey

MISSING_S: Final = 1.0
"""A header that promises this much more than the packets hold belongs to a file that was cut off."""


@dataclass(frozen=True, slots=True)
class Media:
    """The decoded content of one clip.

    Attributes
    ----------
    duration_s : float
    times_s : ndarray, shape (50,)
        The instants, seconds from the clip's start.
    pictures : tuple of 50 (ndarray or None)
        RGB, shape (height, width, 3), uint8, upright, the long side at most 960; ``None`` where the
        clip shows nothing at that instant. Neighbouring instants of a slow clip share one array.
    picture_times_s : ndarray, shape (50,)
        Time stamps of the pictures, at or before their instants; NaN where there is none.
    native_size : tuple of int or None
        Width and height before scaling, upright; ``None`` without pictures.
    sound : ndarray or None
        Shape (n,), float32, mono, 16 kHz, starting with the clip; ``None`` without a sound track.
    warnings : tuple of str
        What of the file could not be used, in sentences.
    """

    duration_s: float
    times_s: NDArray[np.float64]
    pictures: tuple[Picture | None, ...]
    picture_times_s: NDArray[np.float64]
    native_size: tuple[int, int] | None
    sound: NDArray[np.float32] | None
    warnings: tuple[str, ...]

    @property
    def has_pictures(self) -> bool:
        return self.native_size is not None


def decode(path: Path, *, long_side: int = PICTURE_LONG_SIDE_PX) -> Media:
    """Decode ``path`` once.

    Parameters
    ----------
    long_side : int
        The most pixels a side of a picture may keep.

    Raises
    ------
    MediaError
        If ``path`` is no clip (see :func:`engine.media.probe`) or nothing in it can be decoded.
    """
    with Decoding(path, long_side=long_side) as under_way:
        return under_way.media()


class Decoding:
    """A clip under way through the decoder, its sound beside its pictures; leave it as a context.

    Parameters
    ----------
    path : Path
    long_side : int
        The most pixels a side of a picture may keep.

    Attributes
    ----------
    times_s : ndarray, shape (50,)
        The instants, seconds from the clip's start.

    Raises
    ------
    MediaError
        If ``path`` is no clip.
    """

    def __init__(self, path: Path, *, long_side: int = PICTURE_LONG_SIDE_PX) -> None:
        self._started = perf_counter()
        self._path, self._long_side = path, long_side
        self._surveyed = survey(path)
        self.times_s = instants(self._surveyed.duration_s)
        self._come: SimpleQueue[Picture | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="decode")
        self._listening = self._pool.submit(read_sound, path, self._surveyed)
        self._watching = self._pool.submit(self._watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def pictures(self) -> Iterator[Picture]:
        """The pictures of the instants that show one, in their order, each as soon as it is decoded.

        To be asked for once.
        """
        while (picture := self._come.get()) is not None:
            yield picture

    def sound(self) -> NDArray[np.float32] | None:
        """The sound of the clip, once it is decoded; ``None`` without any."""
        return self._listening.result()[0]

    def media(self) -> Media:
        """All of the clip, once it is decoded.

        Raises
        ------
        MediaError
            If nothing in it can be decoded.
        """
        shots, _seconds = self._watching.result()
        sound, damaged_sounds = self._listening.result()
        if shots.native_size is None and sound is None:
            raise MediaError(f"Nothing in {self._path.name} can be decoded; it is damaged, export it again.")
        return Media(
            duration_s=self._surveyed.duration_s,
            times_s=self.times_s,
            pictures=tuple(shots.pictures),
            picture_times_s=shots.times_s,
            native_size=shots.native_size,
            sound=sound,
            warnings=_warnings(self._surveyed, shots, sound, damaged_sounds),
        )

    def seconds(self) -> float:
        """What the pictures took from the start on, once they are decoded."""
        return self._watching.result()[1]

    def _watch(self) -> tuple[Shots, float]:
        try:
            shots = shots_at(
                self._path,
                self._surveyed,
                self.times_s,
                long_side=self._long_side,
                on_picture=self._come.put,
            )
            return shots, perf_counter() - self._started
        finally:
            self._come.put(None)


def _warnings(
    surveyed: Survey, shots: Shots, sound: NDArray[np.float32] | None, damaged_sounds: int
) -> tuple[str, ...]:
    said = []
    if surveyed.has_pictures and shots.native_size is None:
        said.append("The pictures cannot be decoded; only the sound was used.")
    elif shots.damaged:
        said.append(f"{shots.damaged} damaged pieces of the picture were skipped.")
    if surveyed.has_sound and sound is None:
        said.append("The sound cannot be decoded; only the pictures were used.")
    elif damaged_sounds:
        said.append(f"{damaged_sounds} damaged pieces of the sound were skipped.")
    if surveyed.promised_s is not None and surveyed.promised_s > surveyed.duration_s + MISSING_S:
        said.append(
            f"The file promises {surveyed.promised_s:.1f} s but holds {surveyed.duration_s:.1f} s; "
            "it may be cut off."
        )
    return tuple(said)
