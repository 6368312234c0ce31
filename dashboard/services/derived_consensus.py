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
        How many gave this answer, 0 to 1; ``None`` for a median.
    is_split : bool
        Whether another answer was given as often as the commonest one: then whatever ``value`` says leans
        on how these raters answer elsewhere, and somebody should look.
    """

    value: str
    share: float | None
    is_split: bool = False


def consensus(field: Field, answers: Iterable[GivenAnswer]) -> Mapping[str, Consensus]:
    """The consensus about each clip that has an answer about the field, by the clip's id."""
    said = [(each, value) for each in answers if (value := each.value(field)) is not None]
    if not said:
        return {}
    by_clip: dict[str, list[str]] = defaultdict(list)
    for each, value in said:
        by_clip[each.clip_id].append(value)
    if field is Field.DELIVERY:
        return {clip: _given(value, by_clip[clip]) for clip, value in _weighed(said).items()}
    return {
        clip: _most_named(values)
        if field is Field.EMOTION
        else Consensus(repr(median(map(float, values))), None)
        for clip, values in by_clip.items()
    }


def _weighed(said: list[tuple[GivenAnswer, str]]) -> dict[str, str]:
    model = OrdinalConsensus(len(STEPS)).fit(
        [each.clip_id for each, _ in said],
        [each.person_id for each, _ in said],
        [STEPS.index(Delivery(int(value))) for _, value in said],
    )
    return {clip: str(int(STEPS[step])) for clip, step in zip(model.items_, model.consensus, strict=True)}


def _most_named(values: list[str]) -> Consensus:
    name, _ = min(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return _given(name, values)


def _given(value: str, values: list[str]) -> Consensus:
    counts = Counter(values)
    most = max(counts.values())
    return Consensus(value, counts[value] / len(values), sum(count == most for count in counts.values()) > 1)
