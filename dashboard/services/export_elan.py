"""ELAN documents (EAF 3.0, Max Planck Institute for Psycholinguistics), one a clip.

The line's words lie at their times; each rater has tiers of their own that span the clip: delivery, emotion,
what the line demands, what the performance shows, comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dashboard.services import media_store
from dashboard.services.export_content import ClipRow, Content, Counted, RatedRow
from dashboard.services.export_media import MediaFolder
from dashboard.services.export_xml import XmlFile
from dashboard.services.predictions import stored
from db.errors import StorageError
from engine.analysis import SpokenWord
from engine.vocabulary import Channel

SCHEMA: Final = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
KIND: Final = "default-lt"
MACHINE: Final = "machine"
UNKNOWN_LENGTH_MS: Final = 1000
"""How long a clip whose length nobody knows is taken to be: a tier needs an end."""


@dataclass(frozen=True, slots=True)
class _Note:
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    who: str
    notes: tuple[_Note, ...]


def write(content: Content, places: tuple[Path, ...]) -> Counted:
    """Write ``CLIP.mp4.eaf`` for each clip into the folder, and the clips beside them where they leave."""
    folder = places[0]
    ratings = predictions = 0
    with MediaFolder(folder) as media:
        for row in content.clips():
            if content.choices.media:
                media.put(row)
            _document(folder / f"{row.file_name}.eaf", row)
            ratings += len(row.answers)
            predictions += row.judged is not None
    return Counted(ratings, predictions, media.copied, tuple(media.notes))


def _document(path: Path, row: ClipRow) -> None:
    tiers = tuple(_tiers(row))
    slots = [moment for tier in tiers for note in tier.notes for moment in (note.start_ms, note.end_ms)]
    number = 0
    with (
        XmlFile(path) as made,
        made.element(
            "ANNOTATION_DOCUMENT",
            {
                "AUTHOR": "Dailies",
                "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
                "FORMAT": "3.0",
                "VERSION": "3.0",
                "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                "xsi:noNamespaceSchemaLocation": SCHEMA,
            },
        ),
    ):
        with made.element("HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}):
            name = row.file_name
            made.leaf(
                "MEDIA_DESCRIPTOR",
                {"MEDIA_URL": name, "MIME_TYPE": _mime_type(row), "RELATIVE_MEDIA_URL": f"./{name}"},
            )
            made.leaf("PROPERTY", {"NAME": "lastUsedAnnotationId"}, str(len(slots) // 2))
        with made.element("TIME_ORDER"):
            for place, moment in enumerate(slots, start=1):
                made.leaf("TIME_SLOT", {"TIME_SLOT_ID": f"ts{place}", "TIME_VALUE": str(moment)})
        for tier in tiers:
            about = {"LINGUISTIC_TYPE_REF": KIND, "PARTICIPANT": tier.who, "TIER_ID": tier.name}
            with made.element("TIER", about):
                for note in tier.notes:
                    number += 1
                    with (
                        made.element("ANNOTATION"),
                        made.element(
                            "ALIGNABLE_ANNOTATION",
                            {
                                "ANNOTATION_ID": f"a{number}",
                                "TIME_SLOT_REF1": f"ts{2 * number - 1}",
                                "TIME_SLOT_REF2": f"ts{2 * number}",
                            },
                        ),
                    ):
                        made.leaf("ANNOTATION_VALUE", text=note.text)
        made.leaf(
            "LINGUISTIC_TYPE",
            {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": KIND, "TIME_ALIGNABLE": "true"},
        )


def _tiers(row: ClipRow) -> Iterator[_Tier]:
    length = max(1, round((row.clip.duration_s or UNKNOWN_LENGTH_MS / 1000) * 1000))

    def whole(what: str, who: str, value: object) -> Iterator[_Tier]:
        if value is not None and value != "":
            yield _Tier(f"{what} {who}", who, (_Note(0, length, str(value)),))

    yield from whole("line", "script", row.clip.line)
    if row.judged is not None:
        said = row.judged.prediction
        words = tuple(_word_notes(stored(said).analysis.words, length))
        if words:
            yield _Tier(f"words {MACHINE}", MACHINE, words)
        yield from whole("verdict", MACHINE, row.judged.judgement.verdict)
        yield from whole("emotion", MACHINE, said.emotion)
        yield from whole("expected intensity", MACHINE, said.expected_intensity)
        yield from whole("expressed intensity", MACHINE, said.expressed_intensity)
    seen: dict[str, int] = {}
    for answer in row.answers:
        who, rating = _named(answer, seen), answer.rated.rating
        yield from whole("delivery", who, None if rating.delivery is None else int(rating.delivery))
        yield from whole("emotion", who, rating.emotion)
        yield from whole("expected intensity", who, rating.expected_intensity)
        yield from whole("expressed intensity", who, rating.expressed_intensity)
        yield from whole("comment", who, rating.comment)


def _named(answer: RatedRow, seen: dict[str, int]) -> str:
    """Whose tier it is, told apart from the same person's other answers to the clip."""
    rating, name = answer.rated.rating, answer.rated.person.name
    who = name if rating.channel is Channel.FULL else f"{name} ({rating.channel.value})"
    seen[who] = seen.get(who, 0) + 1
    return who if seen[who] == 1 else f"{who} #{seen[who]}"


def _word_notes(words: tuple[SpokenWord, ...], length: int) -> Iterator[_Note]:
    """The words one behind the other: annotations of a tier must not overlap."""
    free = 0
    for word in words:
        start = max(free, round(word.start_s * 1000))
        end = min(length, round(word.end_s * 1000))
        if end > start:
            free = end
            yield _Note(start, end, word.text)


def _mime_type(row: ClipRow) -> str:
    try:
        return media_store.media_type(media_store.path_of(row.stored.media_key))
    except (StorageError, OSError):  # the file is gone; what was said about it still leaves
        return "application/octet-stream"
