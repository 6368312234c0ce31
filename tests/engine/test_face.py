"""The face block: pose must not change it, a held expression must not vanish from it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.face import (
    FACE_COLUMNS,
    MOUTH_COLUMNS,
    FaceFeatures,
    face_features,
    neutral_measures,
)
from engine.features.geometry import (
    MEASURES,
    NeutralPopulation,
    measures_of,
    neutral_population,
    turned_to_front,
)
from engine.features.table import FACE_WIDTH, INSTANTS

SIZE = (480, 640)
LIPS = (0, 13, 14, 17, 37, 267, 84, 314)
LOWER_JAW = (14, 17, 84, 314, 152, 148, 377)
INNER_BROWS = (55, 107, 285, 336)


@pytest.fixture(scope="module")
def rest() -> NeutralPopulation:
    return NeutralPopulation.load()


def clip(rest: NeutralPopulation, *, opening: np.ndarray | float = 0.0, brows: float = 0.0) -> np.ndarray:
    """The mean face in pixels for 50 instants, its lower jaw and its brows moved by eye distances."""
    faces = np.repeat(rest.shape[None], INSTANTS, axis=0).astype(np.float64)
    faces[:, list(LOWER_JAW), 1] += np.broadcast_to(opening, INSTANTS)[:, None]
    faces[:, list(INNER_BROWS), 1] -= brows
    jitter = 0.002 * np.random.default_rng(0).standard_normal(faces.shape)
    return ((faces + jitter) * 100 + np.array([320, 200, 0])).astype(np.float32)


def turned(landmarks: np.ndarray, *, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    cos, sin = np.cos, np.sin
    about_y = np.array([[cos(yaw), 0, sin(yaw)], [0, 1, 0], [-sin(yaw), 0, cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, cos(pitch), -sin(pitch)], [0, sin(pitch), cos(pitch)]])
    about_z = np.array([[cos(roll), -sin(roll), 0], [sin(roll), cos(roll), 0], [0, 0, 1]])
    middle = landmarks.mean(axis=(0, 1))
    return ((landmarks - middle) @ (about_z @ about_y @ about_x).T + middle).astype(np.float32)


def read(landmarks: np.ndarray, **options: np.ndarray) -> FaceFeatures:
    return face_features(landmarks, SIZE, **options)


def column(features: FaceFeatures, name: str) -> np.ndarray:
    return features.values[:, FACE_COLUMNS.index(name)]


def test_there_is_one_name_for_each_column() -> None:
    assert len(FACE_COLUMNS) == len(set(FACE_COLUMNS)) == FACE_WIDTH


def test_speech_moves_lips_and_jaw_but_not_brows() -> None:
    names = {FACE_COLUMNS[index] for index in MOUTH_COLUMNS}
    assert {"au25_lips_parted", "au26_jaw_dropped", "mouth_opening", "jaw_opening"} <= names
    assert not any("brow" in name or "eye" in name or "lid" in name for name in names)


def test_a_face_at_rest_reads_as_at_rest(rest: NeutralPopulation) -> None:
    features = read(clip(rest))
    assert features.mask.all()
    assert features.movement.max() < 1
    assert features.jaw_open.max() < 0.1


@pytest.mark.parametrize("turn", [{"yaw": 0.4}, {"pitch": -0.3}, {"roll": 0.5}, {"yaw": -0.3, "roll": 0.2}])
def test_turning_the_head_changes_the_pose_and_not_the_expression(
    rest: NeutralPopulation, turn: dict[str, float]
) -> None:
    straight, away = clip(rest, opening=0.2), turned(clip(rest, opening=0.2), **turn)
    np.testing.assert_allclose(
        read(straight).values[:, : len(MEASURES)], read(away).values[:, : len(MEASURES)], atol=0.02
    )
    for name, angle in turn.items():
        assert column(read(away), name).mean() == pytest.approx(angle, abs=0.05)


def test_coming_nearer_changes_nothing(rest: NeutralPopulation) -> None:
    far = clip(rest, opening=0.2)
    near = (far - far.mean(axis=(0, 1))) * 0.5 + far.mean(axis=(0, 1))
    np.testing.assert_allclose(read(far).values, read(near.astype(np.float32)).values, atol=0.01)


def test_an_expression_held_through_the_clip_does_not_vanish(rest: NeutralPopulation) -> None:
    held, passing = 0.35, np.r_[np.zeros(30), np.full(20, 0.35)]
    whole, part = read(clip(rest, opening=held)), read(clip(rest, opening=passing))
    at_peak = column(part, "au25_lips_parted")[35:].mean()
    assert column(whole, "au25_lips_parted").mean() > 0.9 * at_peak
    assert whole.movement.mean() > 0.9 * part.movement[35:].mean()


def test_what_people_differ_in_at_rest_is_taken_for_the_persons_own(rest: NeutralPopulation) -> None:
    index = MEASURES.index("au01_inner_brow_raised")
    high_browed = clip(rest, brows=0.7 * float(rest.spread[index]))
    shown = column(read(high_browed), "au01_inner_brow_raised") / rest.spread[index]
    assert np.abs(shown).mean() < 0.4


def test_a_known_actor_is_measured_against_the_stored_neutral(rest: NeutralPopulation) -> None:
    smiling = clip(rest, opening=0.05)
    own = neutral_measures(smiling[:3])
    assert own.shape == (len(MEASURES),)
    assert np.abs(column(read(smiling, neutral=own), "au25_lips_parted")).mean() < 0.01
    assert column(read(smiling, neutral=rest.mean), "au25_lips_parted").mean() > 0.03


def test_a_mouth_that_opens_moves_and_the_brows_do_not(rest: NeutralPopulation) -> None:
    features = read(clip(rest, opening=np.where(np.arange(INSTANTS) % 2, 0.3, 0.0)))
    assert column(features, "mouth_motion").mean() > 5 * column(features, "brow_motion").mean()
    assert features.jaw_open.max() == pytest.approx(0.3, abs=0.1)


def test_instants_without_a_face_are_masked_and_the_others_read(rest: NeutralPopulation) -> None:
    landmarks = clip(rest)
    landmarks[20:] = np.nan
    features = read(landmarks)
    assert features.mask[:20].all()
    assert not features.mask[20:].any()
    assert not features.values[20:].any()
    assert np.isnan(features.movement[20:]).all()
    assert np.isfinite(features.movement[:20]).all()


def test_a_face_mostly_outside_the_picture_is_not_believed(rest: NeutralPopulation) -> None:
    assert not read(clip(rest) - np.array([320, 0, 0], np.float32)).mask.any()


def test_a_clip_without_a_face_is_masked() -> None:
    features = read(np.full((INSTANTS, 478, 3), np.nan, np.float32))
    assert not features.mask.any()
    assert not features.values.any()


def test_the_population_is_the_mean_of_its_people(rest: NeutralPopulation) -> None:
    rng = np.random.default_rng(1)
    people = np.stack([rest.shape + 0.02 * rng.standard_normal(rest.shape.shape) for _ in range(40)])
    moved = np.stack([turned(person[None], yaw=0.2, roll=-0.1)[0] * 80 + 300 for person in people])
    learned = neutral_population(moved.astype(np.float32))
    aligned, _ = turned_to_front(rest.shape[None], learned.shape)
    assert np.abs(aligned[0] - learned.shape).mean() < 0.02
    assert (np.abs(measures_of(learned.shape[None])[0] - learned.mean) < 4 * learned.spread).all()


def test_arrays_of_another_shape_are_refused(rest: NeutralPopulation) -> None:
    with pytest.raises(ValueError, match="FaceTracker"):
        read(np.zeros((10, 478, 3), np.float32))
    with pytest.raises(ValueError, match="neutral_measures"):
        read(clip(rest), neutral=np.zeros(3, np.float32))
    with pytest.raises(ValueError, match="No face"):
        neutral_measures(np.full((2, 478, 3), np.nan, np.float32))
    with pytest.raises(ValueError, match="two people"):
        neutral_population(rest.shape[None])
