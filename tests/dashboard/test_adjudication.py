"""Deciding about disputed clips: which come first, what lies on the table, and that no answer is touched."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dashboard.services import adjudication, assigning, case_table, disputes, export, projects, rater_letters
from dashboard.services.adjudication import Decision, OvertakenError
from dashboard.services.given_answers import Field
from dashboard.services.permissions import NotAllowedError
from db import audit, people, ratings, session
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipRecord, PersonRecord, ProjectRecord
from engine.vocabulary import Channel, Delivery, Emotion, Phase, Role
from tests.dashboard.project_made import led_project, made_clip
from tests.dashboard.rated_made import answered

WHY = "She shouts where the line is a threat under her breath."


@pytest.fixture
def lead() -> PersonRecord:
    return projects.person("Lea")


@pytest.fixture
def project(lead: PersonRecord) -> ProjectRecord:
    return led_project("Disputed", lead)


@pytest.fixture
def disputed(project: ProjectRecord) -> ClipRecord:
    clip = made_clip(project, original_name="far.mp4")
    answered(clip, "Ada", -2, emotion=Emotion.FEAR)
    answered(clip, "Ben", 2, emotion=Emotion.ANGER)
    return clip


def _open(project: ProjectRecord, lead: PersonRecord) -> list[str]:
    return [case.name for case in adjudication.agenda(project.id, person_id=lead.id).waiting]


def _decide(
    project: ProjectRecord, clip: ClipRecord, lead: PersonRecord, *, base: int | None = None, **said: object
) -> int:
    table = case_table.of_clip(project.id, clip.id, person_id=lead.id)
    decision = Decision(**{"reason": WHY, "delivery": Delivery.TOO_MUCH, **said})  # type: ignore[arg-type]  # tests
    return adjudication.decide(
        project.id, clip.id, decision, person_id=lead.id, base=base, considered=table.considered
    ).id


@pytest.mark.usefixtures("disputed")
def test_flagged_clips_come_first_then_those_people_differ_about_most(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    near, same, mild = (made_clip(project, original_name=f"{name}.mp4") for name in ("near", "same", "mild"))
    for clip, first, second in ((near, 0, 1), (same, 1, 1), (mild, 1, 2)):
        answered(clip, "Ada", first)
        answered(clip, "Ben", second)
    assert _open(project, lead) == ["far.mp4", "near.mp4"]
    rater = projects.person("Ada")
    with session.writing() as s:
        people.join(s, project.id, rater.id, Role.RATER)
    assigning.flag(same.id, rater.id, reason="rater", note="The sound is late.")
    assert _open(project, lead) == ["same.mp4", "far.mp4", "near.mp4"]
    [flag] = case_table.of_clip(project.id, same.id, person_id=lead.id).flags
    assert (flag.rater, flag.note) == ("Rater A", "The sound is late.")
    with pytest.raises(RefusedValueError, match="what became of the flag"):
        adjudication.settle(project.id, flag.id, person_id=lead.id, note=" ")
    adjudication.settle(project.id, flag.id, person_id=lead.id, note="Imported again.")
    assert _open(project, lead) == ["far.mp4", "near.mp4"]
    with pytest.raises(UnknownRowError, match="settled already"):
        adjudication.settle(project.id, flag.id, person_id=lead.id, note="Again.")


def test_all_answers_lie_side_by_side_with_what_was_changed(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord
) -> None:
    answered(disputed, "Ben", 1, emotion=Emotion.ANGER, phase=Phase.REVISED)
    answered(disputed, "Ben", 2, channel=Channel.VOICE)
    gone = answered(disputed, "Cy", 0)
    with session.writing() as s:
        ratings.withdraw(s, gone.id, person_id=gone.person_id)
    table = case_table.of_clip(project.id, disputed.id, person_id=lead.id)
    assert [voice.rater for voice in table.voices] == ["Rater A", "Rater B"]
    changed = table.voices[1]
    assert (changed.answer.delivery, [each.delivery for each in changed.earlier]) == (1, [2])
    assert table.consensus[Field.EMOTION].is_split
    assert not table.has_own


def test_a_decision_is_kept_beside_the_answers_and_changes_none(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord
) -> None:
    with session.reading() as s:
        before = [each.rating for each in ratings.all_of_project(s, project.id)]
    first = _decide(project, disputed, lead)
    assert _decide(project, disputed, lead) == first  # the same press twice
    assert _open(project, lead) == []
    second = _decide(project, disputed, lead, base=first, delivery=None, emotion=Emotion.ANGER)
    with session.reading() as s:
        assert [each.rating for each in ratings.all_of_project(s, project.id)] == before
        stands = adjudication.decided(s, project.id)[disputed.id]
        assert [line.action for line in audit.list_page(s).items[:2]] == ["adjudication.decide"] * 2
    assert (stands.id, stands.delivery, stands.emotion) == (second, None, Emotion.ANGER)
    assert stands.considered == tuple(rating.id for rating in before)
    made = case_table.of_clip(project.id, disputed.id, person_id=lead.id).decisions
    assert [(each.record.id, each.by) for each in made] == [(second, "Lea"), (first, "Lea")]


def test_a_decided_clip_waits_again_once_somebody_answers_otherwise(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord
) -> None:
    _decide(project, disputed, lead)
    answered(disputed, "Cy", 0)
    assert _open(project, lead) == ["far.mp4"]


def test_a_decision_overtaken_by_another_is_not_stored(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord
) -> None:
    _decide(project, disputed, lead)
    with pytest.raises(OvertakenError, match="another window"):
        _decide(project, disputed, lead, delivery=Delivery.RIGHT)
    assert len(case_table.of_clip(project.id, disputed.id, person_id=lead.id).decisions) == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": " "}, "says why"),
        ({"delivery": None}, "Nothing is decided"),
        ({"expected_intensity": 2.0}, "between 0 and 1"),
        ({"reason": "x" * 10_001}, "at most"),
    ],
)
def test_half_a_decision_is_refused(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord, said: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RefusedValueError, match=sentence):
        _decide(project, disputed, lead, **said)


def test_a_rater_may_neither_look_nor_decide(project: ProjectRecord, disputed: ClipRecord) -> None:
    rater = projects.person("Rita")
    with session.writing() as s:
        people.join(s, project.id, rater.id, Role.RATER)
    for act in (
        lambda: adjudication.agenda(project.id, person_id=rater.id),
        lambda: case_table.of_clip(project.id, disputed.id, person_id=rater.id),
        lambda: _decide(project, disputed, rater),
        lambda: adjudication.settle(project.id, 1, person_id=rater.id, note="x"),
    ):
        with pytest.raises(NotAllowedError, match="part of an instructor"):
            act()


def test_a_clip_of_another_project_is_refused(disputed: ClipRecord, lead: PersonRecord) -> None:
    other = led_project("Other", lead)
    with pytest.raises(UnknownRowError, match="no such clip"):
        case_table.of_clip(other.id, disputed.id, person_id=lead.id)


def test_simulated_raters_never_lie_beside_people(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord
) -> None:
    answered(disputed, "Bot", 0, simulated=True)
    assert len(case_table.of_clip(project.id, disputed.id, person_id=lead.id).voices) == 2
    assert disputes.work_out(project.id)[disputed.id].raters == 2


def test_the_decided_label_leaves_in_columns_of_its_own(
    project: ProjectRecord, disputed: ClipRecord, lead: PersonRecord, tmp_path: Path
) -> None:
    _decide(project, disputed, lead, expected_intensity=0.5)
    written = export.export(project.id, format_name="csv", out=tmp_path / "out")
    with written.ratings_file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    said = [(row["decided_delivery"], row["decided_verdict"], row["decided_emotion"]) for row in rows]
    assert said == [("1", "over", "")] * 2
    assert {row["decided_expected_intensity"] for row in rows} == {"0.5"}
    assert all(row["decided_at"] for row in rows)
    assert {row["delivery"] for row in rows} <= {"-2", "2", "'-2"}


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (52, "BA"), (702, "AAA")])
def test_letters_go_on_behind_z(place: int, name: str) -> None:
    assert rater_letters.letter(place) == name


def test_entropy_is_in_bits() -> None:
    clip, codes = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2, 2, 2, np.nan])
    assert disputes.entropies(clip, codes, 3, kinds=3).tolist() == [1.0, 0.0, 0.0]
