"""The folder layout of Hugging Face ``datasets``: a videofolder, an audiofolder where no clip has a picture.

``clips/`` holds the files, ``metadata.parquet`` (a row for each clip) and ``ratings.parquet`` (a row for each
answer); the card's head names both as configurations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePath
from statistics import fmean
from typing import Final

from dashboard.services.export_card import CardFacts, Given, card
from dashboard.services.export_content import ClipRow, Content, Counted
from dashboard.services.export_media import MediaFolder
from dashboard.services.export_tables import (
    CLIP_PARTS,
    JUDGED_PARTS,
    MODEL_PARTS,
    RATING_COLUMNS,
    RatingRows,
)
from dashboard.services.parquet_table import ParquetTable
from dashboard.services.table_files import Column, Row
from db.records import RatingRecord
from engine.vocabulary import Channel

CLIPS: Final = "clips"
METADATA: Final = "metadata.parquet"
RATINGS: Final = "ratings.parquet"
CARD: Final = "README.md"

FILE: Final = Column("file_name", str)
"""``datasets`` turns a column of this name into the picture or the sound."""

SOUND: Final = Column("sound_path", str)
"""Where some clips have a picture: the file of one that has none, which no videofolder can open."""

SUMMARY_COLUMNS: Final = (
    Column("answers", int),
    Column("delivery_mean", float),
    Column("rated_emotion", str),
    Column("rated_expected_intensity_mean", float),
    Column("rated_expressed_intensity_mean", float),
)
"""What the standing answers about the full clip add up to; the emotion is the one named most, if one is."""

CLIP_COLUMNS: Final = (
    FILE,
    SOUND,
    *(Column(name, kind) for name, kind, _ in CLIP_PARTS),
    *SUMMARY_COLUMNS,
    *(Column(name, kind) for name, kind, _ in MODEL_PARTS),
    *(Column(name, kind) for name, kind, _ in JUDGED_PARTS),
    Column("consent", str),
)


class _Writing:
    """The folder while it is written: what is counted on the way."""

    def __init__(self, content: Content, media: MediaFolder) -> None:
        self._content = content
        self._media = media
        self._files: dict[str, tuple[str | None, str | None]] = {}
        self._raters: set[str] = set()
        self._given = Given()
        self._actors: set[str] = set()
        self._languages: Counter[str] = Counter()
        self._consents: Counter[str] = Counter()
        self._endings: set[str] = set()
        self._has_picture = content.has_picture()
        self.predictions = 0

    def clip_rows(self) -> Iterator[Row]:
        """Copy each clip's file and give its row."""
        for row in self._content.clips():
            clip, judged = row.clip, row.judged
            self._files[clip.id] = file, sound = self._placed(row)
            self._languages[clip.language or self._content.project.language] += 1
            self._consents[row.consent.scope] += 1
            self._actors.update([clip.actor] if clip.actor else [])
            self.predictions += judged is not None
            yield (
                file,
                sound,
                *(value(clip) for _, _, value in CLIP_PARTS),
                *_summary([each.rated.rating for each in row.answers if each.stands]),
                *(None if judged is None else value(judged.prediction) for _, _, value in MODEL_PARTS),
                *(None if judged is None else value(judged.judgement) for _, _, value in JUDGED_PARTS),
                row.consent.scope,
            )

    def rating_rows(self) -> Iterator[Row]:
        """Each answer beside the file it is about; after :meth:`clip_rows`."""
        rows = RatingRows(self._content.project)
        for row in self._content.answers():
            self._raters.add(row.rated.person.name)
            self._given.add(row)
            yield (*self._files[row.rated.clip.id], *rows.row(row))

    def facts(self, ratings: int) -> CardFacts:
        """What was counted."""
        notes = tuple(self._media.notes)
        return CardFacts(
            given=self._given,
            counted=Counted(ratings, self.predictions, self._media.copied, notes),
            all_clips=len(self._files),
            raters=len(self._raters),
            actors=len(self._actors),
            languages=tuple(name for name, _ in self._languages.most_common()),
            consents=self._consents,
            is_sound_only=not self._has_picture,
            file_endings=tuple(sorted(self._endings)),
        )

    def _placed(self, row: ClipRow) -> tuple[str | None, str | None]:
        """``file_name`` and ``sound_path`` of a clip."""
        name = None if self._content.choices.media is False else self._media.put(row)
        if name is None:
            return None, None
        if self._has_picture and row.clip.width is None:
            return None, name
        self._endings.add(PurePath(name).suffix)
        return name, None


def write(content: Content, places: tuple[Path, ...]) -> Counted:
    """Write the folder with its card."""
    folder = places[0]
    (folder / CLIPS).mkdir(parents=True)
    with (
        MediaFolder(folder / CLIPS) as media,
        ParquetTable(folder / CLIPS / METADATA, CLIP_COLUMNS) as table,
    ):
        writing = _Writing(content, media)
        table.write(writing.clip_rows())
    with ParquetTable(folder / CLIPS / RATINGS, (FILE, SOUND, *RATING_COLUMNS)) as table:
        ratings = table.write(writing.rating_rows())
    facts = writing.facts(ratings)
    choices = content.choices
    text = card(content.project, facts, licence=choices.licence, has_pseudonyms=not choices.names)
    (folder / CARD).write_text(text, encoding="utf-8")
    return facts.counted


def _summary(answers: list[RatingRecord]) -> Row:
    """The cells of :data:`SUMMARY_COLUMNS`."""
    full = [each for each in answers if each.channel is Channel.FULL]
    named = Counter(each.emotion for each in full if each.emotion is not None).most_common(2)
    is_clear = len(named) == 1 or (len(named) == 2 and named[0][1] > named[1][1])
    return (
        len(full),
        _mean([each.delivery for each in full]),
        named[0][0] if is_clear else None,
        _mean([each.expected_intensity for each in full]),
        _mean([each.expressed_intensity for each in full]),
    )


def _mean(values: list[float | int | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None
