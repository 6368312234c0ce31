"""Heads tuned on a school's own labels: a linear change of what the shipped weights say of an intensity.

A head reads what the shipped brain has read already (the words' states, the summary of the voice) and
moves the standing the brain gives. Mean and spread of the standings stay those of the shipped scale, so
that what is demanded and what is shown can still be subtracted. Without a head in force the shipped
weights answer alone; which one is in force stands in the manifest of the weights folder, so that going
back is one line there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from engine import weights
from engine.errors import WeightsError
from engine.systems.performance import PerformanceReading, normal_score
from engine.systems.text_brain import TextReading
from engine.systems.voice_heads import LARGEST_Z
from engine.tuned_weights import in_force
from engine.vocabulary import Modality

BESIDE: Final = "beside"

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TunedHead:
    """A linear change on the normal scale: Φ⁻¹(s) becomes gain · Φ⁻¹(s) + shift + z · delta.

    Attributes
    ----------
    mean, spread, delta : ndarray, shape (d,)
        Of what is read, and what each standard deviation of it adds.
    gain, shift : float
    beside : str
        Version of the brain it was tuned beside.
    version : str
    """

    mean: Numbers
    spread: Numbers
    delta: Numbers
    gain: float
    shift: float
    beside: str
    version: str = ""

    @classmethod
    def load(cls, modality: Modality, *, beside: str) -> Self | None:
        """The head in force in the weights folder, ``None`` without one.

        Parameters
        ----------
        modality : Modality
            Text or voice.
        beside : str
            Version of the brain that is loaded.

        Raises
        ------
        WeightsError
            If its file is missing or damaged, or it was tuned beside another brain.
        """
        name = in_force(modality)
        if name is None:
            return None
        file = weights.load(name)
        if file.metadata[BESIDE] != beside:
            raise WeightsError(
                f"{name} was tuned beside other weights; tune it again with `python -m engine train`, or "
                f"put it out of force with `python -m engine tuned FOLDER --off {modality.value}`."
            )
        return cls(
            mean=file.arrays["mean"].astype(np.float64),
            spread=file.arrays["spread"].astype(np.float64),
            delta=file.arrays["delta"].astype(np.float64),
            gain=float(file.metadata["gain"]),
            shift=float(file.metadata["shift"]),
            beside=beside,
            version=file.version,
        )

    def moved(self, standing: float, read: NDArray[np.float32] | Numbers) -> float:
        """A standing in (0, 1) after the change, by what was read, shape (d,)."""
        z = standardised(read.astype(np.float64)[None], self.mean, self.spread)[0]
        return float(ndtr(self.gain * normal_score(standing) + self.shift + z @ self.delta))


@dataclass(frozen=True, slots=True)
class TunedHeads:
    """The heads in force beside the two brains; ``None`` where the shipped weights answer alone."""

    text: TunedHead | None = None
    voice: TunedHead | None = None

    @classmethod
    def load(cls, *, text: str, performance: str) -> Self:
        """Those of the weights folder, beside brains of these versions; raises as :meth:`TunedHead.load`."""
        return cls(
            TunedHead.load(Modality.TEXT, beside=text), TunedHead.load(Modality.VOICE, beside=performance)
        )

    @property
    def version(self) -> str:
        """Empty without a head; else it changes with each."""
        return "".join(f"+{head.version[:6]}" for head in (self.text, self.voice) if head is not None)

    def expected(self, reading: TextReading) -> float | None:
        """What the line demands."""
        if self.text is None or reading.expected is None:
            return reading.expected
        return self.text.moved(reading.expected, line_summary(reading))

    def expressed(self, reading: PerformanceReading, summary: NDArray[np.float32] | None) -> float | None:
        """What the performance shows; without a voice the shipped weights answer."""
        if self.voice is None or reading.expressed is None or summary is None:
            return reading.expressed
        return self.voice.moved(reading.expressed, summary)


SHIPPED_ALONE: Final = TunedHeads()


def line_summary(reading: TextReading) -> Numbers:
    """The words' states, weighed by the attention to them, shape (300,)."""
    weighed: Numbers = reading.word_attention.astype(np.float64) @ reading.word_states.astype(np.float64)
    return weighed


def standardised(values: Numbers, mean: Numbers, spread: Numbers) -> Numbers:
    """Z-scores [n, d], clipped so that no number out of place carries a row."""
    return np.asarray(np.clip((values - mean) / spread, -LARGEST_Z, LARGEST_Z), dtype=np.float64)
