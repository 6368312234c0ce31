"""Whose face it is: 128 numbers that lie near each other for pictures of one person.

dlib's recognition network (King 2017; 99.4 % on Labeled Faces in the Wild by its author, public domain) on a
face cut upright by its landmarks. Network and library are an optional extra (``requirements-faces.txt``):
whatever asks for them here says so where they are missing, and the rest runs without. It looks for people
who were enrolled with their consent, and for nobody else.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.features.landmarks import Points
from engine.weights import file_sha256

Numbers = NDArray[np.float64]
Bytes = NDArray[np.uint8]

LIBRARY: Final = "dlib"
MODELS: Final = "face_recognition_models"
"""The package that carries the network; its files are read by path and its code is not run."""
MODEL_FILE: Final = "models/dlib_face_recognition_resnet_model_v1.dat"
MODEL_SHA256: Final = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
WIDTH: Final = 128

CHIP_PX: Final = 150
ANCHORS: Final = (33, 133, 362, 263, 2)
"""Outer and inner corners of the eyes from the left, base of the nose."""
PLACES: Final = CHIP_PX * np.array(
    [(0.247, 0.309), (0.389, 0.319), (0.597, 0.319), (0.740, 0.309), (0.493, 0.585)], np.float32
)
"""Where dlib cuts faces so that these points lie: its five-point shape with a quarter of margin."""
MOST_PICTURES: Final = 5
"""Of a track; each takes a tenth of a second."""

SAME_PERSON: Final = 0.5
"""Two mean vectors nearer than this are of one person. The network's author takes 0.6 of single pictures;
here a wrong actor would be worse than none."""
LEAST_LEAD: Final = 0.1
"""The nearest face must be so much nearer than any other."""

MISSING: Final = (
    "The packages that tell faces apart are not installed; `pip install -r requirements-faces.txt -c "
    "constraints.txt` brings them."
)
"""What a person is told where the extra is missing."""


def installed() -> bool:
    """Whether faces can be told apart here."""
    return all(importlib.util.find_spec(name) is not None for name in (LIBRARY, MODELS))


@dataclass(frozen=True, slots=True)
class FaceIdentity:
    """The network, loaded.

    Attributes
    ----------
    network : object
        dlib's ``face_recognition_model_v1``.
    """

    network: Any

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load it once per process.

        Raises
        ------
        WeightsError
            If the extra is not installed, or its file is not the published one.
        """
        if not installed():
            raise WeightsError(MISSING)
        found = importlib.util.find_spec(MODELS)
        assert found is not None  # asked above
        path = Path(next(iter(found.submodule_search_locations or [""]))) / MODEL_FILE
        if not path.is_file() or file_sha256(path) != MODEL_SHA256:
            raise WeightsError(f"{path.name} is not the published file; install {MODELS} again.")
        import dlib

        return cls(dlib.face_recognition_model_v1(str(path)))

    def of_picture(self, picture: Bytes, landmarks: NDArray[np.float32]) -> Numbers:
        """The vector of one face, shape (128,).

        Parameters
        ----------
        picture : ndarray, shape (height, width, 3), uint8
            RGB.
        landmarks : ndarray, shape (478, 3)
            In pixels; finite.
        """
        chip = upright(picture, landmarks)
        return np.array(self.network.compute_face_descriptor(chip), dtype=np.float64)

    def of_track(self, track: Points, pictures: Sequence[Bytes]) -> Numbers:
        """The mean vector of a face over pictures spread evenly among those that show it, shape (128,)."""
        seen = np.flatnonzero(np.isfinite(track[:, 0, 0]))
        chosen = seen[np.unique(np.linspace(0, seen.size - 1, MOST_PICTURES).round().astype(int))]
        vectors = [self.of_picture(pictures[index], track[index]) for index in chosen]
        return np.asarray(np.mean(vectors, axis=0), dtype=np.float64)


def upright(picture: Bytes, landmarks: NDArray[np.float32]) -> Bytes:
    """The face cut out as the network learned faces, shape (150, 150, 3)."""
    points = landmarks[list(ANCHORS), :2].astype(np.float32)
    turn, _ = cv2.estimateAffinePartial2D(points, PLACES, method=cv2.LMEDS)
    return np.asarray(cv2.warpAffine(picture, turn, (CHIP_PX, CHIP_PX)), dtype=np.uint8)


def nearest(vectors: Sequence[Numbers], enrolled: Numbers) -> int | None:
    """Which of several faces is the enrolled person, ``None`` where none is, or two could be.

    Parameters
    ----------
    vectors : sequence of ndarray, shape (128,)
    enrolled : ndarray, shape (pictures, 128)
    """
    distances = [float(np.linalg.norm(vector - enrolled.mean(axis=0))) for vector in vectors]
    ranked = sorted(distances)
    if not ranked or ranked[0] >= SAME_PERSON:
        return None
    if len(ranked) > 1 and ranked[1] - ranked[0] < LEAST_LEAD:
        return None
    return distances.index(ranked[0])
