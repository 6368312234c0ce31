"""Intensity maps: one side apart from the other, put in force, taken back to none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db import intensity_maps, projects, session
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from db.records import IntensityMapDraft, IntensitySide, PersonRecord, ProjectRecord
from engine.vocabulary import SystemName

pytestmark = pytest.mark.both

EXPECTED, EXPRESSED = IntensitySide.EXPECTED, IntensitySide.EXPRESSED


@pytest.fixture
def draft(project: ProjectRecord) -> IntensityMapDraft:
    return IntensityMapDraft(
        project_id=project.id,
        side=EXPRESSED,
        version="one",
        document={"shift": 0.1},
        training_hash="a" * 64,
        training_count=40,
        system=SystemName.ALIGNMENT,
        weights_version="w",
        feature_schema="f",
    )


def test_the_map_put_in_force_last_counts_until_none_is(
    project: ProjectRecord, person: PersonRecord, draft: IntensityMapDraft
) -> None:
    with session.writing() as s:
        assert intensity_maps.in_force(s, project.id, EXPRESSED) is None
        first = intensity_maps.add(s, draft)
        second = intensity_maps.add(s, replace(draft, version="two", parent_id=first.id))
        for found in (first, second):
            intensity_maps.put_in_force(s, project.id, EXPRESSED, found.id, person_id=person.id, note="why")
            assert intensity_maps.in_force(s, project.id, EXPRESSED) == found
        intensity_maps.put_in_force(s, project.id, EXPRESSED, None, person_id=None)
    with session.reading() as s:
        assert intensity_maps.in_force(s, project.id, EXPRESSED) is None
        assert intensity_maps.history(s, project.id, EXPRESSED) == (second, first)
        steps = intensity_maps.promotions(s, project.id, EXPRESSED)
    assert [step.map_id for step in steps] == [None, second.id, first.id]
    assert steps[1].note == "why"


def test_the_two_intensities_have_maps_of_their_own(project: ProjectRecord, draft: IntensityMapDraft) -> None:
    with session.writing() as s:
        shown = intensity_maps.add(s, draft)
        asked = intensity_maps.add(s, replace(draft, side=EXPECTED))  # the same version, the other side
        intensity_maps.put_in_force(s, project.id, EXPRESSED, shown.id, person_id=None)
        assert intensity_maps.in_force(s, project.id, EXPECTED) is None
        assert intensity_maps.by_version(s, project.id, EXPECTED, "one") == asked
        with pytest.raises(UnknownRowError, match="other intensity"):
            intensity_maps.put_in_force(s, project.id, EXPECTED, shown.id, person_id=None)


def test_a_version_exists_once_in_a_project_and_side(draft: IntensityMapDraft) -> None:
    with session.writing() as s:
        intensity_maps.add(s, draft)
    with pytest.raises(AlreadyThereError, match="version exists already"), session.writing() as s:
        intensity_maps.add(s, draft)


def test_a_map_of_another_project_is_not_put_in_force(
    project: ProjectRecord, draft: IntensityMapDraft
) -> None:
    with session.writing() as s:
        other = projects.get_or_create(s, "Macbeth")
        found = intensity_maps.add(s, replace(draft, project_id=other.id))
        with pytest.raises(UnknownRowError, match="another project"):
            intensity_maps.put_in_force(s, project.id, EXPRESSED, found.id, person_id=None)
        with pytest.raises(UnknownRowError, match="no intensity map number 99"):
            intensity_maps.by_id(s, 99)


def test_a_number_that_is_not_finite_is_refused(draft: IntensityMapDraft) -> None:
    with pytest.raises(RefusedValueError, match="not finite"), session.writing() as s:
        intensity_maps.add(s, replace(draft, document={"shift": float("nan")}))
