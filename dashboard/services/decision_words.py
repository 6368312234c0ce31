"""Disputes, answers and decisions in words."""

from __future__ import annotations

from dashboard.services.disputes import FAR_APART, Dispute
from dashboard.services.label_sets import LabelSet
from dashboard.services.messages import say, spoken
from db.records import AdjudicationRecord, RatingRecord
from engine.vocabulary import Delivery


def delivery(step: Delivery) -> str:
    """A step of the delivery as people read it."""
    return say(f"delivery.{Delivery(step).name.lower()}")


def content(said: RatingRecord | AdjudicationRecord, labels: LabelSet) -> str:
    """An answer or a decision in one line, plain text."""
    parts = {
        "delivery": None if said.delivery is None else delivery(said.delivery),
        "emotion": None if said.emotion is None else labels.name(said.emotion, spoken()),
        "expected_intensity": _level(said.expected_intensity),
        "expressed_intensity": _level(said.expressed_intensity),
    }
    return say("why.comma").join(
        say(f"adjudicate.field.{name}", value=value) for name, value in parts.items() if value is not None
    )


def differing(dispute: Dispute) -> str:
    """About what people differ, in one line."""
    said = []
    if dispute.verdict_entropy > 0:
        said.append(say("adjudicate.differ.verdict", steps=dispute.step_range))
    if dispute.emotion_entropy > 0:
        said.append(say("adjudicate.differ.emotion"))
    if dispute.intensity_range >= FAR_APART:
        said.append(say("adjudicate.differ.intensity", range=f"{dispute.intensity_range:.2f}"))
    return say("why.comma").join(said) or say("adjudicate.differ.none")


def _level(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"
