"""How far a face does each of 52 named things, by MediaPipe's FaceLandmarker where its file is at hand.

``face_landmarker.task`` is not shipped; it is read from the weights folder if it lies there. The scores
are read by name. Known weaknesses: cheekPuff, noseSneer, eyeWide and cheekSquint hardly move, and speech
moves everything around the mouth.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import WeightsError
from engine.features.landmarks import Picture, Points, silenced_stderr
from engine.weights import file_sha256, weights_dir

FILE: Final = "face_landmarker.task"
SHA256: Final = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
"""Of version 1 in half precision, 3.8 MB, Apache-2.0."""

# fmt: off
NAMES: Final = (
    "_neutral",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight",
    "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)
# fmt: on
"""The columns of what :meth:`Blendshapes.read` returns, in the model's order."""

ROOM_AROUND: Final = 0.5
"""Part of a face's size that is left on each side of it: its detector wants to see a head."""
CUT_WIDTH: Final = 256
"""A cut-out face is scaled to this; the model's own input is 256 wide."""


class Blendshapes:
    """Reads the blendshapes of faces whose landmarks are known.

    Parameters
    ----------
    path : Path
        ``face_landmarker.task``.

    Raises
    ------
    WeightsError
        If it is not the published file.
    """

    def __init__(self, path: Path) -> None:
        digest = file_sha256(path)
        if digest != SHA256:
            raise WeightsError(
                f"{FILE} in the weights folder is not the published one (its SHA-256 begins {digest[:12]}, "
                f"not {SHA256[:12]}); run `python -m dashboard models fetch {FILE}`, or delete it."
            )
        self._turn = Lock()
        with silenced_stderr():
            from mediapipe import Image, ImageFormat
            from mediapipe.tasks.python.core.base_options import BaseOptions
            from mediapipe.tasks.python.vision.core.vision_task_running_mode import VisionTaskRunningMode
            from mediapipe.tasks.python.vision.face_landmarker import FaceLandmarker, FaceLandmarkerOptions

            self._image: Any = lambda cut: Image(image_format=ImageFormat.SRGB, data=cut)
            self._model = FaceLandmarker.create_from_options(
                FaceLandmarkerOptions(
                    base_options=BaseOptions(model_asset_buffer=path.read_bytes()),
                    running_mode=VisionTaskRunningMode.IMAGE,
                    output_face_blendshapes=True,
                    num_faces=1,
                )
            )
            self._scores(np.zeros((CUT_WIDTH, CUT_WIDTH, 3), dtype=np.uint8))

    @classmethod
    def at_hand(cls) -> Self | None:
        """The reader of this machine, or ``None`` where its file is not in the weights folder.

        Raises
        ------
        WeightsError
            If the file is there and is not the published one.
        """
        path = weights_dir() / FILE
        return cls._opened(path, path.stat().st_mtime_ns) if path.is_file() else None

    @classmethod
    @lru_cache(maxsize=1)
    def _opened(cls, path: Path, _changed_ns: int) -> Self:
        return cls(path)

    def read(self, pictures: Sequence[Picture], points: Points) -> NDArray[np.float32]:
        """The blendshapes of the face with these landmarks in each picture.

        Parameters
        ----------
        pictures : sequence of ndarray, shape (height, width, 3), uint8, RGB
        points : ndarray, shape (pictures, 478, 3)
            As :meth:`engine.features.landmarks.FaceTracker.track` gives them; NaN where there is no face.

        Returns
        -------
        ndarray, shape (pictures, 52), float32
            0 to 1, columns as in :data:`NAMES`; NaN where no face was found.
        """
        scores = np.full((len(pictures), len(NAMES)), np.nan, dtype=np.float32)
        with self._turn:
            for index, (picture, face) in enumerate(zip(pictures, points, strict=True)):
                if not np.isfinite(face[0, 0]):
                    continue
                found = self._scores(_cut(picture, face))
                if found:
                    scores[index] = [found[name] for name in NAMES]
        return scores

    def _scores(self, cut: Picture) -> dict[str, float]:
        faces = self._model.detect(self._image(cut)).face_blendshapes
        return {shape.category_name: float(shape.score) for shape in faces[0]} if faces else {}


def brow_movement(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the brows are moved, up or down, shape (n,), 0 to 1; NaN where there is no face.

    Of what a face does this is the part that speech leaves alone.

    Parameters
    ----------
    scores : ndarray, shape (n, 52)
        As :meth:`Blendshapes.read` gives them.
    """

    def mean(*names: str) -> NDArray[np.float32]:
        return np.asarray(scores[:, [NAMES.index(name) for name in names]].mean(axis=1))

    lowered, inner = mean("browDownLeft", "browDownRight"), mean("browInnerUp")
    outer = mean("browOuterUpLeft", "browOuterUpRight")
    return np.maximum(np.maximum(lowered, inner), outer, dtype=np.float32)


def _cut(picture: Picture, face: Points) -> Picture:
    """The square around a face, padded with black where it leaves the picture, scaled to one size."""
    low, high = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
    half = max(1.0, float((high - low).max()) * (0.5 + ROOM_AROUND))
    scale = CUT_WIDTH / (2 * half)
    corner = (low + high) / 2 - half
    shift = np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]], dtype=np.float64)
    return np.asarray(cv2.warpAffine(picture, shift, (CUT_WIDTH, CUT_WIDTH)), dtype=np.uint8)
