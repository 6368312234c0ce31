"""A project with real tiny clips and answers that use every field, to be exported and read back."""

from __future__ import annotations

from pathlib import Path

from dashboard.services import importing, projects
from dashboard.services.lines_table import LineRow, LinesTable
from dashboard.services.predictions import draft_of
from db import clips, people, policies, predictions, ratings, session
from db.records import ClipRecord, ClipStatus, ProjectRecord, RatingDraft
from engine.vocabulary import Channel, Delivery, Emotion, Phase
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import press
from tests.media_made import made_clip, tone

SECONDS = 1.0
COMMENT = "=1+1 “क्या” 🎭 <b>&amp;\nنیا \x07bell"
LINE = "How dare you leave me here!"
RATERS = ("Asha Rao", "بینش", "Rater, “three”")


def exported_project(folder: Path, name: str = "Hamlet 🎭") -> ProjectRecord:
    """Two films and a sound, each with a prediction, and answers in three channels by three people."""
    project = projects.create(name)
    files = clip_files(folder)
    lines = LinesTable(
        "lines.csv",
        {
            file.name: LineRow(file.name, LINE, actor=f"Actor {i % 2}", genre="drama")
            for i, file in enumerate(files)
        },
    )
    report = importing.import_clips(project.name, importing.sources_at(folder, lines), lines=lines)
    assert not report.refused
    for number, clip in enumerate(report.added):
        _answered(project, clip, number)
    return project


def clip_files(folder: Path) -> list[Path]:
    """Two tiny films and a tiny sound that differ."""
    folder.mkdir(parents=True)
    films = [
        made_clip(
            folder / f"Asha take {i}.mp4",
            seconds=SECONDS,
            size=(64, 48),
            rate=5,
            sound=tone(SECONDS, hertz=440.0 + i),
        )
        for i in range(2)
    ]
    return [*films, made_sound(folder / "only sound.wav")]


def made_sound(path: Path) -> Path:
    """A tiny sound."""
    return made_clip(path, size=None, sound=tone(SECONDS), sound_codec="pcm_s16le")


def _answered(project: ProjectRecord, clip: ClipRecord, number: int) -> None:
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.READY)
        sizes = {"duration_s": SECONDS, "width": None if "sound" in clip.original_name else 64}
        clips.set_media(s, clip.id, **sizes, height=sizes["width"])
        said = predictions.add(s, draft_of(made_analysis(expected=0.1 * number + 0.5), clip_id=clip.id))
        policy = policies.in_force(s, project.id)
        for place, name in enumerate(RATERS):
            person = people.get_or_create(s, name)
            for channel in (Channel.FULL, Channel.VOICE)[: 1 + (place == 0)]:
                ratings.add(
                    s,
                    RatingDraft(
                        clip_id=clip.id,
                        person_id=person.id,
                        idempotency_key=press(),
                        phase=Phase.BLIND if channel is Channel.VOICE else Phase.ASSISTED,
                        channel=channel,
                        delivery=None if place == 2 else Delivery((place + number) % 5 - 2),
                        emotion=list(Emotion)[place + number],
                        expected_intensity=0.30000000000000004,
                        expressed_intensity=None if place == 1 else 1 / 3,
                        comment=COMMENT if place == 0 else "",
                        prediction_id=said.id,
                        policy_id=None if policy is None else policy.id,
                        prediction_shown=channel is Channel.FULL,
                        watched_share=0.75,
                        active_time_s=3.25,
                        selection_probability=0.5,
                    ),
                )
