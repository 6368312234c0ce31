"""What is measured of a spoken stretch: silence around it and gain change nothing, lengths are bounded."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features import compare_lld
from engine.features.activity import SAMPLE_RATE
from engine.features.mel_picture import (
    BANDS,
    PICTURE_FRAMES,
    STEP_WIDTH,
    cepstral_steps,
    framed,
    mel_picture,
)
from engine.features.sound_summary import SUMMARY_COLUMNS, SUMMARY_WIDTH, sound_summary
from engine.features.spoken_stretch import LONGEST_S, SHORTEST_S, spoken_stretch


def buzz(seconds: float, *, hertz: float = 140.0, seed: int = 0) -> np.ndarray:
    """Something like a voice: harmonics that swell and fade, and a little hiss."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
    hiss = np.random.default_rng(seed).standard_normal(time.size)
    return (0.05 * tone * (1 + 0.5 * np.sin(2 * np.pi * 3 * time)) + 1e-4 * hiss).astype(np.float32)


def test_silence_around_and_gain_change_nothing() -> None:
    sound = buzz(1.0)
    plain = spoken_stretch(np.pad(sound, SAMPLE_RATE // 4))
    later = spoken_stretch(np.pad(0.03 * sound, (SAMPLE_RATE, 2 * SAMPLE_RATE)))
    assert plain is not None
    assert later is not None
    assert later.start_s == pytest.approx(1.0, abs=0.1)
    assert later.stop_s == pytest.approx(2.0, abs=0.1)
    first, second = sound_summary(plain.sound), sound_summary(later.sound)
    levels = [index for index, name in enumerate(SUMMARY_COLUMNS) if name.startswith("mel_")]
    assert np.abs(first[levels] - second[levels]).max() < 1.0  # dB


@pytest.mark.parametrize("sound", [np.zeros(SAMPLE_RATE), np.ones(10), np.full(SAMPLE_RATE, np.nan)])
def test_nothing_to_hear_is_no_stretch(sound: np.ndarray) -> None:
    assert spoken_stretch(sound.astype(np.float32)) is None


def test_of_a_long_sound_the_loudest_part_is_read_and_it_is_said() -> None:
    sound = 0.2 * buzz(40.0)
    sound[25 * SAMPLE_RATE : 35 * SAMPLE_RATE] *= 5
    stretch = spoken_stretch(sound)
    assert stretch is not None
    assert stretch.cut
    assert stretch.stop_s - stretch.start_s == pytest.approx(LONGEST_S)
    assert stretch.start_s <= 25
    assert stretch.stop_s >= 35


@pytest.mark.parametrize("seconds", [SHORTEST_S, 0.35, 2.0, 6.0])
def test_pictures_and_steps_have_their_shapes_at_any_length(seconds: float) -> None:
    stretch = spoken_stretch(buzz(seconds))
    assert stretch is not None
    picture = mel_picture(stretch.sound)
    steps = cepstral_steps(picture, stretch.sound)
    assert picture.shape[1] == BANDS
    assert steps.shape == ((len(picture) + 1) // 2, STEP_WIDTH)
    assert np.isfinite(steps).all()
    windows = framed(picture)
    assert windows.shape[1:] == (PICTURE_FRAMES, BANDS)
    assert len(windows) == 1 if len(picture) <= PICTURE_FRAMES else len(windows) > 1


def test_the_last_frame_of_a_long_picture_is_in_a_window() -> None:
    picture = np.random.default_rng(0).standard_normal((300, BANDS)).astype(np.float32)
    assert (framed(picture)[-1][-1] == picture[-1]).all()


def test_the_average_has_its_185_features() -> None:
    assert SUMMARY_WIDTH == len(set(SUMMARY_COLUMNS)) == 185
    found = sound_summary(buzz(0.5))
    assert found.shape == (185,)
    assert np.isfinite(found).all()


@pytest.mark.skipif(not compare_lld.installed(), reason="the extra opensmile is not installed")
@pytest.mark.parametrize("seconds", [SHORTEST_S, 1.0])
def test_the_descriptors_are_65_at_each_step(seconds: float) -> None:
    found = compare_lld.lld_steps(buzz(seconds))
    assert found.shape[1] == compare_lld.LLD_WIDTH == len(compare_lld.lld_names())
    assert len(found) >= 1
    assert np.isfinite(found).all()


@pytest.mark.skipif(not compare_lld.installed(), reason="the extra opensmile is not installed")
def test_the_pitch_descriptor_follows_the_pitch() -> None:
    column = compare_lld.lld_names().index("F0final_sma")
    low, high = (np.median(compare_lld.lld_steps(buzz(1.0, hertz=hertz))[:, column]) for hertz in (120, 240))
    assert high / low == pytest.approx(2.0, rel=0.1)
