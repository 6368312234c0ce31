"""The published third model: a learned combination of both brains and the line's emotion, beside the gap.

Where the gap subtracts what the line demands from what is shown, this learns from labelled clips what the
two and the emotion of the line say together: a multinomial logistic model of the two z-scores, the emotion,
and the emotion times the gap. It gives an opinion and decides nothing: verdicts come from the gap and its
thresholds.

It is optional and no file of it ships. Its numbers belong to the weights whose intensities it was taught
with, so it speaks only of analyses by those weights.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.analysis import Analysis
from engine.errors import WeightsError
from engine.vocabulary import BASIC_EMOTIONS, VERDICT_ORDER, Emotion, Modality

Numbers = NDArray[np.float64]

FILE: Final = "trimodal.safetensors"
WIDTH: Final = 2 + 2 * len(BASIC_EMOTIONS)
"""Both z-scores, the emotion's shares, and each share times the gap."""


@dataclass(frozen=True, slots=True)
class Trimodal:
    """A trained combination.

    Attributes
    ----------
    coefficients : ndarray, shape (3, WIDTH)
        Rows in :data:`~engine.vocabulary.VERDICT_ORDER`.
    intercepts : ndarray, shape (3,)
    instrument : str
        ``system weights_version`` of the predictions it was taught with.
    taught_by : str
        ``people``, or ``rule`` where the labels were derived.
    """

    coefficients: Numbers
    intercepts: Numbers
    instrument: str
    taught_by: str

    @classmethod
    @lru_cache(maxsize=1)
    def at_hand(cls) -> Self | None:
        """The trained combination in the weights folder; ``None`` where there is none.

        Raises
        ------
        WeightsError
            If its file is damaged.
        """
        if not (weights.weights_dir() / FILE).is_file():
            return None
        file = weights.load(FILE)
        metadata = file.metadata
        if json.loads(metadata["classes"]) != [verdict.value for verdict in VERDICT_ORDER]:
            raise WeightsError(f"{FILE} names other verdicts; train it again by `engine train trimodal`.")
        return cls(
            file.arrays["coefficients"].astype(np.float64),
            file.arrays["intercepts"].astype(np.float64),
            metadata["instrument"],
            metadata["taught_by"],
        )

    def probabilities(self, columns: Numbers) -> Numbers:
        """Of the three verdicts, shape (n, 3), for :func:`columns_of`, shape (n, WIDTH)."""
        logits = columns @ self.coefficients.T + self.intercepts
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def told(self, analysis: Analysis) -> Analysis:
        """The analysis with this opinion, where it may have one."""
        expected, expressed = analysis.z_expected, analysis.z_expressed
        is_mine = self.instrument == f"{analysis.system.value} {analysis.weights_version}"
        if not is_mine or expected is None or expressed is None:
            return analysis
        reading = analysis.modalities.get(Modality.TEXT)
        named = None if reading is None or reading.emotion is None else reading.emotion.label
        columns = columns_of([expected], [expressed], shares_of([named]))
        found = self.probabilities(columns)[0]
        return replace(analysis, trimodal=dict(zip(VERDICT_ORDER, found.tolist(), strict=True)))


def columns_of(
    expected: Sequence[float] | Numbers, expressed: Sequence[float] | Numbers, shares: Numbers
) -> Numbers:
    """What the model reads, shape (n, WIDTH).

    Parameters
    ----------
    expected, expressed : array, shape (n,)
        z-scores of what the line demands and what is shown.
    shares : ndarray, shape (n, 7)
        Of the line's emotion, from :func:`shares_of`.
    """
    scores = np.column_stack([expected, expressed])
    return np.column_stack([scores, shares, shares * (scores[:, 1] - scores[:, 0])[:, None]])


def shares_of(named: Sequence[Emotion | None]) -> Numbers:
    """Emotions as shares over the basic ones, shape (n, 7): 1 for the one named; others count nowhere."""
    return np.array([[float(each is emotion) for emotion in BASIC_EMOTIONS] for each in named])


def third_opinion(analysis: Analysis) -> Analysis:
    """The analysis with the third model's opinion where one is trained and speaks of these weights.

    Raises
    ------
    WeightsError
        If its file is damaged.
    """
    model = Trimodal.at_hand()
    return analysis if model is None else model.told(analysis)
