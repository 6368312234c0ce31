"""Trust falls when an input is spoilt, whatever the way, and says in words what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.features.landmarks import FaceTracker
from engine.features.table import instants
from engine.features.trust import (
    LOW_TRUST,
    clipped_share,
    face_trust,
    signal_to_noise_db,
    text_trust,
    voice_trust,
)
from engine.features.voice import voice_features
from engine.media import decode
from engine.media.sound import SOUND_RATE_HZ

TAKE = Path(__file__).resolve().parents[2] / "dashboard" / "demo" / "takes" / "part_3.mp4"

Picture = np.ndarray
Spoiling = Callable[[Picture], Picture]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """A drawn face speaking: ten pictures."""
    return [picture for picture in decode(TAKE).pictures[::5] if picture is not None]


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    heard = decode(TAKE).sound
    assert heard is not None
    return heard


def seen(pictures: list[Picture]) -> float:
    return face_trust(pictures, FaceTracker.load().track(pictures)).value


def heard(sound: np.ndarray) -> float:
    speech = voice_features(sound, instants(sound.size / SOUND_RATE_HZ)).speech
    return voice_trust(sound, speech).value


def darker(stops: float) -> Spoiling:
    """As a camera would see it with less light: linear light is the 2.2th power of a pixel."""
    factor = 2 ** (-stops / 2.2)
    return lambda picture: np.round(picture * factor).astype(np.uint8)


def blurred(pixels: float) -> Spoiling:
    return lambda picture: cv2.GaussianBlur(picture, (0, 0), pixels)


def noisy(level: float) -> Spoiling:
    rng = np.random.default_rng(3)
    return lambda picture: np.clip(picture + rng.normal(0, level, picture.shape), 0, 255).astype(np.uint8)


def smaller(share: float) -> Spoiling:
    return lambda picture: cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)


def with_noise(sound: np.ndarray, ratio_db: float) -> np.ndarray:
    speech = voice_features(sound, instants(sound.size / SOUND_RATE_HZ)).speech
    loud = sound[np.repeat(speech, sound.size // speech.size + 1)[: sound.size]]
    level = np.sqrt(np.mean(loud**2) / 10 ** (ratio_db / 10))
    return sound + np.random.default_rng(5).normal(0, level, sound.size).astype(np.float32)


def clipped(sound: np.ndarray, gain_db: float) -> np.ndarray:
    return np.clip(sound / np.abs(sound).max() * 10 ** (gain_db / 20), -1, 1).astype(np.float32)


def test_a_good_take_is_trusted(pictures: list[Picture], sound: np.ndarray) -> None:
    assert seen(pictures) > 0.85
    assert heard(sound) > 0.85


@pytest.mark.parametrize(
    "steps",
    [
        [darker(1), darker(2), darker(4)],
        [blurred(1), blurred(2), blurred(5)],
        [noisy(5), noisy(15), noisy(30)],
        [smaller(0.7), smaller(0.4), smaller(0.2)],
    ],
    ids=["darker", "blurred", "noisy", "smaller"],
)
def test_each_step_of_spoiling_a_picture_lowers_trust(pictures: list[Picture], steps: list[Spoiling]) -> None:
    trusts = [seen(pictures)] + [seen([spoil(picture) for picture in pictures]) for spoil in steps]
    assert all(after < before for before, after in pairwise(trusts)), trusts


@pytest.mark.parametrize("first", [darker(2), blurred(2), smaller(0.5)], ids=["dark", "blurred", "small"])
def test_noise_does_not_hide_another_fault(pictures: list[Picture], first: Spoiling) -> None:
    spoilt = [first(picture) for picture in pictures]
    assert seen([noisy(10)(picture) for picture in spoilt]) < seen(spoilt)


def test_a_face_that_leaves_lowers_trust(pictures: list[Picture]) -> None:
    landmarks = FaceTracker.load().track(pictures)
    whole = face_trust(pictures, landmarks)
    landmarks[len(pictures) // 3 :] = np.nan
    left = face_trust(pictures, landmarks)
    assert left.value < 0.5 * whole.value
    assert left.quality["share_with_face"] == pytest.approx(0.3)
    assert left.note == "The face is out of the picture for part of the clip."


def test_a_dark_picture_is_called_dark(pictures: list[Picture]) -> None:
    dark = [darker(6)(picture) for picture in pictures]
    trust = face_trust(dark, FaceTracker.load().track(pictures))
    assert trust.value < LOW_TRUST
    assert trust.note == "The picture is dark."


def test_without_a_face_there_is_no_trust() -> None:
    blank = [np.full((48, 64, 3), 90, np.uint8), None]
    trust = face_trust(blank, np.full((2, 478, 3), np.nan, np.float32))
    assert trust.value == 0.0
    assert trust.note == "No face was found in the picture."


def test_each_step_of_noise_lowers_trust(sound: np.ndarray) -> None:
    trusts = [heard(sound)] + [heard(with_noise(sound, ratio)) for ratio in (20, 10, 0)]
    assert all(after < before for before, after in pairwise(trusts)), trusts


def test_each_step_of_clipping_lowers_trust(sound: np.ndarray) -> None:
    trusts = [heard(sound)] + [heard(clipped(sound, gain)) for gain in (6, 12, 24)]
    assert all(after < before for before, after in pairwise(trusts)), trusts


def test_a_gain_that_does_not_clip_changes_nothing(sound: np.ndarray) -> None:
    assert heard((sound * 0.25).astype(np.float32)) == pytest.approx(heard(sound), abs=1e-3)


def test_clipping_is_found_after_the_gain_is_turned_down_again(sound: np.ndarray) -> None:
    assert clipped_share(0.1 * clipped(sound, 12)) > 4 * clipped_share(sound)


def test_signal_to_noise_is_near_what_was_mixed(sound: np.ndarray) -> None:
    assert signal_to_noise_db(with_noise(sound, 10)) == pytest.approx(10, abs=3)


def test_noise_is_said_in_words(sound: np.ndarray) -> None:
    speech = np.ones(50, dtype=bool)
    trust = voice_trust(with_noise(sound, -3), speech)
    assert trust.value < LOW_TRUST
    assert trust.note == "The voice is hard to hear over noise."


def test_less_speech_is_less_to_go_by(sound: np.ndarray) -> None:
    speech = np.zeros(50, dtype=bool)
    speech[:25] = True
    long = voice_trust(sound, speech).value
    speech[3:] = False
    assert voice_trust(sound, speech).value < long


def test_silence_and_no_voice_are_told_apart(sound: np.ndarray) -> None:
    nobody = np.zeros(50, dtype=bool)
    silent = voice_trust(np.zeros(16_000, np.float32), nobody)
    mute = voice_trust(sound, nobody)
    assert silent.value == mute.value == 0.0
    assert silent.note == "The sound track is silent."
    assert mute.note == "No voice was heard in the sound."


def test_a_line_of_unknown_words_is_trusted_less() -> None:
    assert text_trust(words=8, known_share=1.0).value == 1.0
    half = text_trust(words=8, known_share=0.4)
    assert half.value < LOW_TRUST
    assert half.note is not None
    assert text_trust(words=8, known_share=1.0, recognition_confidence=0.6).value == pytest.approx(0.6)


def test_no_line_is_no_trust() -> None:
    assert text_trust(words=0, known_share=0.0).value == 0.0
