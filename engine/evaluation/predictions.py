"""What a system said of clips or lines it never saw, beside what people said: figures are made of this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError

Numbers = NDArray[np.float64]

DIGITS: Final = 5
"""Digits of a kept share: far finer than any figure, and half the file."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Emotions named.

    Attributes
    ----------
    classes : tuple of str
        The emotions that could be named, in the order of the columns of ``shares``.
    truth : ndarray, shape (n,), int
        Index into ``classes``.
    shares : ndarray, shape (n, k)
        Probability, or for a system without probabilities any score, of each class. The highest is named.
    calibrated : bool
        Whether ``shares`` claim to be probabilities; a margin of a linear machine does not.
    remark : str
        What a reader of the row has to know, such as how many of the files the weights were trained on.
    """

    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    shares: Numbers
    calibrated: bool = True
    remark: str = ""

    def __post_init__(self) -> None:
        """Refuse tables that do not fit together."""
        if self.shares.shape != (self.truth.size, len(self.classes)):
            raise TableError(
                f"{self.truth.size} labels and shares of shape {self.shares.shape} for "
                f"{len(self.classes)} classes do not fit together; give a share of each class for each label."
            )

    @property
    def named(self) -> NDArray[np.int64]:
        """The class named for each, shape (n,)."""
        return np.asarray(self.shares.argmax(axis=1), dtype=np.int64)

    def as_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "kind": "naming",
            "classes": list(self.classes),
            "truth": self.truth.tolist(),
            "shares": np.round(self.shares, DIGITS).tolist(),
            "calibrated": self.calibrated,
            "remark": self.remark,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The inverse of :meth:`as_json`."""
        shares = np.array(kept["shares"], dtype=np.float64).reshape(-1, len(kept["classes"]))
        return cls(
            tuple(kept["classes"]),
            np.array(kept["truth"], dtype=np.int64),
            shares,
            bool(kept["calibrated"]),
            str(kept["remark"]),
        )

    @classmethod
    def pooled(cls, parts: Sequence[Self]) -> Self:
        """The predictions of several folds as one table.

        Raises
        ------
        TableError
            If they name different classes.
        """
        if len({part.classes for part in parts}) != 1:
            raise TableError("Folds that name different emotions cannot be pooled; name the same in each.")
        return cls(
            parts[0].classes,
            np.concatenate([part.truth for part in parts]),
            np.concatenate([part.shares for part in parts]),
            all(part.calibrated for part in parts),
            _joined([part.remark for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Rating:
    """Intensities said, beside those that people gave.

    Attributes
    ----------
    truth, said : ndarray, shape (n,)
        0 to 1.
    asked : tuple of str
        The emotion each intensity is of.
    remark : str
        As in :class:`Naming`.
    """

    truth: Numbers
    said: Numbers
    asked: tuple[str, ...]
    remark: str = ""

    def __post_init__(self) -> None:
        """Refuse columns of different length."""
        if not self.truth.size == self.said.size == len(self.asked):
            raise TableError(
                f"{self.truth.size} ratings, {self.said.size} answers and {len(self.asked)} emotions do not "
                "fit together; give one of each."
            )

    def as_json(self) -> dict[str, Any]:
        """A form that JSON can hold."""
        return {
            "kind": "rating",
            "truth": np.round(self.truth, DIGITS).tolist(),
            "said": np.round(self.said, DIGITS).tolist(),
            "asked": list(self.asked),
            "remark": self.remark,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The inverse of :meth:`as_json`."""
        return cls(
            np.array(kept["truth"], dtype=np.float64),
            np.array(kept["said"], dtype=np.float64),
            tuple(kept["asked"]),
            str(kept["remark"]),
        )

    @classmethod
    def pooled(cls, parts: Sequence[Self]) -> Self:
        """The answers of several folds as one table."""
        return cls(
            np.concatenate([part.truth for part in parts]),
            np.concatenate([part.said for part in parts]),
            tuple(name for part in parts for name in part.asked),
            _joined([part.remark for part in parts]),
        )


Predictions = Naming | Rating


def predictions_from_json(kept: dict[str, Any]) -> Predictions:
    """Whichever of the two was kept."""
    return Rating.from_json(kept) if kept["kind"] == "rating" else Naming.from_json(kept)


def _joined(remarks: Sequence[str]) -> str:
    """Each remark once."""
    return " ".join(dict.fromkeys(remark for remark in remarks if remark))
