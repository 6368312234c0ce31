"""EmotionML 1.0 (W3C Recommendation, 22 May 2014): one ``<emotion>`` for each answer and prediction.

The vocabularies are in the document: every emotion Dailies knows as categories; the demand of the line, the
strength shown, and how the delivery met the line as dimensions. A scale value lies in [0, 1], so the five
steps of a delivery stand at 0, 0.25, 0.5, 0.75 and 1, where 0.5 is right.

The parts of an element stand in the order of the schema published with the recommendation: ``<info>``, what
is scaled, references.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

from dashboard.services.export_content import ClipRow, Content, Counted, JudgedRow, RatedRow
from dashboard.services.export_xml import XmlFile
from engine.vocabulary import Channel, Delivery, Emotion

NAMESPACE: Final = "http://www.w3.org/2009/10/emotionml"
OWN_NAMESPACE: Final = "urn:dailies:export:1"
CATEGORIES: Final = "dailies-emotions"
DIMENSIONS: Final = "dailies-delivery"
EXPECTED: Final = "expected-intensity"
EXPRESSED: Final = "expressed-intensity"
DELIVERY: Final = "delivery"

THROUGH: Final[Mapping[Channel, str]] = {
    Channel.WORDS: "text",
    Channel.VOICE: "voice",
    Channel.FACE: "face",
    Channel.FULL: "face voice text",
}
"""Our channels in the words of ``expressed-through``."""


def write(content: Content, places: tuple[Path, ...]) -> Counted:
    """Write one document with everything said about every clip."""
    ratings = predictions = 0
    with (
        XmlFile(places[0]) as made,
        made.element(
            "emotionml",
            {
                "version": "1.0",
                "xmlns": NAMESPACE,
                "xmlns:dailies": OWN_NAMESPACE,
                "category-set": f"#{CATEGORIES}",
                "dimension-set": f"#{DIMENSIONS}",
            },
        ),
    ):
        with made.element("info"):
            made.leaf("dailies:project", {"name": content.project.name, "language": content.project.language})
        _vocabularies(made)
        for row in content.clips():
            for answer in row.answers:
                _answer(made, row, answer)
                ratings += 1
            if row.judged is not None and _says_something(row.judged):
                _prediction(made, row, row.judged)
                predictions += 1
    return Counted(ratings, predictions)


def _vocabularies(made: XmlFile) -> None:
    with made.element("vocabulary", {"type": "category", "id": CATEGORIES}):
        for emotion in Emotion:
            made.leaf("item", {"name": emotion.value})
    with made.element("vocabulary", {"type": "dimension", "id": DIMENSIONS}):
        for name in (EXPECTED, EXPRESSED, DELIVERY):
            made.leaf("item", {"name": name})


def _answer(made: XmlFile, row: ClipRow, answer: RatedRow) -> None:
    rating = answer.rated.rating
    with made.element("emotion", {"id": f"rating-{rating.id}", "expressed-through": THROUGH[rating.channel]}):
        facts = {
            "source": "person",
            "rater": answer.rated.person.name,
            "clip": row.clip.id,
            "phase": rating.phase.value,
            "channel": rating.channel.value,
            "rated-at": rating.created_at.isoformat(),
            "stands": str(answer.stands).lower(),
        }
        with made.element("info"):
            made.leaf("dailies:answer", facts, rating.comment)
        if rating.emotion is not None:
            made.leaf("category", {"name": rating.emotion.value})
        _dimensions(made, rating.expected_intensity, rating.expressed_intensity, rating.delivery)
        _what_is_meant(made, row)


def _prediction(made: XmlFile, row: ClipRow, judged: JudgedRow) -> None:
    said = judged.prediction
    with made.element("emotion", {"id": f"prediction-{said.id}", "expressed-through": THROUGH[Channel.FULL]}):
        facts = {
            "source": "machine",
            "system": said.system.value,
            "weights": said.weights_version,
            "clip": row.clip.id,
            "verdict": judged.judgement.verdict or "",
        }
        with made.element("info"):
            made.leaf("dailies:prediction", facts)
        if said.emotion is not None:
            made.leaf("category", {"name": said.emotion.value})
        _dimensions(made, said.expected_intensity, said.expressed_intensity, None)
        _what_is_meant(made, row)


def _dimensions(
    made: XmlFile, expected: float | None, expressed: float | None, delivery: Delivery | None
) -> None:
    steps = list(Delivery)
    step = None if delivery is None else steps.index(delivery) / (len(steps) - 1)
    for name, value in ((EXPECTED, expected), (EXPRESSED, expressed), (DELIVERY, step)):
        if value is not None:
            made.leaf("dimension", {"name": name, "value": repr(float(value))})


def _what_is_meant(made: XmlFile, row: ClipRow) -> None:
    end = "" if row.clip.duration_s is None else f"#t=0,{row.clip.duration_s:.3f}"
    made.leaf("reference", {"uri": f"{quote(row.file_name)}{end}", "role": "expressedBy"})


def _says_something(judged: JudgedRow) -> bool:
    said = judged.prediction
    return any(each is not None for each in (said.emotion, said.expected_intensity, said.expressed_intensity))
