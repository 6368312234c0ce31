"""A face cut out of a picture looks the same wherever, however large and however tilted it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.features.face_crop import ANCHOR_PLACES, ANCHORS, CROP_PX, face_crop, whole_crop
from engine.features.face_stills import STILLS, face_stills
from engine.features.landmarks import FaceTracker
from tests.face_made import drawn_face


def tracked(picture: np.ndarray) -> np.ndarray:
    points = FaceTracker.load().find(picture)
    assert np.isfinite(points).all()
    return points


def test_eyes_and_nose_come_to_their_places() -> None:
    marked = np.zeros((480, 640), np.uint8)
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[list(ANCHORS), :2] = ANCHOR_PLACES * 5 + (100, 60)
    for x, y in landmarks[list(ANCHORS), :2]:
        cv2.circle(marked, (round(float(x)), round(float(y))), 5, 255, -1)
    crop = face_crop(marked, landmarks)
    for x, y in ANCHOR_PLACES:
        assert crop[round(float(y)), round(float(x))] > 120


def test_a_turned_smaller_face_gives_the_same_crop() -> None:
    picture = drawn_face()
    landmarks = tracked(picture)
    turn = cv2.getRotationMatrix2D((320, 240), 20, 0.7)
    turned = cv2.warpAffine(picture, turn, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    moved = landmarks.copy()
    moved[:, :2] = landmarks[:, :2] @ turn[:, :2].T + turn[:, 2]
    first, second = face_crop(picture, landmarks), face_crop(turned, moved)
    assert first.shape == (CROP_PX, CROP_PX)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98


def test_a_face_at_the_edge_is_cut_without_a_black_border() -> None:
    picture = np.full((480, 640, 3), 200, np.uint8)
    landmarks = tracked(drawn_face()) - np.array([260, 0, 0], np.float32)
    assert face_crop(picture, landmarks).min() == 200


def test_a_face_without_landmarks_is_refused() -> None:
    with pytest.raises(ValueError, match="whole_crop"):
        face_crop(drawn_face(), np.full((478, 3), np.nan, np.float32))


@pytest.mark.parametrize("shape", [(48, 48), (20, 30, 3), (200, 100, 3)])
def test_a_whole_picture_of_any_size_becomes_a_crop(shape: tuple[int, ...]) -> None:
    crop = whole_crop(np.full(shape, 90, np.uint8))
    assert crop.shape == (CROP_PX, CROP_PX)
    assert (crop == 90).all()


def test_stills_are_spread_over_the_instants_with_a_face() -> None:
    picture = drawn_face()
    landmarks = np.repeat(tracked(picture)[None], 50, axis=0)
    known = np.arange(50) >= 20
    stills = face_stills([picture] * 50, landmarks, known)
    assert stills.crops.shape == (STILLS, CROP_PX, CROP_PX)
    assert np.isfinite(stills.shapes).all()


def test_a_clip_without_a_face_has_no_stills() -> None:
    stills = face_stills([None] * 50, np.full((50, 478, 3), np.nan, np.float32), np.zeros(50, np.bool_))
    assert len(stills.crops) == len(stills.shapes) == 0
