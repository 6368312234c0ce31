"""What the shipped face branch says of labelled faces, each read by the network that never saw its person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.systems.performance import PerformanceBrain
from engine.training.evaluate_faces import read_faces
from engine.training.evaluate_performance import training_folds
from engine.training.labelled_faces import read_labelled_faces
from engine.vocabulary import Emotion, Modality


@dataclass(frozen=True, slots=True)
class Seen:
    """Answers for the faces of a file or folder, in its order.

    Attributes
    ----------
    emotions : tuple of Emotion
        That can be named, in the order of the columns of ``shares``.
    truth : ndarray, shape (n,), int
        Index into ``emotions``.
    shares : ndarray, shape (n, k)
        NaN where no face was found.
    intensity, rated : ndarray, shape (n,)
        As read and as people rated it, 0 to 1; NaN where no face was found, or nobody rated it.
    fold : ndarray, shape (n,), int
        The training fold of the face, -1 where the weights never saw it.
    """

    emotions: tuple[Emotion, ...]
    truth: NDArray[np.int64]
    shares: NDArray[np.float64]
    intensity: NDArray[np.float64]
    rated: NDArray[np.float64]
    fold: NDArray[np.int64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Where a face was found, shape (n,)."""
        return np.asarray(np.isfinite(self.shares).all(axis=1), dtype=np.bool_)


def seen(path: Path, *, rated: bool) -> Seen:
    """Ask the shipped branch about the faces that ``evaluate face-emotion`` and ``face-intensity`` read.

    Parameters
    ----------
    path : Path
    rated : bool
        Only faces whose intensity people rated.

    Raises
    ------
    TableError
        If a file or a column is missing or a value cannot be read.
    """
    brain = PerformanceBrain.load()
    branch, reader = brain.branches[Modality.FACE], brain.faces
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=rated)
    fold = training_folds(branch if reader is None else reader, faces.fingerprint)
    read = read_faces(reader, branch, faces, fold, own=None)
    truth = np.array([branch.emotions.index(emotion) for emotion in faces.emotion], dtype=np.int64)
    return Seen(branch.emotions, truth, read.probabilities, read.intensity, faces.intensity, fold)
