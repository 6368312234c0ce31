"""The performance brain: what it reads, what it leaves alone, and how its branches are joined."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.activity import SAMPLE_RATE
from engine.features.face import FACE_COLUMNS, FaceFeatures, face_features
from engine.features.geometry import NeutralPopulation
from engine.features.table import (
    BLOCKS,
    FACE,
    INSTANTS,
    TABLE_WIDTH,
    VOICE,
    FeatureTable,
    instants,
)
from engine.features.voice import VoiceFeatures, voice_features
from engine.systems.branch import BranchOpinion, Standardiser, compacted
from engine.systems.performance import PerformanceBrain, confidence, less_mouth
from engine.vocabulary import BASIC_EMOTIONS, Emotion, Modality

LOWER_LIP = (14, 17, 84, 314, 152, 148, 377)


@pytest.fixture(scope="module")
def brain() -> PerformanceBrain:
    return PerformanceBrain.load()


def voice(*, before: float = 0.5, after: float = 0.5, kind: str = "voice") -> VoiceFeatures:
    rng = np.random.default_rng(0)
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 190 * k * time) / k for k in range(1, 15))
    burst = {
        "voice": 0.1 * buzz * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time)),
        "noise burst": 0.1 * rng.standard_normal(SAMPLE_RATE),
        "shout": np.clip(3 * buzz, -1, 1),
    }[kind]
    sound = np.concatenate([np.zeros(int(before * SAMPLE_RATE)), burst, np.zeros(int(after * SAMPLE_RATE))])
    return voice_features(sound.astype(np.float32), instants(sound.size / SAMPLE_RATE))


def face(*, opening: float = 0.0) -> FaceFeatures:
    faces = np.repeat(NeutralPopulation.load().shape[None], INSTANTS, axis=0).astype(np.float64)
    faces[:, list(LOWER_LIP), 1] += opening
    faces += 0.003 * np.random.default_rng(1).standard_normal(faces.shape)
    return face_features((faces * 100 + np.array([320, 200, 0])).astype(np.float32), (480, 640))


def table(
    brain: PerformanceBrain, *, heard: VoiceFeatures | None = None, seen: FaceFeatures | None = None
) -> FeatureTable:
    values = np.zeros((INSTANTS, TABLE_WIDTH), np.float32)
    mask = np.zeros((INSTANTS, len(BLOCKS)), np.bool_)
    for block, found in ((VOICE, heard), (FACE, seen)):
        if found is not None:
            scaled = brain.standardiser(block.modality).apply(found.values, found.mask)
            values[:, block.columns] = scaled
            mask[:, BLOCKS.index(block)] = found.mask
    return FeatureTable(values, mask, instants(3.0))


def test_both_modalities_are_read_and_share_the_weight(brain: PerformanceBrain) -> None:
    reading = brain.read(table(brain, heard=voice(), seen=face()), trust={})
    assert reading.expressed is not None
    assert 0 < reading.expressed < 1
    assert set(reading.readings) == {Modality.VOICE, Modality.FACE}
    assert sum(one.weight for one in reading.readings.values()) == pytest.approx(1)
    assert reading.emotion is not None
    assert sum(reading.emotion.probabilities.values()) == pytest.approx(1)
    assert set(BASIC_EMOTIONS) <= set(reading.emotion.probabilities)
    assert reading.attention.sum() == pytest.approx(1)


@pytest.mark.parametrize("modality", [Modality.VOICE, Modality.FACE])
def test_one_modality_alone_is_the_joint_opinion(brain: PerformanceBrain, modality: Modality) -> None:
    only = {"heard": voice()} if modality is Modality.VOICE else {"seen": face()}
    reading = brain.read(table(brain, **only), trust={})
    assert set(reading.readings) == {modality}
    assert reading.readings[modality].weight == pytest.approx(1)
    assert reading.expressed == pytest.approx(reading.readings[modality].expressed, abs=1e-6)


def test_without_voice_and_face_nothing_is_said(brain: PerformanceBrain) -> None:
    reading = brain.read(table(brain), trust={})
    assert reading.expressed is None
    assert reading.raw is None
    assert reading.emotion is None
    assert not reading.readings
    assert reading.attention.sum() == pytest.approx(1)


def test_what_nobody_trusts_is_not_counted(brain: PerformanceBrain) -> None:
    both = table(brain, heard=voice(), seen=face(opening=0.3))
    face_alone = brain.read(both, trust={Modality.VOICE: 0.0, Modality.FACE: 0.8})
    assert face_alone.expressed == pytest.approx(face_alone.readings[Modality.FACE].expressed, abs=1e-6)
    assert face_alone.readings[Modality.VOICE].weight == 0
    neither = brain.read(both, trust={Modality.VOICE: 0.0, Modality.FACE: 0.0})
    assert neither.expressed is None


def test_more_trust_draws_the_joint_score_to_that_modality(brain: PerformanceBrain) -> None:
    both = table(brain, heard=voice(), seen=face(opening=0.3))
    shares = [
        brain.read(both, trust={Modality.VOICE: trust, Modality.FACE: 0.5}).readings[Modality.VOICE].weight
        for trust in (0.1, 0.5, 1.0)
    ]
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize("kind", ["voice", "noise burst", "shout"])
def test_silence_around_a_burst_leaves_the_attention_on_the_burst(brain: PerformanceBrain, kind: str) -> None:
    reading = brain.read(table(brain, heard=voice(before=2, after=2, kind=kind)), trust={})
    assert 19 <= int(reading.attention.argmax()) <= 30
    assert reading.attention[:18].sum() + reading.attention[32:].sum() < 1e-6


def test_silence_around_a_voice_hardly_moves_its_intensity(brain: PerformanceBrain) -> None:
    near, far = (
        brain.read(table(brain, heard=voice(before=pause, after=pause)), trust={}).expressed
        for pause in (0.3, 1.5)
    )
    assert near == pytest.approx(far, abs=0.2)


def test_an_expressive_face_is_stronger_than_a_face_at_rest(brain: PerformanceBrain) -> None:
    calm, wide = (
        brain.read(table(brain, seen=face(opening=opening)), trust={}).expressed for opening in (0.0, 0.4)
    )
    assert calm is not None
    assert wide is not None
    assert calm < 0.5 < wide


def test_lips_and_jaw_count_less_while_there_is_voice() -> None:
    wide = face(opening=0.4)
    speaking = np.ones(INSTANTS, np.bool_)
    index = FACE_COLUMNS.index("au25_lips_parted")
    brow = FACE_COLUMNS.index("au01_inner_brow_raised")
    damped = less_mouth(wide.values, speaking)
    np.testing.assert_allclose(damped[:, index], 0.5 * wide.values[:, index])
    np.testing.assert_array_equal(damped[:, brow], wide.values[:, brow])
    np.testing.assert_array_equal(less_mouth(wide.values, ~speaking), wide.values)


def test_the_face_is_not_told_what_the_voice_says(brain: PerformanceBrain) -> None:
    seen, full = face(opening=0.2), np.ones(INSTANTS, np.bool_)
    quiet = VoiceFeatures(np.zeros((INSTANTS, 74), np.float32), full, np.zeros(50), np.zeros(50), full)
    loud = VoiceFeatures(np.ones((INSTANTS, 74), np.float32), full, np.zeros(50), np.zeros(50), full)
    readings = [
        brain.read(table(brain, heard=heard, seen=seen), trust={}).readings for heard in (quiet, loud)
    ]
    assert readings[0][Modality.FACE].raw == pytest.approx(readings[1][Modality.FACE].raw)
    assert readings[0][Modality.VOICE].raw != pytest.approx(readings[1][Modality.VOICE].raw)


def test_the_words_of_the_table_change_nothing(brain: PerformanceBrain) -> None:
    plain = table(brain, heard=voice(), seen=face())
    worded = FeatureTable(plain.values.copy(), plain.mask.copy(), plain.times_s)
    worded.values[:, :300] = 3.0
    worded.mask[:, 0] = True
    assert brain.read(worded, trust={}).expressed == brain.read(plain, trust={}).expressed


def test_two_agreeing_standings_stay_a_standing(brain: PerformanceBrain) -> None:
    def opinion(intensity: float) -> BranchOpinion:
        even = dict.fromkeys(BASIC_EMOTIONS, 1 / len(BASIC_EMOTIONS))
        return BranchOpinion(0.0, 0.0, intensity, even, np.full(INSTANTS, 1 / INSTANTS))

    def joint(first: float, second: float) -> float:
        reading = brain.joined({Modality.VOICE: opinion(first), Modality.FACE: opinion(second)}, trust={})
        assert reading.expressed is not None
        return reading.expressed

    assert joint(0.5, 0.5) == pytest.approx(0.5)
    assert joint(0.9, 0.9) >= 0.9
    assert joint(0.1, 0.1) <= 0.1
    assert 0.4 < joint(0.2, 0.8) < 0.6
    assert joint(0.3, 0.6) < joint(0.4, 0.6) < joint(0.4, 0.7)


def test_confidence_is_nothing_for_an_even_answer_and_one_for_a_certain_one() -> None:
    even = dict.fromkeys(BASIC_EMOTIONS, 1 / len(BASIC_EMOTIONS))
    certain = {emotion: float(emotion is Emotion.JOY) for emotion in BASIC_EMOTIONS}
    assert confidence(even) == pytest.approx(0, abs=1e-9)
    assert confidence(certain) == pytest.approx(1)


def test_z_scores_and_back_are_the_same_block() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(3, 5, (INSTANTS, 4)).astype(np.float32)
    mask = rng.random(INSTANTS) < 0.7
    fitted = Standardiser.fit(values[mask])
    scaled = fitted.apply(values, mask)
    np.testing.assert_allclose(scaled[mask].mean(axis=0), 0, atol=1e-5)
    assert not scaled[~mask].any()
    np.testing.assert_allclose(fitted.undo(scaled)[mask], values[mask], atol=1e-4)


def test_known_instants_come_first_and_in_order() -> None:
    values = np.arange(INSTANTS, dtype=np.float32)[None, :, None] / INSTANTS
    mask = np.zeros((1, INSTANTS), np.bool_)
    mask[0, [3, 7, 40]] = True
    steps, lengths, order = compacted(values, mask)
    assert lengths.tolist() == [3]
    assert order[0, :3].tolist() == [3, 7, 40]
    np.testing.assert_allclose(steps[0, :, 0], np.array([3, 7, 40]) / INSTANTS)
