"""The shape reader: which emotion the outline of a still face shows, also against the person's own at rest.

A linear discriminant (Fisher 1936). What an expression does to a face is learned mostly from posed faces;
how faces differ otherwise is learned from them and from web faces together, so that another camera and other
people are met halfway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.weights import Arrays

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShapeReader:
    """Linear discriminants, one for each fold of subjects that is left out.

    Attributes
    ----------
    plain : ndarray, shape (members, width + 1, emotions)
        On the shape itself; the last row is the constant.
    moved : ndarray, shape (members, width + 1, emotions)
        On the difference from the person's own shape at rest.
    mean, spread : ndarray, shape (width,)
    share_of_plain : float
        What the first counts beside the second where both can be asked.
    temperature_plain, temperature_own : float
    """

    plain: Floats
    moved: Floats
    mean: Floats
    spread: Floats
    share_of_plain: float
    temperature_plain: float
    temperature_own: float

    def logits(self, shapes: Floats, own: Floats | None = None, *, member: int | None = None) -> Numbers:
        """Calibrated logits of single faces.

        Parameters
        ----------
        shapes : ndarray, shape (n, width)
            From :func:`engine.features.face_shape.shape_columns`; NaN rows answer zeros.
        own : ndarray, shape (n, width), optional
            Of the same people at rest; NaN rows where nobody knows.
        member : int, optional
            Ask the one that never saw this fold; the mean of all by default.

        Returns
        -------
        ndarray, shape (n, emotions)
        """
        plain = answers(self.plain, (shapes - self.mean) / self.spread, member)
        found = plain / self.temperature_plain
        if own is not None:
            known = np.isfinite(own).all(axis=1)
            moved = answers(self.moved, (shapes - own) / self.spread, member)
            found[known] = ((moved + self.share_of_plain * plain) / self.temperature_own)[known]
        return np.where(np.isfinite(shapes).all(axis=1)[:, None], found, 0.0)

    def arrays(self) -> Arrays:
        """What goes into a weight file."""
        numbers = [self.share_of_plain, self.temperature_plain, self.temperature_own]
        return {
            "shape.plain": self.plain,
            "shape.moved": self.moved,
            "shape.mean": self.mean,
            "shape.spread": self.spread,
            "shape.numbers": np.array(numbers, np.float32),
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> ShapeReader:
        """Rebuild what :meth:`arrays` stored."""
        plain, moved, mean, spread = (
            arrays[f"shape.{name}"].astype(np.float32) for name in ("plain", "moved", "mean", "spread")
        )
        share, temperature_plain, temperature_own = arrays["shape.numbers"].astype(float).tolist()
        return cls(plain, moved, mean, spread, share, temperature_plain, temperature_own)


def answers(discriminants: Floats, columns: Floats, member: int | None) -> Numbers:
    """Log-probabilities of standardised columns [n, width] by one discriminant or the mean of all."""
    chosen = discriminants.mean(axis=0) if member is None else discriminants[member]
    scores = columns.astype(np.float64) @ chosen[:-1].astype(np.float64) + chosen[-1]
    top = scores.max(axis=1, keepdims=True)
    return np.asarray(scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True)))
