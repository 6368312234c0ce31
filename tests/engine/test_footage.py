"""A piece of a long clip is decoded as if it were a clip: its own pictures, its own sound, its own times."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import Footage
from engine.media.sound import SOUND_RATE_HZ
from tests.media_made import made_clip, number_of, silence, tone


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    sound = np.concatenate([silence(2.0), tone(2.0), silence(2.0)])
    path = made_clip(tmp_path_factory.mktemp("footage") / "scene.mp4", seconds=6.0, sound=sound)
    return Footage.open(path)


def test_pictures_and_sound_are_those_between_the_times(footage: Footage) -> None:
    piece = footage.piece(2.0, 4.0)
    numbers = [number_of(picture) for picture in piece.pictures if picture is not None]
    assert len(numbers) == 50
    assert (numbers[0], numbers[-1]) == (50, 99)
    assert piece.duration_s == pytest.approx(2.0)
    assert np.nanmax(np.abs(piece.times_s - piece.picture_times_s)) < 0.05
    assert piece.sound is not None
    assert piece.sound.size == 2 * SOUND_RATE_HZ
    assert float(np.sqrt(np.mean(piece.sound**2))) > 0.15


def test_a_piece_that_reaches_past_the_end_stops_there(footage: Footage) -> None:
    assert footage.piece(5.0, 99.0).duration_s == pytest.approx(footage.duration_s - 5.0)


@pytest.mark.parametrize(("start", "end"), [(-1.0, 2.0), (2.0, 2.05), (3.0, 1.0), (7.0, 9.0)])
def test_times_outside_are_refused_in_a_sentence(footage: Footage, start: float, end: float) -> None:
    with pytest.raises(MediaError, match="which lasts"):
        footage.piece(start, end)
