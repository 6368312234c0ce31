"""Clips are found, paged, claimed and corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from db import clips, projects, ratings, session
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from db.records import ClipRecord, ClipStatus, PersonRecord, ProjectRecord, RatingDraft
from engine.vocabulary import Delivery, Emotion, LineSource, Phase

pytestmark = pytest.mark.both

NewClip = Callable[..., ClipRecord]


def test_a_clip_comes_back_as_it_went_in(new_clip: NewClip) -> None:
    made = new_clip(
        original_name="prise n° 1 क्या.mp4",
        line="Je t’aime…",
        line_source=LineSource.GIVEN,
        duration_s=0.5000000000000001,
        width=640,
        height=480,
        actor="Zoë",
        language="fr",
        genre="drama",
        directed_emotion=Emotion.CONTEMPT,
        directed_intensity=1.0,
    )
    with session.reading() as s:
        assert clips.get(s, made.id) == made
    assert made.duration_s == 0.5000000000000001
    assert made.created_at.utcoffset() is not None


def test_ids_cannot_be_guessed_from_one_another(new_clip: NewClip) -> None:
    ids = {new_clip().id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(made) >= 22 for made in ids)


def test_the_same_file_twice_in_a_project_is_refused_and_fine_in_another(
    new_clip: NewClip, project: ProjectRecord
) -> None:
    made = new_clip()
    with pytest.raises(AlreadyThereError, match="already in the project"):
        new_clip(sha256=made.sha256)
    with session.writing() as s:
        other = projects.get_or_create(s, "Macbeth")
        assert clips.by_sha256(s, other.id, made.sha256) is None
        assert clips.by_sha256(s, project.id, made.sha256) == made


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sha256": "abc"}, "64 hexadecimal digits"),
        ({"original_name": ""}, "at least one letter"),
        ({"duration_s": 0.0}, "more than 0 seconds"),
        ({"duration_s": float("nan")}, "A number is expected"),
        ({"size_bytes": 0}, "size"),
        ({"width": -1}, "size"),
        ({"directed_intensity": 1.5}, "between 0 and 1"),
        ({"status": ClipStatus.FAILED}, "says why"),
    ],
)
def test_a_clip_that_cannot_be_is_refused_in_a_sentence(
    new_clip: NewClip, project: ProjectRecord, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(RefusedValueError, match=sentence):
        new_clip(**options)
    with session.reading() as s:
        assert sum(clips.counts(s, project.id).values()) == 0


def test_pages_hold_every_clip_once_even_when_clips_arrive_meanwhile(
    new_clip: NewClip, project: ProjectRecord
) -> None:
    made = [new_clip().id for _ in range(7)]
    found: list[str] = []
    after: int | None = 0
    while after is not None:
        with session.reading() as s:
            page = clips.list_page(s, project.id, after=after, limit=3)
        found += [clip.id for clip in page.items]
        after = page.next_key
        if len(found) == 3:
            made.append(new_clip().id)
    assert found == made


def test_a_page_that_ends_with_the_list_has_no_next(new_clip: NewClip, project: ProjectRecord) -> None:
    for _ in range(3):
        new_clip()
    with session.reading() as s:
        assert clips.list_page(s, project.id, limit=3).next_key is None


def test_lists_are_narrowed_by_status_and_by_text(new_clip: NewClip, project: ProjectRecord) -> None:
    queued = new_clip(status=ClipStatus.QUEUED, original_name="100%_Wut.mp4")
    spoken = new_clip(line="How DARE you")
    acted = new_clip(actor="Darren")
    with session.reading() as s:

        def found(**narrowed: object) -> list[str]:
            return [clip.id for clip in clips.list_page(s, project.id, **narrowed).items]

        assert found(status=ClipStatus.QUEUED) == [queued.id]
        assert found(text=" dar ") == [spoken.id, acted.id]
        assert found(text="%_w") == [queued.id]
        assert found(text="%") == [queued.id]
        assert found(text="nothing") == []


def test_a_waiting_clip_is_claimed_once_and_queued_again_after_a_crash(new_clip: NewClip) -> None:
    first, second = new_clip(status=ClipStatus.QUEUED), new_clip(status=ClipStatus.QUEUED)
    new_clip()
    claimed = []
    for _ in range(3):
        with session.writing() as s:
            claimed.append(clips.claim_queued(s))
    assert [clip.id for clip in claimed if clip] == [first.id, second.id]
    assert claimed[2] is None
    with session.writing() as s:
        clips.set_status(s, second.id, ClipStatus.FAILED, message="The file is damaged.")
        assert clips.requeue_interrupted(s) == 1
        assert clips.get(s, first.id).status is ClipStatus.QUEUED
        assert clips.get(s, second.id).message == "The file is damaged."


def test_corrections_replace_details_and_nothing_else(clip: ClipRecord) -> None:
    details = replace(clip.details, line="To be", line_source=LineSource.GIVEN, actor="Zoë")
    with session.writing() as s:
        changed = clips.update_details(s, clip.id, details)
    assert changed == replace(
        clip, line="To be", line_source=LineSource.GIVEN, actor="Zoë", updated_at=changed.updated_at
    )
    assert changed.updated_at > clip.updated_at


def test_what_is_found_out_about_the_file_is_added(clip: ClipRecord) -> None:
    with session.writing() as s:
        clips.set_media(s, clip.id, browser_key="b.mp4", duration_s=2.5)
        changed = clips.set_media(s, clip.id, thumbnail_key="t.jpg")
    assert (changed.playable_key, changed.duration_s, changed.thumbnail_key) == ("b.mp4", 2.5, "t.jpg")
    with session.reading() as s:
        for key in (clip.media_key, "b.mp4", "t.jpg"):
            assert clips.by_media_key(s, key) == changed
        assert clips.by_media_key(s, "other.mp4") is None


def test_the_next_clip_to_rate_goes_on_from_here_and_then_from_the_start(
    new_clip: NewClip, project: ProjectRecord, person: PersonRecord
) -> None:
    made = [new_clip() for _ in range(3)]
    new_clip(status=ClipStatus.QUEUED)

    def following(after: ClipRecord) -> str | None:
        with session.reading() as s:
            found = clips.next_unrated(s, project.id, person.id, after=after.number)
        return found and found.id

    assert following(made[0]) == made[1].id
    assert following(made[2]) == made[0].id
    for clip in made:
        with session.writing() as s:
            draft = RatingDraft(clip.id, person.id, f"key-{clip.number}", Phase.ASSISTED, Delivery.RIGHT)
            ratings.add(s, draft)
    assert following(made[0]) is None


def test_a_clip_that_is_not_there_is_said() -> None:
    with session.writing() as s:
        with pytest.raises(UnknownRowError, match="no clip 'x'"):
            clips.get(s, "x")
        with pytest.raises(UnknownRowError, match="no clip 'x'"):
            clips.set_status(s, "x", ClipStatus.READY)


def test_clips_of_a_stopped_project_are_not_claimed_until_it_goes_on(
    new_clip: NewClip, project: ProjectRecord
) -> None:
    waiting = new_clip(status=ClipStatus.QUEUED)
    with session.writing() as s:
        projects.update_settings(s, project.id, {"other": "kept"})
        projects.set_analysis_stopped(s, project.id, stopped=True)
        assert clips.claim_queued(s) is None
        now = projects.set_analysis_stopped(s, project.id, stopped=False)
        assert now.settings["other"] == "kept"
        claimed = clips.claim_queued(s)
    assert claimed is not None
    assert claimed.id == waiting.id
