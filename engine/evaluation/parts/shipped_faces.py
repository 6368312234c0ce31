"""What the shipped face branch says of labelled faces, each read by the network that never saw its person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.features.geometry import NeutralPopulation
from engine.systems.performance import PerformanceBrain
from engine.training import evaluate_performance
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
    branch = PerformanceBrain.load().branches[Modality.FACE]
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=rated)
    fold = evaluate_performance._folds(branch, faces.fingerprint)
    rest = NeutralPopulation.load().mean
    neutral = np.broadcast_to(rest, (len(faces.emotion), rest.size))
    opinions = evaluate_performance._seen(branch, faces, neutral, fold)
    shares = np.full((len(opinions), len(branch.emotions)), np.nan)
    intensity = np.full(len(opinions), np.nan)
    for row, opinion in enumerate(opinions):
        if opinion is not None:
            shares[row] = [opinion.probabilities[emotion] for emotion in branch.emotions]
            intensity[row] = 1 / (1 + np.exp(-opinion.raw))
    truth = np.array([branch.emotions.index(emotion) for emotion in faces.emotion], dtype=np.int64)
    return Seen(branch.emotions, truth, shares, intensity, faces.intensity, fold)
