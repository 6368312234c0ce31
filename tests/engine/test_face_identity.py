"""The enrolled actor is found among several faces, or nobody is: a wrong actor would be worse than none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.analysis import FaceReason, FacesSeen
from engine.errors import MediaError, WeightsError
from engine.features import face_identity
from engine.features.face_identity import ANCHORS, CHIP_PX, PLACES, WIDTH, FaceIdentity, nearest, upright
from engine.features.landmarks import LANDMARKS, FaceTracker
from engine.media import Media, decode
from engine.systems import face_enrolment
from engine.systems.face_choice import chosen_face
from engine.systems.face_enrolment import FaceEnrolment, enrolled_face

CLIPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "clips"
SAME = ("frontal_speaker_3.mp4", "frontal_speaker_mpeg4_codec.mp4")
OTHER = "frontal_speaker_2.mp4"


def vector(*, away: float, seed: int = 0) -> np.ndarray:
    towards = np.random.default_rng(seed).standard_normal(WIDTH)
    return away * towards / np.linalg.norm(towards)


ENROLLED = FaceEnrolment(np.zeros((2, WIDTH)))


@pytest.mark.parametrize(
    ("distances", "found"),
    [
        ((0.9, 0.3), 1),
        ((0.3, 0.9), 0),
        ((0.7, 0.9), None),  # a stranger is not the actor for being nearer than another stranger
        ((0.35, 0.4), None),  # two who could be
        ((0.2,), 0),
        ((), None),
    ],
)
def test_only_a_face_that_is_near_and_nearer_than_others_is_the_actors(
    distances: tuple[float, ...], found: int | None
) -> None:
    vectors = [vector(away=away, seed=seed) for seed, away in enumerate(distances)]
    assert nearest(vectors, ENROLLED.vectors) == found


def test_a_turned_and_small_face_is_cut_with_eyes_and_nose_at_their_places() -> None:
    turn = np.array([[0.8, -0.3, 300.0], [0.3, 0.8, 120.0]])
    landmarks = np.zeros((LANDMARKS, 3), np.float32)
    landmarks[list(ANCHORS), :2] = PLACES @ turn[:, :2].T + turn[:, 2]
    picture = np.zeros((400, 600, 3), np.uint8)
    for x, y in landmarks[list(ANCHORS), :2]:
        cv2.circle(picture, (round(float(x)), round(float(y))), 3, (255, 255, 255), -1)
    chip = upright(picture, landmarks)
    assert chip.shape == (CHIP_PX, CHIP_PX, 3)
    for x, y in PLACES:
        assert chip[round(float(y)), round(float(x))].min() > 128


def test_the_actors_face_comes_before_who_speaks_and_after_who_was_asked_for() -> None:
    times = np.linspace(0, 1, 50)
    media = Media(1.0, times, (None,) * 50, times, (640, 480), None, ())
    track = np.ones((50, LANDMARKS, 3), np.float32)
    tracks, shown = (track, track, track), tuple(range(50))
    found = chosen_face(tracks, media, shown=shown, known=1)
    assert found == FacesSeen(3, 2, FaceReason.ENROLLED)
    assert "enrolled pictures" in str(found)
    assert chosen_face(tracks, media, shown=shown, asked=3, known=1) == FacesSeen(3, 3, FaceReason.ASKED)


def test_without_the_extra_nobody_is_recognised_and_enrolling_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (face_identity, face_enrolment):
        monkeypatch.setattr(module, "installed", lambda: False)
    FaceIdentity.load.cache_clear()
    track = np.ones((1, LANDMARKS, 3), np.float32)
    assert ENROLLED.found_in([track, track], [np.zeros((9, 9, 3), np.uint8)]) is None
    with pytest.raises(WeightsError, match=r"requirements-faces\.txt"):
        enrolled_face([("a.jpg", b"")])


@pytest.mark.parametrize("vectors", [[], [[0.0] * 5], [[float("nan")] * WIDTH]])
def test_what_is_no_enrolment_is_refused(vectors: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        FaceEnrolment.of(vectors)


def jpeg(name: str, at: int) -> tuple[str, bytes]:
    pictures = [picture for picture in decode(CLIPS / name).pictures if picture is not None]
    return f"{name}.jpg", bytes(cv2.imencode(".jpg", cv2.cvtColor(pictures[at], cv2.COLOR_RGB2BGR))[1])


@pytest.mark.shared
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the shared clips are not here")
@pytest.mark.skipif(not face_identity.installed(), reason="the extra of requirements-faces.txt is not here")
def test_a_real_person_is_found_beside_another_whichever_side_they_are_on() -> None:
    own = enrolled_face([jpeg(SAME[0], 5), jpeg(SAME[0], 40)])
    pictures, tracks = [], []
    for name in (OTHER, SAME[1]):
        shown = [picture for picture in decode(CLIPS / name).pictures if picture is not None][:10]
        tracks.append(FaceTracker.load().track_all(shown)[0])
        pictures.append(shown)
    reader = FaceIdentity.load()
    other, same = (reader.of_track(track, shown) for track, shown in zip(tracks, pictures, strict=True))
    assert nearest([other, same], own.vectors) == 1
    assert nearest([same, other], own.vectors) == 0
    assert nearest([other], own.vectors) is None
    with pytest.raises(MediaError, match="no picture that can be read"):
        enrolled_face([("notes.txt", b"hello")])
    blank = bytes(cv2.imencode(".jpg", np.full((240, 320, 3), 90, np.uint8))[1])
    with pytest.raises(MediaError, match="nobody is seen"):
        enrolled_face([("blank.jpg", blank)])
