"""A face too small for the tracker is found in most of a clip or not at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.features.far_faces import FarFaceFinder
from engine.features.landmarks import FaceTracker
from engine.features.table import INSTANTS, instants
from engine.media import Media
from engine.systems.evidence import see
from tests.face_made import drawn_face

LARGE, CANVAS = 480, (640, 427)


def far_away(*, at: tuple[int, int] = (190, 60), side: int = 64) -> np.ndarray:
    """A full-length shot: a drawn face ``side`` pixels high in a tall picture, height 640."""
    canvas = np.full((*CANVAS, 3), 205, np.uint8)
    cv2.rectangle(canvas, (at[0], at[1] + side), (at[0] + side, 500), (60, 110, 140), -1)
    small = cv2.resize(drawn_face()[:, 80:560], (side, side), interpolation=cv2.INTER_AREA)
    canvas[at[1] : at[1] + side, at[0] : at[0] + side] = small
    return canvas


def seen(pictures: list[np.ndarray]) -> np.ndarray:
    media = Media(
        duration_s=2.0,
        times_s=instants(2.0),
        pictures=tuple(pictures),
        picture_times_s=instants(2.0),
        native_size=(CANVAS[1], CANVAS[0]),
        sound=None,
        warnings=(),
    )
    return see(media, FaceTracker.load()).features.mask


def test_the_face_of_a_full_length_shot_is_found_where_the_tracker_alone_finds_none() -> None:
    pictures = [far_away(at=(190 + step // 10, 60)) for step in range(INSTANTS)]
    assert np.isnan(FaceTracker.load().track(pictures)).all()
    assert seen(pictures).mean() > 0.9


def test_the_region_holds_the_face_with_room_around_it() -> None:
    region = FarFaceFinder.load().region([far_away()] * 10)
    assert region is not None
    left, top, right, bottom = region
    assert left < 190
    assert right > 190 + 64
    assert top < 80
    assert 60 + 64 < bottom < 320


def test_a_face_in_a_few_pictures_only_is_taken_for_a_mistake() -> None:
    empty = np.full((*CANVAS, 3), 205, np.uint8)
    assert FarFaceFinder.load().region([far_away()] * 3 + [empty] * 17) is None


@pytest.mark.parametrize("count", [0, 1, 50])
def test_pictures_without_anybody_have_no_region(count: int) -> None:
    rng = np.random.default_rng(2)
    leaves = rng.integers(0, 255, (*CANVAS, 3), dtype=np.uint8)
    assert FarFaceFinder.load().region([leaves] * count) is None


def test_pictures_of_other_sizes_are_not_looked_at() -> None:
    odd = np.zeros((20, 30, 3), np.uint8)
    assert FarFaceFinder.load().region([far_away()] * 8 + [odd] * 8) is not None
