"""How strong an emotion a line demands: three opinions of the text brain in one raw score.

No set rates the intensity a line of a scene demands, so the score is not learned but written down:
the mean of three z-scores against the reference lines,

- logit of 1 - P(neutral): does the line carry an emotion at all,
- logit of the intensity of its emotions, each weighted by its probability,
- the arousal of the words as EmoBank's readers felt it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.systems.line_network import PRESENT_EMOTIONS, RATED_EMOTIONS
from engine.verdict.scale import NEUTRAL_SHARE, ReferenceScale
from engine.vocabulary import BASIC_EMOTIONS, Emotion

OPINIONS: Final = ("carries emotion", "intensity", "arousal")
FELT_EMOTIONS: Final = tuple(emotion for emotion in BASIC_EMOTIONS if emotion != Emotion.NEUTRAL)

BORROWED: Final = {Emotion.DISGUST: Emotion.ANGER}
"""No set here rates disgust; anger is its neighbour in valence and arousal (Russell 1980)."""

LEAST: Final = 1e-4
"""Probabilities are kept this far from 0 and 1 before a logit is taken."""


@dataclass(frozen=True, slots=True)
class DemandScale:
    """From the network's answers to the expected intensity of a line.

    Attributes
    ----------
    centre, spread : ndarray, shape (3,)
        Mean and standard deviation of :data:`OPINIONS` over the reference lines.
    reference : ReferenceScale
        Of the raw scores of the reference lines.
    """

    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    reference: ReferenceScale

    @classmethod
    def fit(cls, opinions: NDArray[np.float64], *, neutral: NDArray[np.bool_]) -> DemandScale:
        """Fit on the opinions on the reference lines.

        Parameters
        ----------
        opinions : ndarray, shape (n, 3)
        neutral : ndarray, shape (n,), bool
            Which reference lines people called neutral; they are weighted to ``NEUTRAL_SHARE``.

        Raises
        ------
        ValueError
            If there are fewer than 100 lines, or none or nothing but neutral ones.
        """
        if neutral.all() or not neutral.any():
            raise ValueError("A reference set of lines needs neutral lines and others.")
        share = np.where(neutral, NEUTRAL_SHARE / neutral.sum(), (1 - NEUTRAL_SHARE) / (~neutral).sum())
        centre = np.average(opinions, axis=0, weights=share)
        spread = np.sqrt(np.average((opinions - centre) ** 2, axis=0, weights=share))
        raw = ((opinions - centre) / spread).mean(axis=1)
        return cls(centre, spread, ReferenceScale.fit(raw, weights=share))

    def raw(self, opinions: ArrayLike) -> NDArray[np.float64]:
        """Raw scores, shape (n,), of opinions, shape (n, 3)."""
        z_scores = (np.asarray(opinions, dtype=np.float64) - self.centre) / self.spread
        return np.asarray(z_scores.mean(axis=-1), dtype=np.float64)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays a weight file keeps."""
        return {
            "demand.centre": self.centre,
            "demand.spread": self.spread,
            "demand.knots": self.reference.knots,
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> DemandScale:
        """Read back what :meth:`arrays` wrote."""
        return cls(
            centre=arrays["demand.centre"],
            spread=arrays["demand.spread"],
            reference=ReferenceScale(arrays["demand.knots"]),
        )


def intensities(rated: NDArray[np.float64], present: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intensity of each of :data:`FELT_EMOTIONS`, shape (n, 6), each in [0, 1].

    Where both EI-reg and track B rate an emotion the intensity is the mean of the two; surprise has
    track B alone, disgust borrows as :data:`BORROWED` says.

    Parameters
    ----------
    rated : ndarray, shape (n, 4)
    present : ndarray, shape (n, 5)
    """
    columns = []
    for felt in FELT_EMOTIONS:
        emotion = BORROWED.get(felt, felt)
        said = present[:, PRESENT_EMOTIONS.index(emotion)]
        if emotion in RATED_EMOTIONS:
            said = (said + rated[:, RATED_EMOTIONS.index(emotion)]) / 2
        columns.append(said)
    return np.stack(columns, axis=1)


def opinions_on(
    probabilities: NDArray[np.float64], intensity: NDArray[np.float64], arousal: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The three :data:`OPINIONS`, shape (n, 3).

    Parameters
    ----------
    probabilities : ndarray, shape (n, 7)
        Over ``BASIC_EMOTIONS``, of the line alone.
    intensity : ndarray, shape (n, 6)
        From :func:`intensities`.
    arousal : ndarray, shape (n,)
        In standard deviations.
    """
    felt = [BASIC_EMOTIONS.index(emotion) for emotion in FELT_EMOTIONS]
    carried = probabilities[:, felt].sum(axis=1)
    weighted = (probabilities[:, felt] * intensity).sum(axis=1) / np.maximum(carried, LEAST)
    return np.column_stack([_logit(carried), _logit(weighted), arousal])


def _logit(share: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(share, LEAST, 1 - LEAST)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)
