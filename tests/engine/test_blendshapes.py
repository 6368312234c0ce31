"""Blendshapes where FaceLandmarker's file lies in the weights folder, and nothing amiss where it does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.features.blendshapes import FILE, NAMES, Blendshapes, brow_movement
from engine.features.landmarks import FaceTracker
from engine.features.table import INSTANTS, instants
from engine.media import Media
from engine.systems.evidence import curves, hear, see
from engine.weights import weights_dir
from tests.face_made import drawn_face

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "models" / FILE


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A weights folder like the shipped one, to lay the file into."""
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in weights_dir().iterdir():
        if file.name != FILE:
            (folder / file.name).symlink_to(file)
    monkeypatch.setenv("DAILIES_WEIGHTS", str(folder))
    return folder


def media_of(pictures: list[np.ndarray]) -> Media:
    times = instants(2.0)
    height, width = pictures[0].shape[:2]
    return Media(2.0, times, tuple(pictures), times, (width, height), None, ())


def test_fifty_two_shapes_are_named_once_each() -> None:
    assert len(NAMES) == len(set(NAMES)) == 52


@pytest.mark.usefixtures("weights")
def test_without_the_file_there_are_none_and_all_else_goes_on() -> None:
    assert Blendshapes.at_hand() is None
    media = media_of([drawn_face()] * INSTANTS)
    seen = see(media, FaceTracker.load())
    assert seen.blendshapes is None
    assert seen.features.mask.all()
    assert curves(hear(media), seen).brows == ()


def test_another_file_of_that_name_is_refused_in_a_sentence(weights: Path) -> None:
    (weights / FILE).write_bytes(b"not the published one")
    with pytest.raises(WeightsError, match=f"models fetch {FILE}"):
        Blendshapes.at_hand()


def test_brows_move_up_or_down_and_nothing_else_counts() -> None:
    scores = np.zeros((5, len(NAMES)), dtype=np.float32)
    scores[1, [NAMES.index("browDownLeft"), NAMES.index("browDownRight")]] = 0.6
    scores[2, NAMES.index("browInnerUp")] = 0.4
    scores[3, NAMES.index("jawOpen")] = 1.0
    scores[4] = np.nan
    assert brow_movement(scores) == pytest.approx([0, 0.6, 0.4, 0, np.nan], nan_ok=True)


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_file(), reason=f"{FILE} is not beside the checkout")
def test_the_published_file_reads_an_open_jaw_by_name_wherever_the_face_is(weights: Path) -> None:
    shutil.copyfile(REAL, weights / FILE)
    reader = Blendshapes.at_hand()
    assert reader is not None
    empty = np.full((480, 640, 3), 128, np.uint8)
    places = ((320, 240, 1.0), (150, 200, 0.7))
    pictures = [drawn_face(centre=(x, y), scale=size, jaw=jaw) for x, y, size in places for jaw in (0.0, 1.0)]
    tracker = FaceTracker.load()
    points = np.stack([*(tracker.find(picture) for picture in pictures), tracker.find(empty)])
    scores = reader.read([*pictures, empty], points)
    assert scores.shape == (5, 52)
    assert np.isnan(scores[4]).all()
    assert (scores[:4] >= 0).all()
    assert (scores[:4] <= 1).all()
    jaw = scores[:, NAMES.index("jawOpen")]
    assert jaw[1] > jaw[0] + 0.2
    assert jaw[3] > jaw[2] + 0.2
    assert jaw[2] == pytest.approx(jaw[0], abs=0.2)

    media = media_of([drawn_face()] * INSTANTS)
    seen = see(media, tracker)
    assert seen.blendshapes is not None
    assert seen.blendshapes.shape == (INSTANTS, 52)
    assert all(value is not None for value in curves(hear(media), seen).brows)
    (weights / FILE).unlink()
    assert see(media, tracker).blendshapes is None
