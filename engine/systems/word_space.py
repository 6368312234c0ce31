"""From an encoder's word states to the 300 columns of the table: principal axes and z-scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class WordSpace:
    """Principal axes of word states, fitted on training lines.

    Attributes
    ----------
    mean : ndarray, shape (384,), float32
    axes : ndarray, shape (300, 384), float32
        Orthonormal rows, largest variance first.
    deviation : ndarray, shape (300,), float32
        Standard deviation of the training words along each axis.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def project(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Z-scored principal components, shape (n, 300), of word states, shape (n, 384)."""
        centred = (states - self.mean) @ self.axes.T / self.deviation
        return np.asarray(centred, dtype=np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays a weight file keeps."""
        return {
            "space.mean": self.mean,
            "space.axes": self.axes.astype(np.float16),
            "space.deviation": self.deviation,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> WordSpace:
        """Read back what :meth:`arrays` wrote."""
        return cls(
            mean=arrays["space.mean"].astype(np.float32),
            axes=arrays["space.axes"].astype(np.float32),
            deviation=arrays["space.deviation"].astype(np.float32),
        )
