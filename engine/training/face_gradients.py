"""Fit the kernel machine of still faces on FER+ train, in five folds by picture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.errors import TableError
from engine.systems.branch import MEMBERS
from engine.systems.face_gradients import Axes, GradientMachine, Likeness, design, gradients
from engine.training.calibration import fitted_temperature

EDGE_AXES, SHAPE_AXES = 120, 60
CENTRES: Final = 1200
EDGE_WHITENING, SHAPE_WHITENING = 0.35, 0.5
"""Exponent by which strong axes are weakened: 0 keeps the variances, 1 makes all equal."""
RIDGE: Final = 0.3

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


def fit_machine(
    crops: NDArray[np.uint8], shapes: Floats, votes: Floats, fold: NDArray[np.int64], *, rng: Generator
) -> tuple[GradientMachine, Numbers]:
    """Fit on pictures and their mirror pictures.

    Axes and centres are chosen among all of them without their votes; those of fold k never reach
    member k.

    Parameters
    ----------
    crops : ndarray, shape (n, 48, 48)
    shapes : ndarray, shape (n, shape width)
        NaN where no face was found.
    votes : ndarray, shape (n, 7)
    fold : ndarray, shape (n,)

    Returns
    -------
    machine : GradientMachine
    held_out : ndarray, shape (n, 7)
        Calibrated logits of each picture by the member that never saw its votes.

    Raises
    ------
    TableError
        If hardly any picture shows a face.
    """
    known = np.isfinite(shapes).all(axis=1)
    if known.sum() < SHAPE_AXES:
        raise TableError(
            f"A face was found in {known.sum()} training pictures; {SHAPE_AXES} are needed at least."
        )
    straight, mirrored = gradients(crops), gradients(crops[:, :, ::-1])
    edges = principal_axes(straight, kept=EDGE_AXES, whitening=EDGE_WHITENING)
    outline = principal_axes(shapes[known], kept=SHAPE_AXES, whitening=SHAPE_WHITENING)
    outlined = np.zeros((len(shapes), outline.axes.shape[1]), np.float32)
    outlined[known] = outline.apply(shapes[known])
    faces = [np.column_stack([edges.apply(half), outlined]) for half in (straight, mirrored)]
    complete = np.flatnonzero(known)
    chosen = rng.permutation(complete)[: min(CENTRES, complete.size)]
    centres = faces[0][chosen].astype(np.float16).astype(np.float32)
    likeness, held = [], np.zeros((2, len(votes), votes.shape[1]))
    temperatures = []
    for index, (width, rows) in enumerate(((edges.axes.shape[1], known | True), (None, known))):
        found = [design(half[rows][:, :width], centres[:, :width]) for half in faces]
        learned = _ridge(found, votes[rows], fold[rows])
        likeness.append(Likeness(centres[:, :width], learned))
        mean = (found[0] + found[1]) / 2
        answers = np.einsum("nm,nmk->nk", mean, learned[fold[rows]].astype(np.float64))
        temperatures.append(fitted_temperature(answers, votes[rows], lowest=-5))
        held[index, rows] = answers / temperatures[-1]
    machine = GradientMachine(edges, outline, likeness[0], likeness[1], temperatures[0], temperatures[1])
    return machine, np.where(known[:, None], held[1], held[0])


def principal_axes(columns: Floats, *, kept: int, whitening: float) -> Axes:
    """The first ``kept`` principal axes of columns, shape (n, width), with total variance 1."""
    mean = columns.mean(axis=0, dtype=np.float64)
    centred = columns - mean.astype(np.float32)
    variance, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64) / len(columns))
    order = np.argsort(variance)[::-1][:kept]
    variance = np.maximum(variance[order], 1e-12)
    scale = variance ** (-whitening / 2)
    scale /= np.sqrt((variance * scale**2).sum())
    return Axes(mean.astype(np.float32), (vectors[:, order] * scale).astype(np.float32))


def _ridge(found: list[Numbers], votes: Floats, fold: NDArray[np.int64]) -> Floats:
    """Ridge regression of the votes on likeness, one for each fold that is left out: (members, m + 1, 7)."""
    parts, sums = [], []
    for index in range(MEMBERS):
        rows = fold == index
        parts.append(sum(half[rows].T @ half[rows] for half in found))
        sums.append(sum(half[rows].T @ votes[rows] for half in found))
    whole, target = sum(parts), sum(sums)
    penalty = RIDGE * np.eye(whole.shape[0])
    penalty[-1, -1] = 0  # the constant is free
    learned = [
        np.linalg.solve(whole - part + penalty, target - total)
        for part, total in zip(parts, sums, strict=True)
    ]
    return np.array(learned, dtype=np.float16).astype(np.float32)
