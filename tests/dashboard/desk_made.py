"""A project with raters at work: clips with sound and picture, and answers as a browser hands them in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.services import answering, machine_sight, projects, rating_protocol
from dashboard.services.answering import Sent
from dashboard.services.rating import Answer
from db import people, predictions, session
from db import projects as stored_projects
from db.records import ClipRecord, PersonRecord, ProjectRecord, RatingRecord, TaskKey
from engine.vocabulary import Channel, Protocol, Role
from tests.dashboard.project_made import made_clip, press

PICTURE = {"width": 640, "height": 480}


def made_desk(
    *, clips: int = 3, protocol: Protocol = Protocol.ASSISTED, **rules: Any
) -> tuple[ProjectRecord, list[ClipRecord]]:
    """A project with clips, rated by the rules given."""
    project = projects.create("Hamlet", protocol=protocol)
    if rules:
        rating_protocol.change(project.id, person_id=None, **rules)
    made = [made_clip(project, original_name=f"take{number}.mp4", **PICTURE) for number in range(clips)]
    return reread(project), made


def reread(project: ProjectRecord) -> ProjectRecord:
    """The project as it is stored now."""
    with session.reading() as s:
        return stored_projects.by_id(s, project.id)


def rater(project: ProjectRecord, name: str = "Asha") -> PersonRecord:
    """A person who may rate in the project."""
    person = projects.person(name)
    with session.writing() as s:
        people.join(s, project.id, person.id, Role.RATER)
    return person


def answer(key: TaskKey, delivery: int = 0, **options: Any) -> RatingRecord:
    """Hand in an answer that says what the channel asks first."""
    said = {
        Channel.WORDS: Answer(delivery=None, expected_intensity=0.5),
        Channel.VOICE: Answer(delivery=None, expressed_intensity=0.5),
        Channel.FACE: Answer(delivery=None, expressed_intensity=0.5),
        Channel.FULL: Answer(delivery=delivery),
    }[key.channel]
    sent = Sent(key, replace(said, watched_share=1.0), press(), **options)
    return answering.submit(sent)


def shown_to(key: TaskKey) -> int:
    """Have a page of a task show the machine's opinion; the number of the prediction."""
    prediction = newest_prediction(key.clip_id)
    machine_sight.note_shown(key, prediction)
    return prediction


def newest_prediction(clip_id: str) -> int:
    """The number of the prediction a page would have shown."""
    with session.reading() as s:
        newest = predictions.latest_for(s, clip_id)
    assert newest is not None
    return newest.id
