"""Each rater's figures: what stands out, how steady they are, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dashboard.services import assigning, gold, projects, rater_quality, rater_words
from dashboard.services.accepted_answer import Accepted
from dashboard.services.given_answers import Field
from dashboard.services.left_out import LeftOutKind, left_out
from dashboard.services.permissions import NotAllowedError
from dashboard.services.rater_quality import RaterFigures, Tally
from dashboard.services.rater_signs import Sign, SignKind
from db import circumstances, people, ratings, session
from db.records import (
    Circumstances,
    ClipRecord,
    ProjectRecord,
    Purpose,
    RatingDraft,
    RatingRecord,
    SkipReason,
    TaskKey,
)
from engine.vocabulary import Channel, Delivery, Phase, Protocol, Role
from tests.dashboard.desk_made import made_desk, rater
from tests.dashboard.project_made import made_clip, press


def say(clip: ClipRecord, name: str, delivery: int, **options: Any) -> RatingRecord:
    """Store an answer as it is; ``around`` are its circumstances."""
    around = options.pop("around", None)
    person = projects.person(name, simulated=options.get("simulated", False))
    draft = RatingDraft(
        clip_id=clip.id,
        person_id=person.id,
        idempotency_key=press(),
        phase=Phase.BLIND,
        delivery=Delivery(delivery),
    )
    with session.writing() as s:
        stored = ratings.add(s, replace(draft, **options))
        if around is not None:
            circumstances.add(s, stored.id, around)
        return stored


def of(project: ProjectRecord, name: str) -> RaterFigures:
    person = projects.person(name)
    with session.writing() as s:
        people.join(s, project.id, person.id, Role.RATER)
    (found,) = rater_quality.own(project.id, person.id).value or ()
    return found


def kinds(found: RaterFigures) -> list[SignKind]:
    return [sign.kind for sign in found.signs]


def test_severity_is_told_against_the_others_alone() -> None:
    project, made = made_desk(clips=12)
    for number, clip in enumerate(made):
        truth = number % 2 - 1
        for name in ("Asha", "Ben"):
            say(clip, name, truth)
        say(clip, "Cleo", truth + 1)
        say(clip, "Robot", 2, simulated=True)
    found = of(project, "Cleo").severity[Field.DELIVERY]
    assert (found.value, found.units) == (1.0, 12)
    assert of(project, "Asha").severity[Field.DELIVERY].value == -0.5
    assert Field.EXPECTED not in of(project, "Cleo").severity
    sentence = rater_words.severity(Field.DELIVERY, found)
    assert sentence == (
        "About delivery you answer higher than the others: by 1.00 steps on average "
        "(90 % interval +1.00 to +1.00, 12 clips)."
    )
    assert "fewer than 10 clips" in rater_words.severity(Field.EXPECTED, None)


def test_a_second_thought_does_not_count_and_neither_does_what_was_taken_back() -> None:
    project, made = made_desk(clips=10)
    for clip in made:
        say(clip, "Asha", 1)
        say(clip, "Asha", 0)
        gone = say(clip, "Ben", 2)
        with session.writing() as s:
            ratings.withdraw(s, gone.id, person_id=gone.person_id)
        say(clip, "Ben", 0)
    assert of(project, "Asha").severity[Field.DELIVERY].value == 1.0
    assert of(project, "Asha").answers == 10


def test_repeats_are_compared_with_the_first_time() -> None:
    project, made = made_desk(clips=40)
    generator = np.random.default_rng(0)
    for clip in made:
        first = int(generator.integers(-2, 3))
        again = first if generator.random() < 0.8 else int(generator.integers(-2, 3))
        say(clip, "Asha", first, expressed_intensity=0.5 + first / 4)
        say(clip, "Asha", again, expressed_intensity=0.5 + again / 4, occasion=2, purpose=Purpose.REPEAT)
    found = of(project, "Asha").steadiness
    assert found.clips == 40
    assert found.same >= 28
    assert found.delivery is not None
    assert found.delivery.value is not None
    assert found.delivery.low is not None
    assert 0.5 < found.delivery.low < found.delivery.value < 1
    assert found.expressed is not None
    assert found.expressed.value is not None
    words = rater_words.steadiness(found)
    assert words[0].startswith(
        f"Asked a second time you gave {found.same} of 40 clips the same delivery: kappa"
    )
    assert words[1].startswith("What the performance shows agreed")


def test_too_few_repeats_say_so_and_the_same_answer_throughout_is_undefined() -> None:
    project, made = made_desk(clips=12)
    for clip in made[:3]:
        say(clip, "Asha", 0)
        say(clip, "Asha", 0, occasion=2, purpose=Purpose.REPEAT)
    few = of(project, "Asha").steadiness
    assert (few.clips, few.same, few.delivery) == (3, 3, None)
    assert rater_words.steadiness(few) == (
        "3 of 3 clips asked a second time got the same delivery; too few to say more.",
    )
    for clip in made[3:]:
        say(clip, "Asha", 0)
        say(clip, "Asha", 0, occasion=2, purpose=Purpose.REPEAT)
    flat = of(project, "Asha").steadiness
    assert flat.delivery is not None
    assert flat.delivery.value is None
    assert "kappa is undefined" in rater_words.steadiness(flat)[0]


def test_hasty_unwatched_and_hidden_answers_stand_out() -> None:
    project, made = made_desk(clips=10, fastest_s=2.0)
    for number, clip in enumerate(made):
        careless = number < 4
        around = Circumstances(hidden_s=200.0 if careless else 0.0, elapsed_s=300.0)
        say(
            clip,
            "Asha",
            number % 3 - 1,
            active_time_s=1.0 if careless else 9.0,
            watched_share=0.2 if careless else 1.0,
            around=around,
        )
        say(clip, "Ben", number % 3 - 1, active_time_s=9.0, watched_share=1.0)
    found = of(project, "Asha")
    assert found.signs == (
        Sign(SignKind.HASTY, 4, 10),
        Sign(SignKind.LITTLE_WATCHED, 4, 10),
        Sign(SignKind.LONG_HIDDEN, 4, 10),
    )
    assert of(project, "Ben").signs == ()
    assert rater_words.sign(found.signs[0]).startswith("40 % of the answers came faster")
    assert found.seconds == 9.0


def test_a_tenth_of_a_long_clip_is_hasty_too_and_words_alone_have_no_length() -> None:
    project, made = made_desk(clips=8, fastest_s=0.1)
    for clip in made:
        say(clip, "Asha", 0, active_time_s=0.3)  # clips last 4 s
        say(clip, "Ben", 0, active_time_s=0.5)
        say(
            clip,
            "Cleo",
            0,
            active_time_s=0.3,
            watched_share=0.0,
            channel=Channel.WORDS,
        )
    assert SignKind.HASTY in kinds(of(project, "Asha"))
    assert SignKind.HASTY not in kinds(of(project, "Ben"))
    assert kinds(of(project, "Cleo")) == []


def test_the_same_answer_many_times_stands_out_only_where_others_answer_otherwise() -> None:
    project, made = made_desk(clips=20)
    for number, clip in enumerate(made):
        for name in ("Ben", "Cleo", "Dev"):
            say(clip, name, number % 5 - 2)
        say(clip, "Asha", 1)
    assert kinds(of(project, "Asha")) == [SignKind.SAME_ANSWER]
    assert kinds(of(project, "Ben")) == []
    alike, made = _another(20)
    for clip in made:
        for name in ("Asha", "Ben", "Cleo"):
            say(clip, name, 0)
    assert kinds(of(alike, "Asha")) == []


def _another(clips: int) -> tuple[ProjectRecord, list[ClipRecord]]:
    project = projects.create("Macbeth")
    return project, [made_clip(project) for _ in range(clips)]


def test_silent_known_clips_stand_out_only_where_chance_is_ruled_out() -> None:
    project, made = made_desk(clips=12)
    for clip in made:
        gold.put(clip.id, Accepted(delivery=(0, 0)), purpose=Purpose.GOLD_SILENT, person_id=None)
    for number, clip in enumerate(made):
        say(clip, "Asha", 0 if number < 2 else number % 3 - 1 or 1, purpose=Purpose.GOLD_SILENT)
        say(clip, "Ben", 0 if number < 8 else 1 + number % 2, purpose=Purpose.GOLD_SILENT)
    asha, ben = of(project, "Asha"), of(project, "Ben")
    assert (asha.silent, SignKind.KNOWN_LOW in kinds(asha)) == (Tally(2, 12), True)
    assert (ben.silent, SignKind.KNOWN_LOW in kinds(ben)) == (Tally(8, 12), False)
    assert asha.training == Tally(0, 0)


def test_an_answer_after_the_right_one_was_told_does_not_count_as_right() -> None:
    project, (clip,) = made_desk(clips=1)
    gold.put(clip.id, Accepted(delivery=(0, 0)), purpose=Purpose.GOLD_TRAINING, person_id=None)
    say(clip, "Asha", 2, purpose=Purpose.GOLD_TRAINING)
    say(clip, "Asha", 0, purpose=Purpose.GOLD_TRAINING)
    assert of(project, "Asha").training == Tally(0, 1)


def test_only_whoever_leads_sees_all_raters_and_a_stranger_nothing() -> None:
    project, (clip,) = made_desk(clips=1)
    say(clip, "Asha", 0)
    asha = rater(project, "Asha")
    with pytest.raises(NotAllowedError):
        rater_quality.of_project(project.id, person_id=asha.id)
    with pytest.raises(NotAllowedError):
        rater_quality.own(project.id, projects.person("Stranger").id)
    (row,) = rater_quality.of_project(project.id, person_id=None).value or ()
    assert row.pseudonym == asha.pseudonym
    assert rater_quality.own(project.id, rater(project, "Ben").id).value == ()


def test_what_was_left_out_leads_back_to_its_clip_by_a_name_that_sways_nobody() -> None:
    project, made = made_desk(clips=3, protocol=Protocol.BLIND_FIRST)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    task = assigning.open_task(project.id, asha.id, made[1].id)
    assigning.skip(task.key, SkipReason.CANNOT_TELL)
    assigning.flag(made[2].id, asha.id, reason="rater", note="Two people talk.")
    assert [(each.clip_id, each.name, each.kind, each.why) for each in left_out(project.id, asha.id)] == [
        (made[1].id, "Clip 2", LeftOutKind.SKIPPED, "I cannot tell"),
        (made[2].id, "Clip 3", LeftOutKind.FLAGGED, "Two people talk."),
    ]
    assert left_out(project.id, ben.id) == ()
    assert task.key == TaskKey(made[1].id, asha.id)
