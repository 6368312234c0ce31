"""Edges and shape of a still face by their likeness to known faces: a kernel machine.

Histograms of oriented gradients (Dalal & Triggs 2005) of a face crop, reduced to their principal axes,
beside the shape of its landmarks; likeness is a Gaussian kernel to some hundred known faces (Nyström,
Williams & Seeger 2001), weighed by ridge regression on people's votes. Where no landmarks are found the
edges answer alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.features.face_crop import CROP_PX
from engine.weights import Arrays

CELL_PX, BLOCK_CELLS, ORIENTATIONS = 6, 2, 8
GRADIENT_WIDTH: Final = (CROP_PX // CELL_PX - BLOCK_CELLS + 1) ** 2 * BLOCK_CELLS**2 * ORIENTATIONS

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axes:
    """Principal axes of some columns, scaled so that the total variance is 1.

    Attributes
    ----------
    mean : ndarray, shape (width,)
    axes : ndarray, shape (width, kept)
    """

    mean: Floats
    axes: Floats

    def apply(self, columns: Floats) -> Floats:
        """Shape (n, width) → (n, kept)."""
        return np.asarray((columns - self.mean) @ self.axes, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Votes by likeness to known faces.

    Attributes
    ----------
    centres : ndarray, shape (m, width)
        The known faces.
    votes : ndarray, shape (members, m, emotions)
        What each member lets them vote for; the last row of votes is the constant.
    """

    centres: Floats
    votes: Floats

    def answers(self, faces: Floats, member: int | None) -> Numbers:
        """Logits before the temperature, shape (n, width) → (n, emotions)."""
        chosen = self.votes.mean(axis=0) if member is None else self.votes[member]
        return np.asarray(design(faces, self.centres) @ chosen.astype(np.float64), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GradientMachine:
    """The trained machine.

    Attributes
    ----------
    edges, shapes : Axes
    alone, both : Likeness
        By edges alone, and by edges and shape.
    temperature_alone, temperature_both : float
        Fitted out of fold (Guo et al. 2017).
    """

    edges: Axes
    shapes: Axes
    alone: Likeness
    both: Likeness
    temperature_alone: float
    temperature_both: float

    def arrays(self) -> Arrays:
        """What goes into a weight file, in half precision."""
        held = {
            "edges.mean": self.edges.mean,
            "edges.axes": self.edges.axes,
            "shapes.mean": self.shapes.mean,
            "shapes.axes": self.shapes.axes,
            "centres": self.both.centres,
            "alone.votes": self.alone.votes,
            "both.votes": self.both.votes,
        }
        arrays: Arrays = {f"gradients.{key}": value.astype(np.float16) for key, value in held.items()}
        temperatures = [self.temperature_alone, self.temperature_both]
        return arrays | {"gradients.temperatures": np.array(temperatures, np.float32)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> GradientMachine:
        """Rebuild what :meth:`arrays` stored."""
        prefix = "gradients."
        held = {
            key.removeprefix(prefix): value.astype(np.float32)
            for key, value in arrays.items()
            if key.startswith(prefix)
        }
        edges = Axes(held["edges.mean"], held["edges.axes"])
        alone, both = held["temperatures"].tolist()
        return cls(
            edges,
            Axes(held["shapes.mean"], held["shapes.axes"]),
            Likeness(held["centres"][:, : edges.axes.shape[1]], held["alone.votes"]),
            Likeness(held["centres"], held["both.votes"]),
            alone,
            both,
        )

    def logits(self, crops: NDArray[np.uint8], shapes: Floats, *, member: int | None = None) -> Numbers:
        """Calibrated logits of single faces.

        Parameters
        ----------
        crops : ndarray, shape (n, 48, 48), uint8
        shapes : ndarray, shape (n, shape width)
            From :func:`engine.features.face_shape.shape_columns`; NaN where no landmarks were found.
        member : int, optional
            Ask the member that never saw this fold; the mean of all by default.

        Returns
        -------
        ndarray, shape (n, emotions)
        """
        answer = np.zeros((len(crops), self.both.votes.shape[2]))
        known = np.isfinite(shapes).all(axis=1)
        for mirrored in (False, True):
            seen = crops[:, :, ::-1] if mirrored else crops
            edges = self.edges.apply(gradients(seen))
            if (~known).any():
                answer[~known] += self.alone.answers(edges[~known], member) / self.temperature_alone / 2
            if known.any():
                whole = np.concatenate([edges[known], self.shapes.apply(shapes[known])], axis=1)
                answer[known] += self.both.answers(whole, member) / self.temperature_both / 2
        return answer


def gradients(crops: NDArray[np.uint8]) -> Floats:
    """Histograms of oriented gradients, shape (n, 48, 48) → (n, :data:`GRADIENT_WIDTH`)."""
    block, cell = CELL_PX * BLOCK_CELLS, CELL_PX
    reader: Any = cv2.HOGDescriptor(
        (CROP_PX, CROP_PX), (block, block), (cell, cell), (cell, cell), ORIENTATIONS
    )
    found = [reader.compute(np.ascontiguousarray(crop)).ravel() for crop in crops]
    return np.array(found, dtype=np.float32).reshape(-1, GRADIENT_WIDTH)


def design(faces: Floats, centres: Floats) -> Numbers:
    """Gaussian likeness of each face to each centre, and a constant: (n, width), (m, width) → (n, m + 1).

    The kernel's width is the total variance of the columns: 1 for each kind of them.
    """
    apart = (
        (faces.astype(np.float64) ** 2).sum(axis=1)[:, None]
        + (centres.astype(np.float64) ** 2).sum(axis=1)[None]
        - 2 * (faces @ centres.T).astype(np.float64)
    )
    variance = max(1e-9, float(centres.var(axis=0).sum()))
    return np.column_stack([np.exp(-np.maximum(apart, 0) / variance), np.ones(len(faces))])
