"""The dataset card of an export: what the data are, how far people agree, by which guideline, who consented.

Only what is known is said; what is not stands as not stated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.services import guidelines, label_sets
from dashboard.services.export_content import UNSTATED_LICENCE, Counted, RatedRow
from dashboard.services.given_answers import Field, said
from db.records import ProjectRecord
from engine.errors import TableError
from engine.raters.agreement import agreement
from engine.raters.answers import Answers
from engine.vocabulary import Channel

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "report"
TEMPLATE: Final = "dataset_card.md.j2"
SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
SEED: Final = 0
"""Of the clips drawn again for the intervals."""

LARGEST: Final = "1M<n<10M"


class Given:
    """The standing answers about the full clip, as agreement needs them and no more: people's, if any are."""

    def __init__(self) -> None:
        self._clips: dict[str, int] = {}
        self._raters: dict[str, int] = {}
        self._rows: dict[Field, list[tuple[int, int, bool, str]]] = {field: [] for field in Field}

    def add(self, row: RatedRow) -> None:
        """Take an answer in."""
        rating = row.rated.rating
        if not row.stands or rating.channel is not Channel.FULL or rating.occasion > 1:
            return
        clip = self._clips.setdefault(row.rated.clip.id, len(self._clips))
        rater = self._raters.setdefault(row.rated.person.name, len(self._raters))
        for field, value in said(rating):
            self._rows[field].append((clip, rater, rating.simulated, value))

    @property
    def are_simulated(self) -> bool:
        """Whether nobody but simulated raters answered."""
        rows = [row for rows in self._rows.values() for row in rows]
        return bool(rows) and all(simulated for _, _, simulated, _ in rows)

    def table(self, field: Field) -> Answers | None:
        """The answers about one field, ``None`` where fewer than two clips have two."""
        wanted = self.are_simulated
        rows = [row for row in self._rows[field] if row[2] is wanted]
        try:
            return Answers.of(
                unit=[str(clip) for clip, _, _, _ in rows],
                rater=[str(rater) for _, rater, _, _ in rows],
                value=[value for _, _, _, value in rows],
                level=field.level,
            )
        except TableError:  # nothing is wrong, people are not so far yet
            return None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What was counted while the export was written.

    Attributes
    ----------
    counted : Counted
    given : Given
        What people answered, for agreement.
    all_clips : int
        With and without their files.
    raters, actors : int
        How many different ones.
    languages : tuple of str
        Of the clips, the commonest first.
    consents : Counter of str
        Clips by what was agreed to.
    is_sound_only : bool
        Whether no clip has a picture.
    file_endings : tuple of str
        Of the clips' files, with their dot.
    """

    counted: Counted
    given: Given
    all_clips: int
    raters: int
    actors: int
    languages: tuple[str, ...]
    consents: Counter[str]
    is_sound_only: bool
    file_endings: tuple[str, ...]


def card(project: ProjectRecord, facts: CardFacts, *, licence: str, has_pseudonyms: bool) -> str:
    """The card in Markdown, with the head that ``datasets`` reads."""
    labels = label_sets.in_force(project)
    guideline = guidelines.shown(project.id, project.language)
    size = next((name for most, name in SIZES if facts.counted.ratings < most), LARGEST)
    template = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(TEMPLATE)
    return template.render(
        project=project,
        facts=facts,
        counted=facts.counted,
        licence=licence,
        has_licence=licence != UNSTATED_LICENCE,
        has_pseudonyms=has_pseudonyms,
        size=size,
        emotions=[code.value for code in labels.codes],
        label_version=labels.version,
        guideline=guideline,
        agreements=[(field.value, *_coefficient(facts.given.table(field))) for field in Field],
        simulated=facts.given.are_simulated,
        consents=facts.consents.most_common(),
        written=datetime.now(UTC).date().isoformat(),
    )


def _coefficient(table: Answers | None) -> tuple[str, str]:
    """Krippendorff's alpha with its interval, and on how many clips it rests."""
    if table is None:
        return "not known: fewer than two clips have two answers", "0"
    whole = agreement(table, generator=np.random.default_rng(SEED), main_only=True)
    main = whole.main
    if main.value is None:
        return "not defined: all answers are alike", str(whole.units)
    between = "" if main.low is None or main.high is None else f" ({main.low:.2f} to {main.high:.2f})"
    return f"{main.value:.2f}{between}", str(whole.units)
