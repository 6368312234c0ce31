"""The pull of a shown verdict is told only from blind answers beside assisted ones."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.services import projects
from dashboard.services.rating import Answer, submit
from dashboard.services.shown_pull import BothKinds, both_kinds, pull_of
from db import session
from db.records import ProjectRecord
from engine.vocabulary import INTENSITY_UNIT, Phase
from tests.dashboard.project_made import made_clip, press

PULL_Z = 0.6


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


def _answer(clip_id: str, person_id: int, delivery: int, phase: Phase) -> None:
    submit(
        clip_id=clip_id,
        person_id=person_id,
        answer=Answer(delivery=delivery),
        idempotency_key=press(),
        phase=phase,
    )


def _kinds(project: ProjectRecord) -> BothKinds:
    with session.reading() as reading:
        return both_kinds(reading, project)


def test_answers_that_follow_the_screen_show_a_pull(project: ProjectRecord) -> None:
    generator = np.random.default_rng(5)
    blind, sighted = (projects.person(name).id for name in ("Asha", "Ben"))
    for gap in np.linspace(-1.4, 1.4, 57):
        clip = made_clip(project, expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap))
        for person, phase, pull in ((blind, Phase.BLIND, 0.0), (sighted, Phase.ASSISTED, PULL_Z)):
            felt = gap + pull * float(np.sign(gap)) + generator.normal(0.0, 0.2)
            _answer(clip.id, person, int(felt > 0.8) - int(felt < -0.8), phase)
    found = pull_of(_kinds(project))
    assert found is not None
    assert (found.blind, found.assisted) == (57, 57)
    assert found.pull is not None
    assert found.pull.low > 0


def test_one_kind_of_answers_tells_no_pull(project: ProjectRecord) -> None:
    clip = made_clip(project)
    _answer(clip.id, projects.person("Asha").id, 1, Phase.ASSISTED)
    assert pull_of(_kinds(project)) is None


def test_both_kinds_from_a_few_clips_are_counted_but_tell_no_pull(project: ProjectRecord) -> None:
    asha, ben = (projects.person(name).id for name in ("Asha", "Ben"))
    for number in range(5):
        clip = made_clip(project, expected=0.5, expressed=0.2 + 0.15 * number)
        _answer(clip.id, asha, number % 3 - 1, Phase.BLIND)
        _answer(clip.id, ben, number % 2, Phase.ASSISTED)
    found = pull_of(_kinds(project))
    assert found is not None
    assert (found.pull, found.blind, found.assisted) == (None, 5, 5)


def test_the_first_blind_answer_counts_and_revised_ones_do_not(project: ProjectRecord) -> None:
    clip, person = made_clip(project), projects.person("Asha").id
    for delivery, phase in ((-1, Phase.BLIND), (1, Phase.BLIND), (1, Phase.REVISED)):
        _answer(clip.id, person, delivery, phase)
    kinds = _kinds(project)
    assert kinds.shown == ("",)
    assert kinds.table.verdict.tolist() == [0]


def test_simulated_answers_are_left_out(project: ProjectRecord) -> None:
    _answer(made_clip(project).id, projects.person("S", simulated=True).id, 1, Phase.ASSISTED)
    assert _kinds(project).shown == ()
