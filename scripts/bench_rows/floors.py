"""The least that a clip costs: decoding every picture, and finding the landmarks in fifty of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def bare_decode(clip: Path) -> int:
    """Decode every picture and do nothing with it."""
    import av

    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


class Landmarks:
    """MediaPipe's face mesh with the options that Dailies gives it, and nothing around it."""

    def __init__(self) -> None:
        from mediapipe.python.solutions.face_mesh import FaceMesh

        self._mesh: Any = FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True)

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> int:
        """Ask about each picture; how many show a face."""
        return sum(self._mesh.process(picture).multi_face_landmarks is not None for picture in pictures)
