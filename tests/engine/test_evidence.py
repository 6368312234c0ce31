"""What cannot be seen or heard is masked, untrusted and named; nothing is made up for it."""

from __future__ import annotations

import cv2
import numpy as np

from engine.features.landmarks import FaceTracker
from engine.features.table import INSTANTS, instants
from engine.media import Media
from engine.systems.evidence import hear, see
from engine.systems.rehearsal import rehearsal_media
from tests.face_made import HEIGHT, WIDTH, drawn_face


def media(pictures: list[np.ndarray | None] | None = None, sound: np.ndarray | None = None) -> Media:
    return Media(
        duration_s=2.0,
        times_s=instants(2.0),
        pictures=tuple(pictures) if pictures is not None else (None,) * INSTANTS,
        picture_times_s=instants(2.0),
        native_size=None if pictures is None else (WIDTH, HEIGHT),
        sound=sound,
        warnings=(),
    )


def test_a_clip_without_pictures_has_no_face() -> None:
    seen = see(media(), FaceTracker.load())
    assert not seen.features.mask.any()
    assert seen.trust.value == 0.0
    assert seen.trust.note == "The clip has no pictures."


def test_a_clip_without_a_sound_track_has_no_voice() -> None:
    heard = hear(media())
    assert not heard.features.mask.any()
    assert heard.trust.note == "The clip has no sound track."


def test_a_silent_track_is_another_thing_than_no_track() -> None:
    heard = hear(media(sound=np.zeros(32_000, np.float32)))
    assert not heard.features.mask.any()
    assert heard.trust.note == "The sound track is silent."


def test_instants_without_a_picture_are_masked_and_the_others_are_not() -> None:
    pictures: list[np.ndarray | None] = [drawn_face()] * 30 + [None] * 20
    seen = see(media(pictures), FaceTracker.load())
    assert seen.features.mask[:30].all()
    assert not seen.features.mask[30:].any()
    assert np.isnan(seen.features.movement[30:]).all()
    assert seen.trust.quality["share_with_face"] == 0.6


def test_pictures_that_change_their_size_are_measured_all_the_same() -> None:
    small = np.ascontiguousarray(drawn_face()[40:440, 100:540])
    seen = see(media([drawn_face()] * 25 + [small] * 25), FaceTracker.load())
    assert seen.features.mask.mean() > 0.9


def test_the_face_of_a_full_length_shot_is_found_and_trusted_less_than_a_near_one() -> None:
    small = cv2.resize(drawn_face()[:, 80:560], (64, 64), interpolation=cv2.INTER_AREA)
    shot = np.full((640, 427, 3), 205, np.uint8)
    shot[60:124, 190:254] = small
    far, near = (see(media([picture] * INSTANTS), FaceTracker.load()) for picture in (shot, drawn_face()))
    assert far.features.mask.mean() > 0.9
    assert far.trust.value < near.trust.value


def test_the_rehearsal_is_heard_and_shows_nobody() -> None:
    made = rehearsal_media()
    assert hear(made).features.speech.any()
    assert not see(made, FaceTracker.load()).features.mask.any()
