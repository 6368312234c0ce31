"""Projects start with the fixed thresholds in force, and clips are judged in their context."""

from __future__ import annotations

import pytest

from dashboard.services import accounts, projects
from dashboard.services.judging import (
    LEVEL_BORDERS,
    NO_TRUST,
    TRUST_BORDERS,
    context_of,
    directed_level,
    in_force,
    trust_level,
)
from dashboard.services.messages import catalogue, languages
from dashboard.services.thresholds import view
from db import audit, people, predictions, session
from db import projects as stored_projects
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from engine.features.trust import LOW_TRUST
from engine.verdict.fixed import FIXED
from engine.vocabulary import Emotion, Protocol, Role
from tests.dashboard.project_made import made_clip


def test_a_new_project_has_the_fixed_pair_in_force_and_an_instructor() -> None:
    person = accounts.add("Asha", None, is_admin=True)
    made = projects.create("Hamlet", person_id=person.id, protocol=Protocol.BLIND_FIRST, language="hi")
    assert (made.protocol, made.language, made.demo) == (Protocol.BLIND_FIRST, "hi", False)
    with session.reading() as s:
        assert people.role_in(s, made.id, person.id) is Role.INSTRUCTOR
        judging = in_force(s, made.id)
        assert [line.action for line in audit.list_page(s).items] == ["project.create", "account.open"]
    assert judging.policy == FIXED
    assert judging.record is not None
    assert judging.record.version == FIXED.version


def test_a_project_without_any_policy_is_judged_by_the_fixed_pair() -> None:
    with session.writing() as s:
        made = stored_projects.get_or_create(s, "Bare")
        assert in_force(s, made.id).policy == FIXED
    shown = view(made.id)
    assert shown.in_force.version == FIXED.version
    assert shown.in_force.is_in_force
    assert shown.candidate is None


def test_a_second_project_of_a_name_is_refused_but_found_when_asked_for() -> None:
    made = projects.create("Hamlet")
    with pytest.raises(AlreadyThereError, match="'Hamlet' already"):
        projects.create(" Hamlet ")
    assert projects.get_or_create("Hamlet ") == made
    assert projects.listing() == (made,)
    assert projects.by_name("Hamlet") == made


@pytest.mark.parametrize("name", ["", "   "])
def test_a_project_needs_a_name(name: str) -> None:
    with pytest.raises(RefusedValueError, match="at least one letter"):
        projects.create(name)
    assert projects.listing() == ()


def test_a_project_that_is_not_there_is_said() -> None:
    with pytest.raises(UnknownRowError, match="no project 'Hamlet'; there are: none yet"):
        projects.by_name("Hamlet")


@pytest.mark.parametrize(
    ("strength", "level"),
    [
        (None, None),
        (0.0, "restrained"),
        (1 / 3, "restrained"),
        (0.5, "moderate"),
        (0.9, "strong"),
        (1.0, "strong"),
    ],
)
def test_directed_strength_is_a_context_of_three_levels(strength: float | None, level: str | None) -> None:
    clip = made_clip(projects.create("Hamlet"), directed_intensity=strength)
    assert directed_level(clip) == level


def test_the_context_of_a_clip_names_what_is_known_and_nothing_else() -> None:
    clip = made_clip(projects.create("Hamlet"), actor="Zoë", genre="", directed_emotion=Emotion.FEAR)
    with session.reading() as s:
        prediction = predictions.latest_for(s, clip.id)
    assert prediction is not None
    assert context_of(clip, prediction) == {
        "emotion": "anger",
        "actor": "Zoë",
        "system": "alignment",
        "directed_emotion": "fear",
        "text_trust": "good",
        "voice_trust": "good",
        "face_trust": "low",
    }


@pytest.mark.parametrize(
    ("trust", "level"),
    [(None, None), (0.0, "missing"), (0.2, "low"), (LOW_TRUST, "fair"), (0.8, "good"), (1.0, "good")],
)
def test_trust_in_a_modality_is_a_context_of_four_levels(trust: float | None, level: str | None) -> None:
    assert trust_level(trust) == level


@pytest.mark.parametrize("column", ["directed_level", "face_trust", "voice_trust", "text_trust"])
def test_every_level_that_is_a_band_of_numbers_has_a_name_in_every_language(column: str) -> None:
    named = {"directed_level": [name for _, name in LEVEL_BORDERS]}
    levels = named.get(column, [NO_TRUST, *(name for _, name in TRUST_BORDERS)])
    for language in languages():
        names = catalogue(language).part(f"thresholds.level.{column}")
        assert len({names[level] for level in levels}) == len(levels)


def test_a_project_can_let_thresholds_depend_on_trust_and_directed_strength() -> None:
    made = projects.create("Hamlet")
    for number in range(4):
        made_clip(made, directed_intensity=number / 3)
    projects.set_context_columns(made.id, ["directed_level", "face_trust"], person_id=None)
    assert projects.context_columns(projects.by_name("Hamlet")) == ("directed_level", "face_trust")
