"""The summary of a voice: what must not change it, and what its numbers follow."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.activity import SAMPLE_RATE
from engine.features.table import instants
from engine.features.voice import SUMMARY_NAMES, voice_features


def buzz(*, hertz: float = 180.0, seconds: float = 1.0, bright: float = 1.0) -> np.ndarray:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    harmonics = sum(np.sin(2 * np.pi * k * hertz * time + k) / k**bright for k in range(1, 20))
    return (harmonics * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time)) * 0.05).astype(np.float32)


def placed(*sounds: np.ndarray, pause: float = 0.5) -> np.ndarray:
    silence = np.zeros(int(pause * SAMPLE_RATE))
    parts = [silence]
    for sound in sounds:
        parts += [sound, silence]
    joined = np.concatenate(parts)
    return (joined + 1e-4 * np.random.default_rng(0).standard_normal(joined.size)).astype(np.float32)


def summary(sound: np.ndarray) -> np.ndarray:
    found = voice_features(sound, instants(sound.size / SAMPLE_RATE)).summary
    assert found is not None
    return found


def number(sound: np.ndarray, name: str) -> float:
    return float(summary(sound)[SUMMARY_NAMES.index(name)])


def test_there_is_one_name_for_each_number() -> None:
    found = summary(placed(buzz()))
    assert len(SUMMARY_NAMES) == len(set(SUMMARY_NAMES)) == found.size
    assert np.isfinite(found).all()


@pytest.mark.parametrize("decibels", [-30, -12, 12, 30])
def test_a_turned_gain_knob_changes_nothing(decibels: float) -> None:
    sound = placed(buzz())
    plain, turned = summary(sound), summary(sound * np.float32(10 ** (decibels / 20)))
    np.testing.assert_allclose(plain, turned, atol=3e-2)


def test_pitch_and_brightness_are_followed() -> None:
    low, high = placed(buzz(hertz=130)), placed(buzz(hertz=260))
    apart = number(high, "pitch_semitones.mean") - number(low, "pitch_semitones.mean")
    assert apart == pytest.approx(12, abs=1)
    dull, bright = placed(buzz(bright=2.0)), placed(buzz(bright=0.5))
    assert number(bright, "alpha_ratio_db.mean") > number(dull, "alpha_ratio_db.mean") + 6


def test_two_stretches_of_voice_are_two_runs_and_the_pause_counts() -> None:
    once, twice = placed(buzz()), placed(buzz(), buzz())
    assert number(twice, "span_s") > number(once, "span_s") + 1.3
    assert number(once, "active_share") > 0.95 > number(twice, "active_share")
    assert number(twice, "unvoiced_run_longest_s") < 0.3


def test_silence_around_a_voice_is_no_part_of_it() -> None:
    near, far = summary(placed(buzz(), pause=0.3)), summary(placed(buzz(), pause=1.5))
    chosen = [SUMMARY_NAMES.index(name) for name in ("span_s", "pitch_semitones.mean", "mfcc_1.mean")]
    np.testing.assert_allclose(near[chosen], far[chosen], atol=0.5)


def test_a_rising_melody_has_a_rising_slope_and_contour() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(140 * 2**time) / SAMPLE_RATE
    rising = placed((0.05 * sum(np.sin(k * phase) / k for k in range(1, 15))).astype(np.float32))
    assert number(rising, "pitch_semitones.slope") == pytest.approx(12, abs=3)
    assert number(rising, "pitch_semitones.first") < -2
    assert number(rising, "pitch_semitones.third") > 2


def test_a_whisper_has_no_melody() -> None:
    rng = np.random.default_rng(1)
    breath = (0.05 * rng.standard_normal(SAMPLE_RATE)).astype(np.float32)
    found = summary(placed(breath, pause=1.0))
    for name in ("pitch_semitones.mean", "pitch_semitones.slope", "pitch_semitones.first"):
        assert found[SUMMARY_NAMES.index(name)] == 0
    assert np.isfinite(found).all()


@pytest.mark.parametrize("seconds", [0.12, 0.15, 0.5])
def test_the_shortest_voice_has_a_summary(seconds: float) -> None:
    sound = buzz(seconds=seconds)
    assert np.isfinite(summary(sound)).all()


@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(3 * SAMPLE_RATE, np.float32)])
def test_where_there_is_no_voice_there_is_no_summary(sound: np.ndarray) -> None:
    assert voice_features(sound, instants(max(sound.size, 1) / SAMPLE_RATE)).summary is None
