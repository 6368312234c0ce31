"""Finding and following a face. The faces are drawn; no person's likeness is needed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.features.landmarks import LANDMARKS, FaceTracker, Picture, silenced_stderr

WIDTH, HEIGHT = 640, 480


def drawn_face(*, centre: tuple[int, int] = (320, 240), scale: float = 1.0, jaw: float = 0.0) -> Picture:
    """A shaded oval with hair, eyes, brows, nose and lips; ``jaw`` opens the mouth, 0 to 1."""
    picture = np.full((HEIGHT, WIDTH, 3), (120, 130, 140), np.uint8)
    x, y = centre

    def at(dx: float, dy: float) -> tuple[int, int]:
        return round(x + dx * scale), round(y + dy * scale)

    def oval(where: tuple[int, int], axes: tuple[float, float], colour: tuple[int, int, int]) -> None:
        size = (max(1, round(axes[0] * scale)), max(1, round(axes[1] * scale)))
        cv2.ellipse(picture, where, size, 0, 0, 360, colour, -1, cv2.LINE_AA)

    oval(at(0, -25), (112, 135), (60, 42, 30))
    cv2.rectangle(picture, at(-38, 90), at(38, 200), (196, 150, 122), -1)
    oval(at(0, 0), (96, 128), (222, 178, 150))
    for side in (-1, 1):
        oval(at(side * 40, -22), (19, 10), (250, 250, 250))
        oval(at(side * 40, -22), (8, 9), (70, 50, 40))
        oval(at(side * 40, -22), (4, 4), (10, 10, 10))
        cv2.line(picture, at(side * 62, -50), at(side * 20, -52), (60, 42, 30), max(2, round(7 * scale)))
        oval(at(side * 12, 30), (5, 3), (150, 100, 85))
    oval(at(0, 12), (12, 26), (212, 166, 138))
    oval(at(0, 66 + 14 * jaw), (34, 9 + 20 * jaw), (176, 84, 84))
    oval(at(0, 66 + 14 * jaw), (28, 1 + 18 * jaw), (60, 20, 20))
    shade = np.linspace(1.08, 0.86, WIDTH)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 2, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (5, 5), 0) * shade + noise, 0, 255).astype(np.uint8)


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


def test_of_two_faces_the_larger_is_followed(tracker: FaceTracker) -> None:
    small, large = drawn_face(centre=(480, 200), scale=0.6), drawn_face(centre=(180, 240), scale=1.1)
    both = np.where(np.arange(WIDTH)[None, :, None] < 330, large, small).astype(np.uint8)
    mirrored = np.ascontiguousarray(both[:, ::-1])
    assert centre_of(tracker.track([both] * 5)[-1])[0] < 300
    assert centre_of(tracker.track([mirrored] * 5)[-1])[0] > 340


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
