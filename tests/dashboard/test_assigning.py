"""A place is handed out once, kept while there is a sign of life, and found again where one stopped."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.services import assigning, drafts, projects
from dashboard.services.assigning import NoPlaceError
from dashboard.services.handing_out import CHECK_SOURCES, DueCheck, Task
from dashboard.services.permissions import NotAllowedError
from db import assignments, clips, flags, session
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipStatus, Purpose, SkipReason, TaskKey
from engine.vocabulary import Channel
from tests.dashboard.desk_made import answer, made_desk, rater

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = timedelta(minutes=30)
SOON = timedelta(minutes=1)


def given(task: Task | None) -> str:
    assert task is not None
    return task.key.clip_id


def test_two_raters_never_hold_the_last_place_of_a_clip_together() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    first = assigning.next_task(project.id, asha.id, at=NOON)
    assert first is not None
    assert (first.key, first.expires_at) == (TaskKey(clip.id, asha.id), NOON + LEASE)
    assert assigning.next_task(project.id, ben.id, at=NOON) is None
    with pytest.raises(NoPlaceError, match="has its one rater"):
        assigning.open_task(project.id, ben.id, clip.id, at=NOON)


def test_eight_raters_at_once_never_make_a_third() -> None:
    project, made = made_desk(clips=5, overlap=2)
    people = [rater(project, f"Rater {number}") for number in range(8)]

    def rate_all(person_id: int) -> list[str]:
        done = []
        while (task := assigning.next_task(project.id, person_id)) is not None:
            answer(task.key)
            done.append(task.key.clip_id)
        return done

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(rate_all, [person.id for person in people]))
    assert Counter(clip_id for clips_of in done for clip_id in clips_of) == {clip.id: 2 for clip in made}


def test_a_place_whose_time_ran_out_goes_to_somebody_else() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assigning.next_task(project.id, asha.id, at=NOON)
    assert assigning.next_task(project.id, ben.id, at=NOON + LEASE - SOON) is None
    assert given(assigning.next_task(project.id, ben.id, at=NOON + LEASE)) == clip.id


def test_a_sign_of_life_keeps_the_place() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assigning.next_task(project.id, asha.id, at=NOON)
    key = TaskKey(clip.id, asha.id)
    assert assigning.renew(key, at=NOON + SOON) == NOON + LEASE  # most of it is left: nothing is written
    late = NOON + LEASE - SOON
    assert assigning.renew(key, at=late) == late + LEASE
    assert assigning.next_task(project.id, ben.id, at=NOON + LEASE + SOON) is None


def test_a_place_that_others_took_is_not_renewed_and_the_late_answer_counts_all_the_same() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben, cleo = (rater(project, name) for name in ("Asha", "Ben", "Cleo"))
    assigning.next_task(project.id, asha.id, at=NOON)
    assigning.next_task(project.id, ben.id, at=NOON + LEASE)
    key = TaskKey(clip.id, asha.id)
    with pytest.raises(NoPlaceError, match="what you have sent is stored"):
        assigning.renew(key, at=NOON + LEASE)
    answer(key)
    assert assigning.next_task(project.id, cleo.id, at=NOON + 3 * LEASE) is None


def test_a_lease_is_renewed_after_it_ran_out_where_the_place_is_still_free() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha = rater(project)
    assigning.next_task(project.id, asha.id, at=NOON)
    late = NOON + 3 * LEASE
    assert assigning.renew(TaskKey(clip.id, asha.id), at=late) == late + LEASE


def test_a_task_handed_out_by_a_clock_that_was_ahead_keeps_its_place_from_nobody() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assigning.next_task(project.id, asha.id, at=NOON + timedelta(days=400))
    assert assigning.renew(TaskKey(clip.id, asha.id), at=NOON) == NOON + LEASE  # and hers is mended
    assigning.next_task(project.id, asha.id, at=NOON + timedelta(days=400))
    assert given(assigning.next_task(project.id, ben.id, at=NOON)) == clip.id


def test_a_clock_that_jumps_and_comes_back_gives_a_place_to_nobody_else() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben, cleo = (rater(project, name) for name in ("Asha", "Ben", "Cleo"))
    assigning.next_task(project.id, asha.id, at=NOON)
    assert assigning.next_task(project.id, cleo.id, at=NOON - timedelta(hours=2)) is None
    assert given(assigning.next_task(project.id, ben.id, at=NOON + LEASE)) == clip.id  # it jumped ahead
    assert assigning.next_task(project.id, cleo.id, at=NOON + SOON) is None  # and came back
    for person in (asha, ben):
        answer(TaskKey(clip.id, person.id))  # nothing that was given is turned away


def test_an_answer_takes_a_place_that_never_runs_out() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(clip.id, asha.id))
    assert assigning.next_task(project.id, ben.id, at=NOON + 1000 * LEASE) is None


def test_without_an_overlap_everybody_rates_everything() -> None:
    project, made = made_desk(clips=2)
    for name in ("Asha", "Ben", "Cleo"):
        person = rater(project, name)
        seen = []
        while (task := assigning.next_task(project.id, person.id)) is not None:
            answer(task.key)
            seen.append(task.key.clip_id)
        assert seen == [clip.id for clip in made]


def test_one_is_led_back_to_where_one_stopped_by_the_draft_first() -> None:
    project, (first, second, third) = made_desk(clips=3)
    asha = rater(project)
    for clip in (second, first, third):
        assigning.open_task(project.id, asha.id, clip.id, at=NOON)
    assert given(assigning.next_task(project.id, asha.id, at=NOON + SOON)) == third.id
    drafts.save(TaskKey(second.id, asha.id), {"delivery": 1}, revision=1)
    assert given(assigning.next_task(project.id, asha.id, at=NOON + 9 * LEASE)) == second.id
    answer(TaskKey(second.id, asha.id), draft_revision=1)
    assert given(assigning.next_task(project.id, asha.id, at=NOON + 9 * LEASE)) == first.id  # by order again


def test_a_draft_leads_back_only_while_its_clip_has_a_place() -> None:
    project, (clip, other) = made_desk(clips=2, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    assigning.open_task(project.id, asha.id, clip.id, at=NOON)
    drafts.save(TaskKey(clip.id, asha.id), {"delivery": 1}, revision=1)
    answer(TaskKey(clip.id, ben.id))
    assert given(assigning.next_task(project.id, asha.id, at=NOON + LEASE)) == other.id
    assert drafts.find(TaskKey(clip.id, asha.id)) is not None


def test_the_same_task_is_in_hand_in_two_windows() -> None:
    project, _ = made_desk(clips=20)
    asha = rater(project)
    with ThreadPoolExecutor(8) as pool:
        tasks = list(pool.map(lambda _: assigning.next_task(project.id, asha.id), range(8)))
    assert len({given(task) for task in tasks}) == 1


def test_what_is_skipped_stays_skipped_when_nothing_else_is_left() -> None:
    project, (first, second, third) = made_desk(clips=3)
    asha = rater(project)
    key = TaskKey(first.id, asha.id)
    assert given(assigning.next_task(project.id, asha.id, at=NOON)) == first.id
    assigning.skip(key, SkipReason.CANNOT_TELL, "too short", at=NOON + SOON)
    for number, clip in enumerate((second, third), start=2):
        task = assigning.next_task(project.id, asha.id, at=NOON + number * SOON)
        assert given(task) == clip.id
        answer(TaskKey(clip.id, asha.id))
    assert assigning.next_task(project.id, asha.id, at=NOON + 5 * SOON) is None
    assert assigning.open_task(project.id, asha.id, first.id, at=NOON + 6 * SOON).key == key
    with session.reading() as s:
        held = assignments.find(s, key)
    assert held is not None
    assert (held.skip_reason, held.skip_note) == (SkipReason.CANNOT_TELL, "too short")
    assigning.unskip(key, at=NOON + 7 * SOON)
    assert given(assigning.next_task(project.id, asha.id, at=NOON + 8 * SOON)) == first.id


def test_a_skipped_clip_gives_its_place_to_others_and_keeps_its_draft() -> None:
    project, (clip,) = made_desk(clips=1, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    key = TaskKey(clip.id, asha.id)
    assigning.next_task(project.id, asha.id, at=NOON)
    drafts.save(key, {"comment": "mumbled"}, revision=1)
    assigning.skip(key, SkipReason.OTHER, at=NOON)
    assert assigning.next_task(project.id, asha.id, at=NOON) is None
    assert given(assigning.next_task(project.id, ben.id, at=NOON)) == clip.id
    with pytest.raises(NoPlaceError):
        assigning.unskip(key, at=NOON)
    assert drafts.find(key) is not None
    assert assigning.open_task(project.id, asha.id, clip.id, at=NOON + LEASE).expires_at == NOON
    assert assigning.unskip(key, at=NOON + LEASE).key == key


def test_the_reason_of_a_skip_is_stored_and_an_answered_clip_is_not_skipped() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    key = TaskKey(clip.id, asha.id)
    with pytest.raises(UnknownRowError, match="not given to you"):
        assigning.skip(key, SkipReason.UPSETTING)
    assigning.open_task(project.id, asha.id, clip.id)
    assigning.skip(key, SkipReason.UPSETTING, " a fight ")
    with session.reading() as s:
        held = assignments.find(s, key)
    assert held is not None
    assert (held.skip_reason, held.skip_note) == (SkipReason.UPSETTING, "a fight")
    answer(key)
    with pytest.raises(RefusedValueError, match="take the answer back"):
        assigning.skip(key, SkipReason.OTHER)


def test_a_flag_waits_for_the_lead_and_needs_a_reason() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    with pytest.raises(RefusedValueError, match="says why"):
        assigning.flag(clip.id, asha.id, reason=" ")
    flagged = assigning.flag(clip.id, asha.id, reason="wrong line", note="She says another text.")
    with session.reading() as s:
        assert flags.open_of_project(s, project.id) == (flagged,)


def test_strangers_are_given_nothing() -> None:
    project, (clip,) = made_desk(clips=1)
    stranger = rater(projects.create("Macbeth"), "Stranger")
    for attempt in (
        lambda: assigning.next_task(project.id, stranger.id),
        lambda: assigning.open_task(project.id, stranger.id, clip.id),
        lambda: assigning.flag(clip.id, stranger.id, reason="wrong line"),
    ):
        with pytest.raises(NotAllowedError):
            attempt()


def test_a_clip_that_is_not_ready_is_not_handed_out() -> None:
    project, (clip,) = made_desk(clips=1)
    asha = rater(project)
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.QUEUED)
    assert assigning.next_task(project.id, asha.id) is None
    with pytest.raises(NoPlaceError, match="analysis"):
        assigning.open_task(project.id, asha.id, clip.id)


def test_a_check_that_is_due_comes_before_the_next_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    project, (first, second) = made_desk(clips=2, overlap=1)
    asha, ben = rater(project, "Asha"), rater(project, "Ben")
    answer(TaskKey(first.id, asha.id))
    answer(TaskKey(second.id, ben.id))
    due = [DueCheck(first.id, Channel.FULL, 2, Purpose.REPEAT)]
    monkeypatch.setattr(
        "dashboard.services.handing_out.CHECK_SOURCES",
        [*CHECK_SOURCES, lambda _session, _project, person: due[0] if due and person == asha.id else None],
    )
    task = assigning.next_task(project.id, asha.id)
    assert task is not None
    assert (task.key.occasion, task.purpose) == (2, Purpose.REPEAT)
    assert assigning.open_task(project.id, asha.id, first.id).key == task.key
    due.clear()
    assert answer(task.key).purpose is Purpose.REPEAT
    assert assigning.next_task(project.id, asha.id) is None
