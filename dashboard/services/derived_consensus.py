"""What several people's answers to a clip add up to: worked out anew each time, stored nowhere.

The delivery's raters are weighed by how they answer (:class:`~engine.raters.consensus.OrdinalConsensus`);
of emotions the one named most often counts, of intensities the median.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.services.given_answers import Field, GivenAnswers
from db.answer_columns import EMOTIONS
from engine.raters.consensus import OrdinalConsensus
from engine.vocabulary import Delivery

STEPS: Final = tuple(sorted(Delivery))


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the answers to one clip add up to.

    Attributes
    ----------
    value : str
        A step of the delivery, an emotion or an intensity, written as answers are.
    share : float or None
        How many gave this answer, 0 to 1; ``None`` for a median.
    is_split : bool
        Whether another answer was given as often as the commonest one: then whatever ``value`` says leans
        on how these raters answer elsewhere, and somebody should look.
    """

    value: str
    share: float | None
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class ConsensusColumns:
    """The consensus about one field, by the place of the clip.

    Attributes
    ----------
    value : ndarray of float64, shape (clips,)
        As :meth:`GivenAnswers.values`, NaN where nobody said anything.
    share : ndarray of float64, shape (clips,)
        NaN for a median.
    is_split : ndarray of bool, shape (clips,)
    """

    field: Field
    value: NDArray[np.float64]
    share: NDArray[np.float64]
    is_split: NDArray[np.bool_]

    def of(self, clip: int) -> Consensus | None:
        """The consensus about the clip at a place, ``None`` where nobody said anything."""
        value, share = float(self.value[clip]), float(self.share[clip])
        if np.isnan(value):
            return None
        shown = None if np.isnan(share) else share
        return Consensus(self.field.text(value), shown, bool(self.is_split[clip]))


def consensus(field: Field, answers: GivenAnswers) -> ConsensusColumns:
    """The consensus about each clip that has an answer about the field."""
    values, clips = answers.values(field), len(answers.clips.id)
    there = ~np.isnan(values)
    clip, said = answers.clip[there], values[there]
    if field in (Field.EXPECTED, Field.EXPRESSED):
        missing = np.full(clips, np.nan)
        return ConsensusColumns(field, _medians(clip, said, clips), missing, np.zeros(clips, dtype=np.bool_))
    is_delivery = field is Field.DELIVERY
    codes = (said - min(STEPS) if is_delivery else said).astype(np.intp)
    kinds = len(STEPS) if is_delivery else len(EMOTIONS)
    counts = np.bincount(clip * kinds + codes, minlength=clips * kinds).reshape(clips, kinds)
    if is_delivery:
        chosen = _weighed(clip, answers.columns.person[there], codes, clips)
    else:
        chosen = counts.argmax(axis=1)  # of those named as often the first by its name
    of_all, most = counts.sum(axis=1), counts.max(axis=1, initial=0)
    has_any = of_all > 0
    given = counts[np.arange(clips), chosen]
    return ConsensusColumns(
        field=field,
        value=np.where(has_any, chosen + min(STEPS) if is_delivery else chosen, np.nan),
        share=np.where(has_any, given / np.maximum(of_all, 1), np.nan),
        is_split=has_any & ((counts == most[:, None]).sum(axis=1) > 1),
    )


def _weighed(
    clip: NDArray[np.intp], person: NDArray[np.int64], codes: NDArray[np.intp], clips: int
) -> NDArray[np.intp]:
    found = np.zeros(clips, dtype=np.intp)
    if clip.size:
        model = OrdinalConsensus(len(STEPS)).fit(clip, person, codes)
        found[np.array(model.items_, dtype=np.intp)] = model.consensus
    return found


def _medians(clip: NDArray[np.intp], said: NDArray[np.float64], clips: int) -> NDArray[np.float64]:
    """The median of each clip's values, NaN without any."""
    order = np.lexsort((said, clip))
    rising = said[order]
    counts = np.bincount(clip, minlength=clips)
    starts = np.cumsum(counts) - counts
    found = np.full(clips, np.nan)
    some = counts > 0
    low, high = (starts + (counts - 1) // 2)[some], (starts + counts // 2)[some]
    found[some] = np.where(low == high, rising[low], (rising[low] + rising[high]) / 2)
    return found
