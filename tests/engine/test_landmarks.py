"""Finding and following a face. The faces are drawn; no person's likeness is needed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.landmarks import LANDMARKS, FaceTracker, silenced_stderr
from tests.face_made import HEIGHT, WIDTH, drawn_face


@pytest.fixture(scope="module")
def tracker() -> FaceTracker:
    return FaceTracker.load()


def centre_of(points: np.ndarray) -> np.ndarray:
    return points[:, :2].mean(axis=0)


def test_a_moving_face_is_followed_through_every_picture(tracker: FaceTracker) -> None:
    places = [(260 + 6 * step, 240) for step in range(20)]
    tracked = tracker.track([drawn_face(centre=place) for place in places])
    assert tracked.shape == (20, LANDMARKS, 3)
    assert tracked.dtype == np.float32
    assert np.isfinite(tracked).all()
    middles = np.array([centre_of(points) for points in tracked])
    assert np.abs(middles - np.array(places)).max() < 40
    assert middles[-1, 0] - middles[0, 0] == pytest.approx(114, abs=20)


def test_a_face_that_comes_back_elsewhere_is_found_again(tracker: FaceTracker) -> None:
    empty = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    here, there = drawn_face(centre=(180, 240)), drawn_face(centre=(460, 240))
    tracked = tracker.track([here, here, empty, empty, there, there])
    assert np.isfinite(tracked[[0, 1, 4, 5]]).all()
    assert np.isnan(tracked[[2, 3]]).all()
    assert centre_of(tracked[5])[0] > 380


def test_a_face_that_jumps_is_looked_for_in_the_same_picture(tracker: FaceTracker) -> None:
    tracked = tracker.track([drawn_face(centre=(150, 240)), drawn_face(centre=(490, 240))])
    assert np.isfinite(tracked).all()
    assert centre_of(tracked[1])[0] > 400


def test_a_clip_is_followed_the_same_whatever_was_looked_at_before(tracker: FaceTracker) -> None:
    pictures = [drawn_face(centre=(260 + 4 * step, 240)) for step in range(6)]
    first = tracker.track(pictures)
    tracker.track([drawn_face(centre=(150, 200))] * 3)
    np.testing.assert_array_equal(tracker.track(pictures), first)


def test_of_two_faces_the_larger_is_followed(tracker: FaceTracker) -> None:
    small, large = drawn_face(centre=(480, 200), scale=0.6), drawn_face(centre=(180, 240), scale=1.1)
    both = np.where(np.arange(WIDTH)[None, :, None] < 330, large, small).astype(np.uint8)
    mirrored = np.ascontiguousarray(both[:, ::-1])
    assert centre_of(tracker.track([both] * 5)[-1])[0] < 300
    assert centre_of(tracker.track([mirrored] * 5)[-1])[0] > 340


def test_a_small_face_of_a_full_length_shot_is_followed(tracker: FaceTracker) -> None:
    far = [drawn_face(centre=(300 + 2 * step, 120), scale=0.2) for step in range(10)]
    tracked = tracker.track(far)
    assert np.isfinite(tracked).all()
    middles = np.array([centre_of(points) for points in tracked])
    assert np.abs(middles - np.array([(300 + 2 * step, 120) for step in range(10)])).max() < 15


def test_nothing_of_one_clip_is_left_in_the_next(tracker: FaceTracker) -> None:
    first = tracker.track([drawn_face(centre=(200, 240))] * 3)
    tracker.track([drawn_face(centre=(420, 220), scale=0.8)] * 3)
    again = tracker.track([drawn_face(centre=(200, 240))] * 3)
    assert np.abs(first[0] - again[0]).max() < 3


def test_an_open_jaw_parts_the_landmarks_of_the_lips(tracker: FaceTracker) -> None:
    closed, opened = (tracker.find(drawn_face(jaw=jaw)) for jaw in (0.0, 1.0))
    gaps = [np.linalg.norm(points[13, :2] - points[14, :2]) for points in (closed, opened)]
    assert gaps[1] > gaps[0] + 8


@pytest.mark.parametrize("count", [0, 1, 3])
def test_where_nobody_is_seen_all_is_unknown(tracker: FaceTracker, count: int) -> None:
    tracked = tracker.track([np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * count)
    assert tracked.shape == (count, LANDMARKS, 3)
    assert np.isnan(tracked).all()
    assert np.isnan(tracker.find(np.zeros((48, 48, 3), np.uint8))).all()


@pytest.mark.parametrize(
    "picture",
    [np.zeros((48, 48), np.uint8), np.zeros((48, 48, 4), np.uint8), np.zeros((48, 48, 3), np.float32)],
    ids=["grey", "four channels", "floating point"],
)
def test_a_picture_that_is_not_rgb_bytes_is_refused(tracker: FaceTracker, picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="RGB"):
        tracker.track([picture])
    with pytest.raises(ValueError, match="RGB"):
        tracker.find(picture)


def test_a_new_tracker_writes_nothing_on_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    tracker = FaceTracker()
    tracker.track([drawn_face()] * 2)
    tracker.track([drawn_face()] * 2)
    assert capfd.readouterr().err == ""


def test_standard_error_speaks_again_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    import os

    with silenced_stderr():
        os.write(2, b"lost")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
