"""The Intensity section says what was learned, of whom, and what it would change."""

from __future__ import annotations

import pytest

from dashboard.services import intensity_words, projects, visitors
from dashboard.services.intensity_maps import go_back, learn, put_in_force
from dashboard.services.intensity_view import moved, view, worked_out
from db.errors import UnknownRowError
from db.records import IntensitySide, ProjectRecord
from engine.vocabulary import Emotion
from tests.dashboard.intensities_made import made_intensities
from tests.dashboard.project_made import made_clip

EXPRESSED = IntensitySide.EXPRESSED


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


def test_a_project_without_answers_shows_nothing_and_breaks_nowhere(project: ProjectRecord) -> None:
    made_clip(project)
    shown = view(project.id, EXPRESSED).value
    assert shown is not None
    assert (shown.answers, shown.history, shown.in_force, shown.candidate) == ((), (), None, None)
    assert not shown.can_go_back
    assert shown.estimate.say(0.4) == 0.4


def test_a_version_goes_from_candidate_to_in_force_and_back(project: ProjectRecord) -> None:
    made_intensities(project)
    person = visitors.welcome("Asha", project)
    *_, found = learn(project.id, person_id=person.id, promote=False)
    shown = worked_out(project.id, EXPRESSED)
    assert shown.candidate is not None
    assert found.record is not None
    assert (shown.candidate.version, shown.candidate.by, shown.raters) == (found.record.version, "Asha", 4)
    put_in_force(project.id, shown.candidate.id, person_id=person.id)
    shown = worked_out(project.id, EXPRESSED)
    assert shown.in_force is not None
    assert shown.candidate is None
    assert shown.can_go_back
    go_back(project.id, EXPRESSED, person_id=person.id)
    shown = worked_out(project.id, EXPRESSED)
    assert (shown.in_force, shown.can_go_back) == (None, False)
    assert shown.candidate is not None


def test_a_version_is_compared_with_what_is_in_force_on_every_clip(project: ProjectRecord) -> None:
    made_intensities(project, expressed_shift=-0.15)
    *_, found = learn(project.id, promote=False)
    assert found.record is not None
    first = moved(project.id, found.record.id)
    assert first.clips == 30
    assert first.mean == pytest.approx(0.15, abs=0.03)
    put_in_force(project.id, found.record.id, person_id=None)
    assert moved(project.id, found.record.id).most == 0.0
    with pytest.raises(UnknownRowError, match="another project"):
        moved(projects.create("Macbeth").id, found.record.id)


def test_sentences_name_the_shift_where_people_were_asked_and_who_said_so(project: ProjectRecord) -> None:
    made_intensities(
        project, clips_count=60, expressed_shift=0.0, by_emotion={Emotion.ANGER: -0.15, Emotion.JOY: 0.0}
    )
    learn(project.id)
    shown = worked_out(project.id, EXPRESSED)
    assert shown.in_force is not None
    words = {
        each.name: each for each in intensity_words.describe(shown.in_force.map, shown.answers, "emotion")
    }
    assert words["anger"].differs
    assert words["anger"].sentence.startswith("For **anger**, raters here give 0.1")
    assert "less than the model at 0." in words["anger"].sentence
    assert "120 ratings by 4 people" in words["anger"].sentence
    assert not words["joy"].differs
    assert "not shown to say otherwise than the model" in words["joy"].sentence
    assert intensity_words.overall(shown.in_force.map, shown.answers).sentence.startswith(
        "**Over all clips**"
    )


def test_a_context_with_one_level_is_none(project: ProjectRecord) -> None:
    made_intensities(project)
    assert worked_out(project.id, EXPRESSED).columns == ()
