"""What several people's answers to a clip add up to: worked out anew each time, stored nowhere.

The delivery's raters are weighed by how they answer (:class:`~engine.raters.consensus.OrdinalConsensus`);
of emotions the one named most often counts, of intensities the median.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from dashboard.services.given_answers import Field, GivenAnswer
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
        How probable the step is, or how many named the emotion, 0 to 1; ``None`` for a median.
    """

    value: str
    share: float | None


def consensus(field: Field, answers: Iterable[GivenAnswer]) -> Mapping[str, Consensus]:
    """The consensus about each clip that has an answer about the field, by the clip's id."""
    said = [(each, value) for each in answers if (value := each.value(field)) is not None]
    if not said:
        return {}
    if field is Field.DELIVERY:
        return _weighed(said)
    by_clip: dict[str, list[str]] = defaultdict(list)
    for each, value in said:
        by_clip[each.clip_id].append(value)
    return {
        clip: _most_named(values)
        if field is Field.EMOTION
        else Consensus(repr(median(map(float, values))), None)
        for clip, values in by_clip.items()
    }


def _weighed(said: list[tuple[GivenAnswer, str]]) -> dict[str, Consensus]:
    model = OrdinalConsensus(len(STEPS)).fit(
        [each.clip_id for each, _ in said],
        [each.person_id for each, _ in said],
        [STEPS.index(Delivery(int(value))) for _, value in said],
    )
    return {
        clip: Consensus(str(int(STEPS[step])), float(shares[step]))
        for clip, step, shares in zip(model.items_, model.consensus, model.probabilities_, strict=True)
    }


def _most_named(values: list[str]) -> Consensus:
    name, count = min(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return Consensus(name, count / len(values))
