"""What a verdict rests on: sentences, the emotion's distribution, and trust in each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import dashboard.components.asset as asset
from dashboard.services import messages
from engine.analysis import EmotionEstimate, ModalityReading
from engine.vocabulary import Emotion, Modality

CLEAR_TRUST: Final = 0.7
FAIR_TRUST: Final = 0.4
CLOSE_SECOND: Final = 0.15
"""A second emotion this near the first is named beside it."""
_mount = asset.renderer("evidence", scripts=())


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What the strip below the verdict shows.

    Attributes
    ----------
    why : tuple of str
        Which moments, words, thresholds and raters led to the verdict.
    emotion : EmotionEstimate or None
    directed : Emotion or None
        What the director asked for.
    modalities : Mapping[Modality, ModalityReading]
    """

    why: tuple[str, ...]
    emotion: EmotionEstimate | None
    directed: Emotion | None
    modalities: Mapping[Modality, ModalityReading]


def evidence(view: EvidenceView, *, key: str = "evidence") -> None:
    """Show ``view``."""
    ranked = [] if view.emotion is None else _ranked(view.emotion)
    _mount(
        key=key,
        data={
            "why": list(view.why),
            "emotion_sentence": _reads_as(ranked),
            "emotions": [
                {
                    "label": messages.say(f"emotion.{emotion.value}"),
                    "share": share,
                    "words": f"{share:.0%}",
                    "directed": emotion == view.directed,
                }
                for emotion, share in ranked
            ],
            "sources": [_source(modality, view.modalities.get(modality)) for modality in Modality],
            "labels": messages.part("evidence"),
        },
    )


def trust_level(trust: float) -> str:
    """Trust in words: ``high``, ``fair``, ``low`` or ``none``."""
    if trust <= 0:
        return "none"
    if trust >= CLEAR_TRUST:
        return "high"
    return "fair" if trust >= FAIR_TRUST else "low"


def _ranked(estimate: EmotionEstimate) -> list[tuple[Emotion, float]]:
    return sorted(estimate.probabilities.items(), key=lambda pair: pair[1], reverse=True)


def _reads_as(ranked: list[tuple[Emotion, float]]) -> str:
    if not ranked:
        return ""
    named = [messages.say(f"emotion.{emotion.value}") for emotion, _ in ranked[:2]]
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLOSE_SECOND:
        return messages.say("evidence.reads_as_unsure", emotion=named[0], second=named[1])
    return messages.say("evidence.reads_as", emotion=named[0])


def _source(modality: Modality, reading: ModalityReading | None) -> dict[str, object]:
    trust = 0.0 if reading is None else reading.trust
    level = trust_level(trust)
    emotion = None if reading is None else reading.emotion
    return {
        "name": messages.say(f"modality.{modality.value}"),
        "level": level,
        "words": messages.say(f"evidence.level.{level}"),
        "share": trust,
        "says": None
        if emotion is None
        else messages.say("evidence.source_says", emotion=messages.say(f"emotion.{emotion.label.value}")),
        "note": None if reading is None else reading.note,
    }
