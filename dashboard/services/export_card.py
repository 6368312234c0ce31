"""The dataset card of an export: what the data are, how far people agree, by which guideline, who consented.

Only what is known is said; what is not stands as not stated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.services import agreement, guidelines, label_sets
from dashboard.services.agreement import Split
from dashboard.services.export_content import UNSTATED_LICENCE, Counted
from dashboard.services.given_answers import Field
from db.records import ProjectRecord

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "report"
TEMPLATE: Final = "dataset_card.md.j2"
SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST: Final = "1M<n<10M"


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What was counted while the export was written.

    Attributes
    ----------
    counted : Counted
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
    all_clips: int
    raters: int
    actors: int
    languages: tuple[str, ...]
    consents: Counter[str]
    is_sound_only: bool
    file_endings: tuple[str, ...]


def card(project: ProjectRecord, facts: CardFacts, *, licence: str, has_pseudonyms: bool) -> str:
    """The card in Markdown, with the head that ``datasets`` reads."""
    found = agreement.of_project(project.id)
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
        agreements=[(field.value, *_coefficient(found, field)) for field in Field],
        simulated=found.simulated,
        people=found.people,
        consents=facts.consents.most_common(),
        written=datetime.now(UTC).date().isoformat(),
    )


def _coefficient(found: agreement.ProjectAgreement, field: Field) -> tuple[str, str]:
    """Krippendorff's alpha of one field with its interval, and on how many clips it rests."""
    whole = next(part for part in found.of(field) if part.split is Split.ALL).found
    if whole is None:
        return "not known: fewer than two clips have two answers", "0"
    main = whole.main
    if main.value is None:
        return "not defined: all answers are alike", str(whole.units)
    between = "" if main.low is None or main.high is None else f" ({main.low:.2f} to {main.high:.2f})"
    return f"{main.value:.2f}{between}", str(whole.units)
