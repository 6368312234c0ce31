"""The 65 low-level descriptors of the ComParE 2016 set (Schuller et al. 2016), by openSMILE.

openSMILE is an optional extra (``requirements-opensmile.txt``): its licence allows non-commercial use
only. Whatever asks for it here says so where it is missing, and the rest runs without.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.features.activity import SAMPLE_RATE

Floats = NDArray[np.float32]

PACKAGE: Final = "opensmile"
LLD_WIDTH: Final = 65
STEP_S: Final = 0.04
"""Four of openSMILE's 10 ms frames are averaged: a syllable still has five steps."""
FRAMES_PER_STEP: Final = 4

MISSING: Final = (
    "The package opensmile is not installed, so the acoustic descriptors cannot be measured; "
    "`pip install -r requirements-opensmile.txt` brings it (non-commercial licence)."
)
"""What a person is told where the extra is missing."""


def installed() -> bool:
    """Whether openSMILE can be used here."""
    return importlib.util.find_spec(PACKAGE) is not None


def lld_names() -> tuple[str, ...]:
    """The names of the 65 columns, as openSMILE gives them."""
    return tuple(_smile().feature_names)


def lld_steps(sound: Floats) -> Floats:
    """The descriptors of a spoken stretch, one row each 40 ms.

    Parameters
    ----------
    sound : ndarray, shape (n,), float32
        Mono, 16 kHz, levelled by :func:`engine.features.spoken_stretch.spoken_stretch`.

    Returns
    -------
    ndarray, shape (steps, 65)
        Raw columns of :func:`lld_names`, at least one row.

    Raises
    ------
    ModuleNotFoundError
        If openSMILE is not installed; ask :func:`installed` first.
    """
    frames = _smile().process_signal(sound, SAMPLE_RATE).to_numpy(dtype=np.float32)  # [frames, 65]
    frames = np.nan_to_num(frames, nan=0.0, posinf=0.0, neginf=0.0)
    if not len(frames):
        return np.zeros((1, LLD_WIDTH), dtype=np.float32)
    short = -len(frames) % FRAMES_PER_STEP
    padded = np.concatenate([frames, np.repeat(frames[-1:], short, axis=0)])
    return np.asarray(padded.reshape(-1, FRAMES_PER_STEP, LLD_WIDTH).mean(axis=1), dtype=np.float32)


@cache
def _smile() -> Any:
    import opensmile

    return opensmile.Smile(
        feature_set=opensmile.FeatureSet.ComParE_2016,
        feature_level=opensmile.FeatureLevel.LowLevelDescriptors,
    )
