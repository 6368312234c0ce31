"""A project says which system analyses its clips; another one means that all are analysed anew."""

from __future__ import annotations

import pytest

from dashboard.services import projects, system_choice, visitors
from dashboard.services.analysis_worker import _job
from dashboard.services.permissions import NotAllowedError
from db import clips, session
from db import projects as stored_projects
from db.records import ClipStatus, ProjectRecord
from engine.vocabulary import SystemName
from tests.dashboard.project_made import made_clip


def _again(project: ProjectRecord) -> ProjectRecord:
    with session.reading() as s:
        return stored_projects.by_id(s, project.id)


def test_a_project_uses_the_alignment_system_until_it_says_otherwise() -> None:
    project = projects.create("Hamlet")
    clip = made_clip(project)
    assert system_choice.system_of(project) is SystemName.ALIGNMENT
    assert _job(clip).system is SystemName.ALIGNMENT


def test_another_system_analyses_every_clip_again_and_only_once() -> None:
    project, other = projects.create("Hamlet"), projects.create("Lear")
    mine, foreign = made_clip(project), made_clip(other)
    assert system_choice.choose(project.id, SystemName.MELD, person_id=None) == 1
    assert system_choice.system_of(_again(project)) is SystemName.MELD
    assert _job(mine).system is SystemName.MELD
    with session.reading() as s:
        assert clips.get(s, mine.id).status is ClipStatus.QUEUED
        assert clips.get(s, foreign.id).status is ClipStatus.READY
    assert system_choice.choose(project.id, SystemName.MELD, person_id=None) == 0


def test_a_rater_cannot_change_the_system() -> None:
    project = projects.create("Hamlet")
    visitors.welcome("Lead", project)
    rater = visitors.welcome("Asha", project)
    made_clip(project)
    with pytest.raises(NotAllowedError):
        system_choice.choose(project.id, SystemName.MELD, person_id=rater.id)
    assert system_choice.system_of(_again(project)) is SystemName.ALIGNMENT
