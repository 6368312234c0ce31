"""The report on anchoring: what was planted is found, what was not is not, and each person is left out."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from sqlalchemy.orm import Session

from dashboard.services import anchoring, anchoring_file, anchoring_words, projects
from dashboard.services.anchoring import AnchoringReport, Moves
from dashboard.services.given_answers import Field
from dashboard.services.permissions import NotAllowedError
from db import people, predictions, ratings, session
from db.columns import now
from db.records import ClipRecord, ProjectRecord, Purpose, RatingDraft, RatingRecord
from db.tables import Assignment
from engine.vocabulary import INTENSITY_UNIT, Channel, Delivery, Emotion, Phase, Protocol, Role
from tests.dashboard.project_made import made_clip, press

OVER_Z = 1.0


def _gave(
    s: Session, clip: ClipRecord, name: str, delivery: int, phase: Phase, *, emotion: Emotion | None = None,
    purpose: Purpose = Purpose.ORDINARY,
) -> RatingRecord:  # fmt: skip
    newest = predictions.latest_for(s, clip.id)
    assert newest is not None
    draft = RatingDraft(
        clip.id, people.get_or_create(s, name).id, press(), phase, Delivery(delivery), emotion=emotion,
        purpose=purpose, prediction_id=newest.id, prediction_shown=phase is not Phase.BLIND, reason="seen",
    )  # fmt: skip
    return ratings.add(s, draft)


def _control(s: Session, clip: ClipRecord, name: str) -> None:
    s.add(
        Assignment(
            clip_id=clip.id, person_id=people.get_or_create(s, name).id, channel=Channel.FULL,
            purpose=Purpose.ORDINARY, control=True, expires_at=now(),
        )
    )  # fmt: skip


def _clip(project: ProjectRecord, gap: float) -> ClipRecord:
    return made_clip(project, expected=0.5, expressed=float(0.5 + INTENSITY_UNIT * gap))


@pytest.fixture
def blind_first() -> ProjectRecord:
    return projects.create("Reveal", protocol=Protocol.BLIND_FIRST)


def _report(project_id: int) -> AnchoringReport:
    found = anchoring.report(project_id).value
    assert found is not None
    return found


def _of(report: AnchoringReport, field: Field = Field.DELIVERY) -> Moves:
    return next(each for each in report.moves if each.field is field)


def _revealed(project: ProjectRecord, *, pulled: float, again: float = 0.15) -> float:
    """Four people answer 50 clips; the machine errs by a step as often as they; some give in to it."""
    generator = np.random.default_rng(4)
    approach = []
    for _ in range(50):
        truth = int(generator.integers(-1, 2))
        machine = int(np.clip(truth + generator.integers(-1, 2), -1, 1))
        clip = _clip(project, OVER_Z * machine)
        with session.writing() as s:
            for name in ("Ada", "Ben", "Cy", "Di"):
                before = int(np.clip(truth + generator.integers(-1, 2), -2, 2))
                _gave(s, clip, name, before, Phase.BLIND)
                after = int(np.clip(truth + generator.integers(-1, 2), -2, 2))
                after = after if generator.random() < again else before
                chance = pulled * (1.5 if name in ("Ada", "Ben") else 0.5)
                after = machine if generator.random() < chance else after
                approach.append(chance * abs(before - machine))
                if after != before:
                    _gave(s, clip, name, after, Phase.REVISED)
    return float(np.mean(approach))


def test_a_planted_pull_is_found_with_its_size_and_with_who_follows(blind_first: ProjectRecord) -> None:
    planted = _revealed(blind_first, pulled=0.4)
    found = _report(blind_first.id)
    moves = _of(found)
    assert moves.answers == 200
    assert moves.pull.low is not None
    assert moves.pull.high is not None
    assert 0 < moves.pull.low < planted < moves.pull.high
    assert moves.towards > 3 * moves.away
    by_name = {each.rater: each for each in found.raters_of(Field.DELIVERY)}
    assert list(by_name) == ["Rater A", "Rater B", "Rater C", "Rater D"]
    assert by_name["Rater A"].towards > by_name["Rater D"].towards
    said = " ".join(anchoring_words.moves(moves))
    assert "follow what the machine says" in said
    assert "200 answers" in said


def test_second_thoughts_alone_are_no_evidence(blind_first: ProjectRecord) -> None:
    _revealed(blind_first, pulled=0.0, again=0.4)
    moves = _of(_report(blind_first.id))
    assert moves.moved > 20
    assert not moves.pull.excludes(0.0)
    assert "no evidence that answers follow" in " ".join(anchoring_words.moves(moves))


def test_a_person_is_left_out_of_the_consensus_their_move_is_held_against(blind_first: ProjectRecord) -> None:
    clip = _clip(blind_first, OVER_Z)
    with session.writing() as s:
        for name, step in (("Ada", -1), ("Ben", 1), ("Cy", 1)):
            _gave(s, clip, name, step, Phase.BLIND, emotion=Emotion.JOY if name == "Ada" else Emotion.FEAR)
        _gave(s, clip, "Ada", 1, Phase.REVISED, emotion=Emotion.FEAR)
        _gave(s, clip, "Ben", -2, Phase.REVISED, emotion=Emotion.FEAR)
    moves = _of(_report(blind_first.id))
    assert (moves.answers, moves.moved, moves.towards, moves.away) == (3, 2, 1, 1)
    assert (moves.nearer, moves.farther) == (1, 1)
    # Ada comes 2 nearer the median 1 of Ben and Cy; Ben stood 1 from the median 0 of Ada and Cy, then 2
    assert moves.gain.value == pytest.approx((2 - 1) / 2)
    assert not moves.pull.is_told
    assert "too few to say" in " ".join(anchoring_words.moves(moves))
    assert _of(_report(blind_first.id), Field.EMOTION).nearer == 1


def test_answers_after_the_right_one_was_told_are_no_sign_of_the_machine(blind_first: ProjectRecord) -> None:
    clip = _clip(blind_first, OVER_Z)
    with session.writing() as s:
        _gave(s, clip, "Ada", -1, Phase.BLIND, purpose=Purpose.GOLD_TRAINING)
        _gave(s, clip, "Ada", 1, Phase.REVISED, purpose=Purpose.GOLD_TRAINING)
    assert _report(blind_first.id).is_empty


def test_withheld_clips_are_compared_with_shown_ones_and_stand_in_no_reveal(
    blind_first: ProjectRecord,
) -> None:
    generator = np.random.default_rng(2)
    for number in range(60):
        machine = int(generator.integers(-1, 2))
        clip = _clip(blind_first, OVER_Z * machine)
        with session.writing() as s:
            for name in ("Ada", "Ben"):
                own = int(generator.integers(-1, 2))
                _gave(s, clip, name, own, Phase.BLIND)
                if number % 3 == 0:
                    _control(s, clip, name)
                elif own != machine and generator.random() < 0.8:
                    _gave(s, clip, name, machine, Phase.REVISED)
    found = _report(blind_first.id)
    assert found.is_drawn
    [delivery] = [each for each in found.controls if each.field is Field.DELIVERY]
    assert (delivery.shown.answers, delivery.withheld.answers) == (80, 40)
    assert delivery.difference.low is not None
    assert delivery.difference.low > 0.2
    assert _of(found).answers == 80
    assert "drawn by lot" in " ".join(anchoring_words.controls(found, Field.DELIVERY))


def test_blind_answers_of_an_assisted_project_are_compared_without_calling_it_a_lot() -> None:
    project = projects.create("Assisted")
    for number in range(24):
        clip = _clip(project, OVER_Z * (number % 3 - 1))
        with session.writing() as s:
            _gave(s, clip, "Ada", number % 3 - 1, Phase.ASSISTED)
            _gave(s, clip, "Ben", 0, Phase.BLIND)
    found = _report(project.id)
    assert not found.is_drawn
    assert found.moves == ()
    [delivery] = [each for each in found.controls if each.field is Field.DELIVERY]
    assert delivery.shown.value == 1.0
    assert delivery.withheld.value == pytest.approx(1 / 3)
    assert "were not drawn by lot" in " ".join(anchoring_words.controls(found, Field.DELIVERY))


def test_nothing_answered_is_an_empty_report(blind_first: ProjectRecord) -> None:
    assert _report(blind_first.id).is_empty


def test_the_file_holds_every_figure_with_its_counts(blind_first: ProjectRecord) -> None:
    _revealed(blind_first, pulled=0.4)
    found = _report(blind_first.id)
    rows = list(csv.DictReader(io.StringIO(anchoring_file.table(found))))
    everybody = {row["measure"]: row for row in rows if row["rater"] == "all" and row["field"] == "delivery"}
    moves = _of(found)
    assert float(everybody["pull"]["low"]) == pytest.approx(moves.pull.low)
    assert everybody["share_moved"]["answers"] == "200"
    assert float(everybody["towards"]["value"]) == moves.towards
    assert {row["rater"] for row in rows} >= {"Rater A", "Rater D"}


def test_a_rater_may_not_look(blind_first: ProjectRecord) -> None:
    rater = projects.person("Rita")
    with session.writing() as s:
        people.join(s, blind_first.id, rater.id, Role.RATER)
    with pytest.raises(NotAllowedError, match="part of an instructor"):
        anchoring.report(blind_first.id, person_id=rater.id)
