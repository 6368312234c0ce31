"""Of several faces, the one that speaks. The faces are drawn, the voice is a tone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.analysis import FaceReason, FacesSeen
from engine.errors import MediaError
from engine.features.face_tracks import linked
from engine.features.landmarks import LANDMARKS, FaceTracker
from engine.features.speaking_face import SpeakingFace, mouth_opening, speaking_face, voice_levels
from engine.features.table import INSTANTS, instants
from engine.media import Media
from engine.media.sound import SOUND_RATE_HZ
from engine.systems.evidence import see
from engine.systems.face_choice import PICTURE_PX, several_faces
from tests.face_made import WIDTH, drawn_face

SECONDS = 5.0
LEFT, RIGHT = (170, 240), (490, 230)
Mouth = Callable[[float], float]


def spoken(time_s: float) -> float:
    """How loud the tone is, and how far the speaker's mouth is open, 0 to 1."""
    return float(max(0.0, np.sin(2 * np.pi * 0.7 * time_s)) ** 2)


def still(_time_s: float) -> float:
    return 0.0


def chewing(time_s: float) -> float:
    return float(0.5 + 0.5 * np.sin(2 * np.pi * 1.9 * time_s + 1.0))


def voice() -> np.ndarray:
    times = np.arange(round(SECONDS * SOUND_RATE_HZ)) / SOUND_RATE_HZ
    loud = np.maximum(0.0, np.sin(2 * np.pi * 0.7 * times)) ** 2
    return (0.3 * loud * np.sin(2 * np.pi * 200 * times)).astype(np.float32)


def two_people(left: Mouth, right: Mouth, *, sound: np.ndarray | None) -> Media:
    """A clip of two drawn faces, the left one larger."""
    times = instants(SECONDS)
    pictures = []
    for time in times:
        one = drawn_face(centre=LEFT, scale=0.9, jaw=left(time))
        other = drawn_face(centre=RIGHT, scale=0.7, jaw=right(time))
        pictures.append(np.where(np.arange(WIDTH)[None, :, None] < 330, one, other).astype(np.uint8))
    return Media(SECONDS, times, tuple(pictures), times, (WIDTH, 480), sound, ())


@pytest.fixture(scope="module")
def conversation() -> Media:
    return two_people(chewing, spoken, sound=voice())


def test_the_mouth_that_goes_with_the_voice_is_found_and_an_unrelated_one_is_not() -> None:
    times = instants(SECONDS)
    levels = voice_levels(voice(), times)
    mouths = [np.array([mouth(time) for time in times]) for mouth in (chewing, spoken, still)]
    found = speaking_face(mouths, levels)
    assert found.index == 1
    assert found.correlations[2] is None
    assert found.correlations[1] == pytest.approx(1, abs=0.35)
    assert abs(found.correlations[0] or 0) < 0.3
    assert speaking_face([mouths[0], mouths[2]], levels).index is None


def test_two_mouths_that_both_go_with_the_voice_leave_it_open() -> None:
    mouth = np.array([spoken(time) for time in instants(SECONDS)])
    assert speaking_face([mouth, 0.9 * mouth], 40 * mouth).index is None


def test_without_mouths_or_with_hardly_seen_ones_nobody_speaks() -> None:
    mouth = np.array([spoken(time) for time in instants(SECONDS)])
    assert speaking_face([], mouth) == SpeakingFace(None, ())
    rare = np.where(np.arange(INSTANTS) < 5, mouth, np.nan)
    assert speaking_face([rare], 40 * mouth) == SpeakingFace(None, (None,))
    assert speaking_face([mouth], np.zeros(INSTANTS)) == SpeakingFace(None, (None,))


def test_levels_are_those_around_each_instant() -> None:
    times = instants(SECONDS)
    sound = np.zeros(round(SECONDS * SOUND_RATE_HZ), np.float32)
    sound[round(2.0 * SOUND_RATE_HZ) : round(2.5 * SOUND_RATE_HZ)] = 0.3
    levels = voice_levels(sound, times)
    loud = levels > -30
    assert loud.sum() in (5, 6, 7)
    assert times[loud].min() == pytest.approx(2.05, abs=0.11)
    assert times[loud].max() == pytest.approx(2.45, abs=0.11)
    assert voice_levels(sound[:800], times).shape == (INSTANTS,)


def test_an_open_mouth_is_measured_whatever_the_size_of_the_face() -> None:
    tracker = FaceTracker.load()
    pictures = [drawn_face(scale=size, jaw=jaw) for size in (1.0, 0.6) for jaw in (0.0, 1.0)]
    opening = mouth_opening(np.stack([tracker.find(picture) for picture in pictures]))
    assert opening[1] > opening[0] + 0.1
    assert opening[3] == pytest.approx(opening[1], abs=0.08)


def face_at(x: float, *, width: float = 100.0) -> np.ndarray:
    face = np.zeros((LANDMARKS, 3), np.float32)
    face[:, 0] = np.linspace(x - width / 2, x + width / 2, LANDMARKS)
    return face


def middles(track: np.ndarray) -> list[float]:
    return [round(float(face[:, 0].mean()), 1) for face in track]


def test_faces_in_any_order_become_a_track_for_each_person_from_left_to_right() -> None:
    found = [[face_at(400 + 5 * i), face_at(100 + 5 * i)][:: 1 if i % 2 else -1] for i in range(10)]
    left, right = linked(found)
    assert middles(left) == [100 + 5 * i for i in range(10)]
    assert middles(right) == [400 + 5 * i for i in range(10)]


def test_a_person_who_is_lost_for_a_while_stays_the_same_and_a_passer_by_is_left_out() -> None:
    found = [[face_at(100), *([] if 3 <= i < 6 else [face_at(400)])] for i in range(20)]
    found[12].append(face_at(700))
    tracks = linked(found)
    assert len(tracks) == 2
    assert np.isnan(tracks[1][3:6]).all()
    assert np.isfinite(tracks[1][[0, 1, 2, *range(6, 20)]]).all()
    assert linked([[], []]) == ()


def jpeg_size(picture: bytes | None) -> tuple[int, int]:
    assert picture is not None
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    return shown.shape[0], shown.shape[1]


def test_of_two_faces_the_one_that_speaks_is_read_though_it_is_smaller(conversation: Media) -> None:
    seen = see(conversation, FaceTracker.load())
    assert seen.faces == FacesSeen(2, 2, FaceReason.SPEAKS)
    assert several_faces(seen.faces) != ()
    assert len(set(seen.pictures)) == 2
    assert all(40 < side <= 2 * PICTURE_PX for picture in seen.pictures for side in jpeg_size(picture))
    asked = see(conversation, FaceTracker.load(), face=1)
    assert asked.faces == FacesSeen(2, 1, FaceReason.ASKED)
    assert not np.allclose(asked.features.values, seen.features.values, equal_nan=True)


def test_where_nothing_is_heard_the_largest_face_is_read(conversation: Media) -> None:
    silent = replace(conversation, sound=None)
    assert see(silent, FaceTracker.load()).faces == FacesSeen(2, 1, FaceReason.LARGEST)


def test_a_face_that_is_not_there_is_said(conversation: Media) -> None:
    with pytest.raises(MediaError, match="no face 3: 2 face"):
        see(conversation, FaceTracker.load(), face=3)


def test_one_face_is_followed_as_if_others_were_never_looked_for() -> None:
    pictures = [drawn_face(centre=(260 + 2 * i, 240), jaw=spoken(i / 10)) for i in range(INSTANTS)]
    tracker = FaceTracker.load()
    alone, followed = tracker.track_all(pictures), tracker.track(pictures)
    assert len(alone) == 1
    assert np.nanmax(np.abs(alone[0] - followed)) < 3
    media = Media(SECONDS, instants(SECONDS), tuple(pictures), instants(SECONDS), (WIDTH, 480), voice(), ())
    seen = see(media, tracker)
    assert seen.faces == FacesSeen(1, 1, FaceReason.ALONE)
    assert several_faces(seen.faces) == ()
    assert seen.pictures == ()


def test_faces_are_followed_the_same_while_pictures_are_still_to_come(conversation: Media) -> None:
    tracker = FaceTracker.load()
    two = [picture for picture in conversation.pictures if picture is not None]
    one = [drawn_face(centre=(260 + 2 * i, 240), jaw=spoken(i / 10)) for i in range(20)]
    late = [np.full_like(one[0], 90), *one[:9]]  # nobody in the first picture
    for pictures in (one, two, late):
        at_once = tracker.track_all(pictures)
        coming = tracker.track_all(picture for picture in pictures)
        assert len(coming) == len(at_once)
        for here, there in zip(coming, at_once, strict=True):
            np.testing.assert_array_equal(here, there)


def test_nobody_is_no_face() -> None:
    tracker = FaceTracker.load()
    assert tracker.track_all([np.full((480, 640, 3), 90, np.uint8)] * 3) == ()
    assert tracker.track_all([]) == ()
