"""Which answers to a clip are right: ranges by question, and whether an answer lies in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.services.messages import Catalogue
from dashboard.services.rating_protocol import Question, questions_of
from db.errors import RefusedValueError
from db.records import Json, RatingRecord
from engine.vocabulary import Channel, Delivery, Emotion

LEVELS: Final = 7
"""Steps of intensity that have a name, as the form shows them."""

ROUNDING: Final = 1e-6
"""Intensities are thirds and sixths in decimals: an answer on a border is inside."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is right about a clip; a question that is ``None`` or empty here does not matter.

    Attributes
    ----------
    delivery : (float, float) or None
        Lowest and highest step of :class:`~engine.vocabulary.Delivery`.
    emotions : tuple of Emotion
    expected, expressed : (float, float) or None
        Lowest and highest intensity, 0 to 1.
    """

    delivery: Range | None = None
    emotions: tuple[Emotion, ...] = ()
    expected: Range | None = None
    expressed: Range | None = None

    def __post_init__(self) -> None:
        if not self.questions:
            raise RefusedValueError("A known answer needs at least one question; choose what is right.")
        _ensure("delivery", self.delivery, min(Delivery), max(Delivery))
        _ensure("intensity the line asks for", self.expected, 0, 1)
        _ensure("intensity the performance shows", self.expressed, 0, 1)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What it says something about."""
        said = {
            Question.DELIVERY: self.delivery is not None,
            Question.EXPECTED: self.expected is not None,
            Question.EMOTION: bool(self.emotions),
            Question.EXPRESSED: self.expressed is not None,
        }
        return tuple(question for question, is_said in said.items() if is_said)

    def wrong(self, answer: RatingRecord) -> tuple[Question, ...]:
        """The questions an answer gets wrong; one left open is wrong too."""
        delivery = None if answer.delivery is None else float(answer.delivery)
        is_right = {
            Question.DELIVERY: _within(delivery, self.delivery),
            Question.EXPECTED: _within(answer.expected_intensity, self.expected),
            Question.EMOTION: answer.emotion in self.emotions,
            Question.EXPRESSED: _within(answer.expressed_intensity, self.expressed),
        }
        return tuple(question for question in self.questions if not is_right[question])

    def ensure_asked(self, channel: Channel) -> None:
        """Refuse a question that a channel cannot answer.

        Raises
        ------
        RefusedValueError
            In a sentence that names it.
        """
        for question in self.questions:
            if question not in questions_of(channel):
                raise RefusedValueError(
                    f"From the {channel.value} alone the {question.value} is not asked; leave it out."
                )

    def words(self, speech: Catalogue) -> str:
        """What is right, in a few words of a language."""
        parts = []
        if self.delivery is not None:
            names = [speech.say(f"delivery.{Delivery(int(step)).name.lower()}") for step in self.delivery]
            parts.append(speech.say("gold.said.delivery", what=_span(speech, names)))
        if self.emotions:
            named = speech.say("gold.or").join(speech.say(f"emotion.{each.value}") for each in self.emotions)
            parts.append(speech.say("gold.said.emotion", what=named))
        for question, span in ((Question.EXPECTED, self.expected), (Question.EXPRESSED, self.expressed)):
            if span is not None:
                names = [speech.say(f"level.{level_of(value)}") for value in span]
                parts.append(speech.say(f"gold.said.{question.value}", what=_span(speech, names)))
        return speech.say("gold.and").join(parts)


def level_of(intensity: float) -> int:
    """The step of intensity, from 0, whose name fits best."""
    return round(intensity * (LEVELS - 1))


def read(stored: Json) -> Accepted:
    """What a stored document accepts."""
    delivery, expected, expressed = (
        None if stored.get(name) is None else (float(stored[name][0]), float(stored[name][1]))
        for name in (Question.DELIVERY.value, Question.EXPECTED.value, Question.EXPRESSED.value)
    )
    emotions = tuple(Emotion(code) for code in stored.get(Question.EMOTION.value) or ())
    return Accepted(delivery, emotions, expected, expressed)


def written(accepted: Accepted) -> Json:
    """The document :func:`read` takes."""
    spans = {
        Question.DELIVERY: accepted.delivery,
        Question.EXPECTED: accepted.expected,
        Question.EXPRESSED: accepted.expressed,
    }
    document: dict[str, object] = {name.value: list(span) for name, span in spans.items() if span is not None}
    if accepted.emotions:
        document[Question.EMOTION.value] = [each.value for each in accepted.emotions]
    return document


def around(answer: RatingRecord, *, levels: int = 1) -> Accepted:
    """A proposal from one answer: the same verdict, its emotion, its intensities and ``levels`` beside.

    Raises
    ------
    RefusedValueError
        If the answer says nothing.
    """
    return Accepted(
        delivery=None if answer.delivery is None else _same_side(answer.delivery),
        emotions=() if answer.emotion is None else (answer.emotion,),
        expected=_beside(answer.expected_intensity, levels),
        expressed=_beside(answer.expressed_intensity, levels),
    )


def _same_side(step: Delivery) -> Range:
    side = [each for each in Delivery if each.verdict is step.verdict]
    return float(min(side)), float(max(side))


def _beside(intensity: float | None, levels: int) -> Range | None:
    if intensity is None:
        return None
    room = levels / (LEVELS - 1)
    return max(0.0, intensity - room), min(1.0, intensity + room)


def _within(value: float | None, span: Range | None) -> bool:
    return value is not None and span is not None and span[0] - ROUNDING <= value <= span[1] + ROUNDING


def _ensure(what: str, span: Range | None, low: float, high: float) -> None:
    if span is not None and not low <= span[0] <= span[1] <= high:  # NaN is not
        raise RefusedValueError(
            f"The {what} that is right lies between {low:g} and {high:g}, the lower end first, "
            f"not from {span[0]:g} to {span[1]:g}."
        )


def _span(speech: Catalogue, names: list[str]) -> str:
    low, high = names
    return low if low == high else speech.say("gold.span", low=low, high=high)
