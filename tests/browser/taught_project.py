"""A project whose people have rated many clips: real people, stored through the services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.services import figures_basis, figures_store, page_figures, projects
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from db import clips, predictions, session
from db.location import DATABASE_VARIABLE, HOME_VARIABLE
from db.records import ClipDraft, ClipRecord, ClipStatus, PredictionDraft, ProjectRecord
from engine.analysis import EmotionEstimate
from engine.vocabulary import INTENSITY_UNIT, Delivery, Emotion, Phase
from tests.dashboard.analysis_made import WEIGHTS, made_analysis

RATERS = 5
ACTORS = 8
NOISE_Z = 0.25
SPREAD_Z = 2.0
CURVE_DRAWS = 1
"""Nine tenths of the work are the learning curve's."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What people forgive in one emotion, z units."""

    lower: float
    upper: float


def teach(
    project: ProjectRecord,
    media: ClipRecord,
    *,
    clips_count: int,
    tastes: Mapping[Emotion, Taste],
    simulated: bool = False,
    seed: int = 0,
    actors: int = ACTORS,
    phase: Phase = Phase.ASSISTED,
    noise: float = NOISE_Z,
) -> list[ClipRecord]:
    """Add clips whose gaps spread evenly and have :data:`RATERS` people rate them by their taste.

    Parameters
    ----------
    media : ClipRecord
        A clip whose picture and sound all of them show.
    actors : int
        Among whom the clips are shared out.
    phase : Phase
        Of the answers.
    noise : float
        Standard deviation of what a person feels about the same gap, z units.
    """
    generator = np.random.default_rng(seed)
    kind = "Simulated person" if simulated else "Person"
    people = [projects.person(f"{kind} {number}", simulated=simulated) for number in range(RATERS)]
    emotions = list(tastes)
    made = []
    for number, gap in enumerate(np.linspace(-SPREAD_Z, SPREAD_Z, clips_count)):
        emotion = emotions[number % len(emotions)]
        actor = f"Actor {number % actors}"
        clip = _clip(project, media, 1000 * seed + number, gap=float(gap), emotion=emotion, actor=actor)
        made.append(clip)
        for person in people:
            felt = gap + generator.normal(0.0, noise)
            taste = tastes[emotion]
            delivery = int(felt > taste.upper) - int(felt < taste.lower)
            submit(
                clip_id=clip.id,
                person_id=person.id,
                answer=Answer(delivery=Delivery(delivery)),
                idempotency_key=f"{project.id}-{seed}-{number}-{person.id}",
                phase=phase,
            )
    return made


def analysed_by_other_weights(clip: ClipRecord, *, gap: float) -> None:
    """Store what newer weights say about a clip."""
    analysis = made_analysis(
        expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap), weights_version=f"{WEIGHTS} retrained"
    )
    with session.writing() as writing:
        predictions.add(writing, draft_of(analysis, clip_id=clip.id))


def _clip(
    project: ProjectRecord, media: ClipRecord, number: int, *, gap: float, emotion: Emotion, actor: str
) -> ClipRecord:
    analysis = made_analysis(
        expected=0.5,
        expressed=float(0.5 + INTENSITY_UNIT * gap),
        emotion=EmotionEstimate({emotion: 0.7, Emotion.NEUTRAL: 0.3}),
    )
    draft = ClipDraft(
        sha256=f"{project.id:032x}{number:032x}",
        original_name=f"take_{number:02d}.mp4",
        media_key=media.media_key,
        browser_key=media.browser_key,
        thumbnail_key=media.thumbnail_key,
        size_bytes=media.size_bytes,
        duration_s=media.duration_s,
        width=media.width,
        height=media.height,
        line=media.line,
        line_source=media.line_source,
        actor=actor,
        status=ClipStatus.READY,
    )
    with session.writing() as writing:
        clip = clips.add(writing, project.id, draft)
        predictions.add(writing, draft_of(analysis, clip_id=clip.id))
    return clip


def any_clip(project_name: str) -> ClipRecord:
    """The first clip of a project."""
    with session.reading() as reading:
        return clips.list_page(reading, projects.by_name(project_name).id, limit=1).items[0]


def work_figures_out(project: ProjectRecord) -> None:
    """Work out what the page says about a project's thresholds, with a learning curve that is short."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page_figures, "DRAWS", CURVE_DRAWS)
        found = page_figures.work_out(project.id, report=lambda _done, _steps: None)
    basis = figures_basis.basis_of(project.id)
    assert basis is not None
    figures_store.keep(basis, found)


def with_take(name: str, take: str) -> ClipRecord:
    """A clip in a project of its own: a take of the demo with what the models found of it."""
    project = projects.create(name)
    with session.writing() as writing:
        takes = clips.list_page(writing, projects.by_name("Demo").id).items
        [shown] = [clip for clip in takes if clip.original_name == take]
        found = predictions.latest_for(writing, shown.id)
        clip = clips.add(writing, project.id, ClipDraft(**_fields(shown, ClipDraft)))
        predictions.add(writing, PredictionDraft(**{**_fields(found, PredictionDraft), "clip_id": clip.id}))
    return clip


def _fields(record: object, draft: type) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(draft)}


@contextmanager
def inside(home: Path) -> Iterator[None]:
    """Let the services of this process work on a server's data folder, beside the server."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(HOME_VARIABLE, str(home))
        patched.delenv(DATABASE_VARIABLE, raising=False)
        session.close()
        try:
            yield
        finally:
            session.close()
