"""The voice block: what must not change it, what is masked, and where its curves lie."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.activity import SAMPLE_RATE
from engine.features.table import INSTANTS, VOICE_WIDTH, instants
from engine.features.voice import VOICE_COLUMNS, VoiceFeatures, voice_features


def vowel(*, hertz: float = 180.0, seconds: float = 1.0) -> np.ndarray:
    """A buzz through two resonances whose loudness comes and goes as syllables do."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    harmonics = sum(
        np.exp(-((k * hertz - 700) ** 2) / 4e5) * np.sin(2 * np.pi * k * hertz * time) for k in range(1, 20)
    )
    return (harmonics * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time)) * 0.1).astype(np.float32)


def placed(sound: np.ndarray, *, before: float, after: float, room: float = 1e-4) -> np.ndarray:
    rng = np.random.default_rng(0)
    silence = [np.zeros(int(seconds * SAMPLE_RATE)) for seconds in (before, after)]
    joined = np.concatenate([silence[0], sound, silence[1]])
    return (joined + room * rng.standard_normal(joined.size)).astype(np.float32)


def read(sound: np.ndarray) -> VoiceFeatures:
    return voice_features(sound, instants(max(sound.size, 1) / SAMPLE_RATE))


def column(features: VoiceFeatures, name: str) -> np.ndarray:
    return features.values[features.mask, VOICE_COLUMNS.index(name)]


def test_there_is_one_name_for_each_column() -> None:
    assert len(VOICE_COLUMNS) == len(set(VOICE_COLUMNS)) == VOICE_WIDTH


@pytest.mark.parametrize("decibels", [-30, -12, 12, 30])
def test_a_turned_gain_knob_changes_nothing(decibels: float) -> None:
    sound = placed(vowel(), before=1, after=1)
    plain, turned = read(sound), read(sound * np.float32(10 ** (decibels / 20)))
    np.testing.assert_array_equal(plain.mask, turned.mask)
    np.testing.assert_allclose(plain.values, turned.values, atol=2e-2)
    np.testing.assert_allclose(plain.loudness_db, turned.loudness_db, atol=1e-2)


def test_speech_is_known_where_it_is_and_nowhere_else() -> None:
    features = read(placed(vowel(), before=1, after=1))
    middle = slice(20, 30)
    assert features.mask[middle].all()
    assert not features.mask[:15].any()
    assert not features.mask[36:].any()
    assert not features.values[~features.mask].any()
    np.testing.assert_array_equal(features.speech, features.mask)


@pytest.mark.parametrize("kind", ["voice", "noise burst", "shout"])
def test_only_a_burst_between_two_silences_is_known(kind: str) -> None:
    rng = np.random.default_rng(1)
    burst = {
        "voice": vowel(),
        "noise burst": 0.1 * rng.standard_normal(SAMPLE_RATE),
        "shout": np.clip(40 * vowel(hertz=420), -1, 1),
    }[kind]
    for room in (0.0, 1e-3):
        features = read(placed(burst, before=2, after=2, room=room))
        assert features.mask.any()
        assert not features.mask[:18].any()
        assert not features.mask[32:].any()


def test_a_voice_in_noise_ten_decibels_under_it_is_still_found() -> None:
    sound = placed(vowel(), before=1, after=1)
    power = float((vowel() ** 2).mean())
    noise = np.random.default_rng(2).standard_normal(sound.size) * np.sqrt(power / 10)
    clean, noisy = read(sound), read((sound + noise).astype(np.float32))
    assert (clean.mask == noisy.mask).mean() > 0.85


def test_pitch_is_heard_where_there_is_one() -> None:
    features = read(placed(vowel(hertz=220), before=1, after=1))
    assert np.nanmedian(features.pitch_hz) == pytest.approx(220, rel=0.03)
    assert np.isnan(features.pitch_hz[~features.mask]).all()


def test_loudness_is_relative_to_the_speech_level() -> None:
    features = read(placed(vowel(), before=1, after=1))
    assert np.abs(np.median(features.loudness_db[features.mask])) < 6
    assert features.loudness_db[~features.mask].max() < -20


def test_a_brighter_sound_has_a_flatter_spectrum() -> None:
    rng = np.random.default_rng(3)
    white = rng.standard_normal(SAMPLE_RATE)
    dull = np.convolve(white, np.ones(12) / 12, mode="same")
    bright_features, dull_features = (read(placed(0.1 * one, before=1, after=1)) for one in (white, dull))
    for name in ("tilt_db_per_khz", "alpha_ratio_db", "centroid_khz"):
        assert column(bright_features, name).mean() > column(dull_features, name).mean()


def test_a_long_clip_reads_as_its_parts_do() -> None:
    part = placed(vowel(), before=0.5, after=0.5)
    features = read(np.tile(part, 45))  # longer than the pieces it is measured in
    alone = column(read(part), "centroid_khz").mean()
    assert column(features, "centroid_khz").mean() == pytest.approx(alone, rel=0.1)
    assert np.isfinite(features.values).all()


def test_sound_that_ends_before_the_picture_is_masked_there() -> None:
    sound = placed(vowel(), before=0.5, after=0.5)
    features = voice_features(sound, instants(2 * sound.size / SAMPLE_RATE))
    assert features.mask[:25].any()
    assert not features.mask[26:].any()
    assert np.isnan(features.loudness_db[30:]).all()


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0, np.float32),
        np.zeros(3 * SAMPLE_RATE, np.float32),
        np.full(800, 0.5, np.float32),
        np.full(SAMPLE_RATE, np.nan, np.float32),
        0.1 * np.random.default_rng(4).standard_normal(3 * SAMPLE_RATE).astype(np.float32),
    ],
    ids=["no samples", "digital silence", "fifty milliseconds", "not a number", "all noise"],
)
def test_where_there_is_no_voice_all_is_masked(sound: np.ndarray) -> None:
    features = read(sound)
    assert not features.mask.any()
    assert not features.values.any()
    assert features.values.shape == (INSTANTS, VOICE_WIDTH)


def test_broken_samples_count_as_silence() -> None:
    sound = placed(vowel(), before=1, after=1)
    sound[:100] = np.inf
    features = read(sound)
    assert np.isfinite(features.values).all()
    assert features.mask[20:30].all()


@pytest.mark.parametrize("seconds", [0.15, 0.5])
def test_the_shortest_clips_are_read(seconds: float) -> None:
    features = read(vowel(seconds=seconds))
    assert features.mask.any()
    assert np.isfinite(features.values).all()


def test_sound_of_two_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="mono"):
        voice_features(np.zeros((2, SAMPLE_RATE), np.float32), instants(1))


def test_instants_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="instants"):
        voice_features(np.zeros(SAMPLE_RATE, np.float32), np.zeros(INSTANTS))
