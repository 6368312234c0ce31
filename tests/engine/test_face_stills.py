"""Readers of single faces: what they learn, whom they never see, and how their opinions become one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.features.face_crop import CROP_PX
from engine.features.face_shape import SHAPE_WIDTH, opposite, shape_columns
from engine.features.face_stills import FaceStills
from engine.features.geometry import NeutralPopulation
from engine.features.table import INSTANTS
from engine.systems.branch import MEMBERS, BranchOpinion
from engine.systems.face_gradients import GradientMachine
from engine.systems.face_picture import FacePictures, PictureNetwork
from engine.systems.face_shape import ShapeReader
from engine.systems.face_stills import READERS, StillReader, asked, together
from engine.training import face_gradients
from engine.training.crop_augmentation import changed
from engine.training.face_gradients import fit_machine
from engine.training.face_shape import fit_reader
from engine.training.opinion_shares import Opinions, fitted_shares
from engine.verdict.scale import ReferenceScale
from engine.vocabulary import BASIC_EMOTIONS, Emotion

COUNT = 210
JOY, NEUTRAL = BASIC_EMOTIONS.index(Emotion.JOY), BASIC_EMOTIONS.index(Emotion.NEUTRAL)


def made_crops(emotion: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Stripes, at another angle for each emotion, in noise."""
    y, x = np.mgrid[:CROP_PX, :CROP_PX]
    # mirrored, no angle becomes that of another emotion
    angle = np.pi / 2 * emotion[:, None, None] / (len(BASIC_EMOTIONS) - 1)
    stripes = 40 * np.sin(
        (np.cos(angle) * x + np.sin(angle) * y) * 0.8 + rng.uniform(0, 6, (len(emotion), 1, 1))
    )
    return np.clip(128 + stripes + 10 * rng.standard_normal(stripes.shape), 0, 255).astype(np.uint8)


def made_shapes(emotion: np.ndarray, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Shapes of people who differ, and each person's own at rest."""
    moves = np.zeros((len(BASIC_EMOTIONS), SHAPE_WIDTH))
    for index in range(len(BASIC_EMOTIONS)):
        if index != NEUTRAL:
            moves[index, 10 * index : 10 * index + 10] = 0.1
    own = 0.05 * rng.standard_normal((len(emotion), SHAPE_WIDTH))
    shown = own + moves[emotion] + 0.01 * rng.standard_normal(own.shape)
    return shown.astype(np.float32), own.astype(np.float32)


@pytest.fixture(scope="module")
def emotion() -> np.ndarray:
    return np.arange(COUNT) % len(BASIC_EMOTIONS)


@pytest.fixture(scope="module")
def fold() -> np.ndarray:
    return np.random.default_rng(9).integers(0, MEMBERS, COUNT)


@pytest.fixture(scope="module")
def machine(
    emotion: np.ndarray, fold: np.ndarray
) -> tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    crops, (shapes, _own) = made_crops(emotion, rng=rng), made_shapes(emotion, rng=rng)
    shapes[::10] = np.nan
    votes = np.eye(len(BASIC_EMOTIONS), dtype=np.float32)[emotion]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_gradients, "CENTRES", 100)
        patch.setattr(face_gradients, "EDGE_AXES", 20)
        patch.setattr(face_gradients, "SHAPE_AXES", 10)
        fitted, held = fit_machine(crops, shapes, votes, fold, rng=rng)
    return fitted, held, crops, shapes


@pytest.fixture(scope="module")
def shape_reader(emotion: np.ndarray, fold: np.ndarray) -> tuple[ShapeReader, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes, own = made_shapes(emotion, rng=rng)
    web, _ = made_shapes(emotion, rng=rng)
    return (
        fit_reader(shapes, own, emotion, fold, web_shapes=web, web_emotion=emotion, web_fold=fold),
        shapes,
        own,
    )


def reader_of(
    machine: GradientMachine, shape: ShapeReader, picture: FacePictures | None = None
) -> StillReader:
    shares = {}
    for bits in range(1, 2 ** len(READERS)):
        there = np.array([bool(bits >> place & 1) for place in range(len(READERS))])
        shares[asked(there)] = there / there.sum()
    scale = ReferenceScale(np.linspace(-4, 4, 99))
    return StillReader(BASIC_EMOTIONS, shape, machine, picture, shares, scale, 0.5, {}, "made")


def opinion(named: Emotion = Emotion.NEUTRAL, intensity: float = 0.6) -> BranchOpinion:
    shares = {emotion: 0.4 if emotion is named else 0.1 for emotion in BASIC_EMOTIONS}
    return BranchOpinion(0.0, 0.0, intensity, shares, np.full(INSTANTS, 1 / INSTANTS))


def test_shapes_do_not_change_with_pose_place_size_or_side() -> None:
    rest = NeutralPopulation.load()
    face = rest.shape + 0.02 * np.random.default_rng(0).standard_normal(rest.shape.shape).astype(np.float32)
    angle = 0.3
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    other_side = face[opposite(rest.shape)] * np.array([-1, 1, 1])
    plain, turned = shape_columns(np.array([face, face @ turn.T * 90 + 200], np.float32), rest)
    assert plain == pytest.approx(turned, abs=1e-3)
    assert shape_columns(other_side[None].astype(np.float32), rest)[0] == pytest.approx(plain, abs=0.03)


def test_the_machine_names_pictures_whose_votes_it_never_saw(
    machine: tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray], emotion: np.ndarray
) -> None:
    _, held, _, shapes = machine
    faceless = np.isnan(shapes[:, 0])
    right = held.argmax(axis=1) == emotion
    assert right[~faceless].mean() > 0.9
    assert right[faceless].mean() > 0.6


def test_a_member_is_not_moved_by_the_votes_of_its_own_fold(emotion: np.ndarray, fold: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    crops, (shapes, _own) = made_crops(emotion, rng=rng), made_shapes(emotion, rng=rng)
    votes = np.eye(len(BASIC_EMOTIONS), dtype=np.float32)[emotion]
    lied = votes.copy()
    lied[fold == 2] = votes[fold == 2][:, ::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face_gradients, "CENTRES", 60)
        honest, false = (
            fit_machine(crops, shapes, given, fold, rng=np.random.default_rng(3))[0]
            for given in (votes, lied)
        )
    assert np.array_equal(honest.both.votes[2], false.both.votes[2])
    assert not np.array_equal(honest.both.votes[1], false.both.votes[1])


def test_the_machine_survives_being_stored(
    machine: tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    fitted, _, crops, shapes = machine
    stored = GradientMachine.from_arrays(fitted.arrays())
    first, second = fitted.logits(crops, shapes), stored.logits(crops, shapes)
    assert (first.argmax(axis=1) == second.argmax(axis=1)).mean() > 0.97


def test_shapes_are_read_and_better_so_against_the_person_at_rest(
    shape_reader: tuple[ShapeReader, np.ndarray, np.ndarray],
) -> None:
    reader, _, _ = shape_reader
    fresh_emotion = np.arange(70) % len(BASIC_EMOTIONS)
    shapes, own = made_shapes(fresh_emotion, rng=np.random.default_rng(5))
    plain = (reader.logits(shapes).argmax(axis=1) == fresh_emotion).mean()
    against = (reader.logits(shapes, own).argmax(axis=1) == fresh_emotion).mean()
    assert plain > 0.5
    assert against >= plain
    assert against > 0.9


def test_a_shape_that_is_not_there_says_nothing(
    shape_reader: tuple[ShapeReader, np.ndarray, np.ndarray],
) -> None:
    reader, shapes, _ = shape_reader
    assert not reader.logits(np.full_like(shapes[:1], np.nan)).any()


def test_stills_that_show_an_expression_move_name_and_intensity(
    machine: tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray],
    shape_reader: tuple[ShapeReader, np.ndarray, np.ndarray],
) -> None:
    fitted, _, _, _ = machine
    reader = reader_of(fitted, shape_reader[0])
    rng = np.random.default_rng(6)

    def of(label: int) -> BranchOpinion:
        labels = np.full(4, label)
        return reader.with_stills(
            opinion(), FaceStills(made_crops(labels, rng=rng), made_shapes(labels, rng=rng)[0])
        )

    smiling, resting = of(JOY), of(NEUTRAL)
    assert max(smiling.probabilities, key=smiling.probabilities.__getitem__) is Emotion.JOY
    assert sum(smiling.probabilities.values()) == pytest.approx(1)
    assert resting.intensity < 0.6 < smiling.intensity


def test_without_stills_the_clip_alone_is_believed(
    machine: tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray],
    shape_reader: tuple[ShapeReader, np.ndarray, np.ndarray],
) -> None:
    nothing = FaceStills(np.zeros((0, CROP_PX, CROP_PX), np.uint8), np.zeros((0, SHAPE_WIDTH), np.float32))
    given = opinion()
    assert reader_of(machine[0], shape_reader[0]).with_stills(given, nothing) is given


def test_the_picture_network_is_not_asked_about_pictures_it_learned_from(
    machine: tuple[GradientMachine, np.ndarray, np.ndarray, np.ndarray],
    shape_reader: tuple[ShapeReader, np.ndarray, np.ndarray],
) -> None:
    torch.manual_seed(0)
    network = FacePictures(
        BASIC_EMOTIONS, PictureNetwork(len(BASIC_EMOTIONS)).eval(), 1.0, frozenset({1}), "made"
    )
    reader = reader_of(machine[0], shape_reader[0], network)
    crops, shapes = machine[2][1:3], machine[3][1:3]
    found = reader.opinions(crops, shapes, unseen=np.array([False, True]))
    assert np.isnan(found["picture"][0]).all()
    assert np.isfinite(found["picture"][1]).all()
    without = replace(reader, picture=None)
    assert reader.joined(found)[0] == pytest.approx(without.joined(without.opinions(crops, shapes))[0])


def test_a_reader_that_knows_nothing_counts_for_nothing() -> None:
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 3, 400)
    good = np.log(0.1 + 0.7 * np.eye(3)[truth])
    noise = np.log(rng.dirichlet(np.ones(3), 400))
    shares = fitted_shares(Opinions({"shape": good, "clip": noise}, np.eye(3)[truth]))
    assert set(shares) == {"shape", "clip", "shape+clip"}
    both = shares["shape+clip"]
    assert both[READERS.index("clip")] < 0.1 * both[READERS.index("shape")]


def test_two_low_standings_do_not_make_a_high_one() -> None:
    assert together(0.2, 0.2, 0.5) == pytest.approx(0.2, abs=0.05)
    assert together(0.5, 0.5, 0.3) == pytest.approx(0.5)
    assert 0.5 < together(0.0, 1.0, 0.3) < 1


@pytest.mark.parametrize("crops", [np.zeros((2, 40, 40), np.uint8), np.zeros((2, CROP_PX, CROP_PX))])
def test_pictures_of_another_kind_are_refused(crops: np.ndarray) -> None:
    network = FacePictures(
        BASIC_EMOTIONS, PictureNetwork(len(BASIC_EMOTIONS)).eval(), 1.0, frozenset(), "made"
    )
    with pytest.raises(ValueError, match="Face crops are"):
        network.read(crops)


def test_a_crop_and_its_mirror_picture_are_read_alike() -> None:
    torch.manual_seed(1)
    network = FacePictures(
        BASIC_EMOTIONS, PictureNetwork(len(BASIC_EMOTIONS)).eval(), 1.0, frozenset(), "made"
    )
    crops = made_crops(np.array([1, 2]), rng=np.random.default_rng(8))
    read = network.read(crops)
    assert read == pytest.approx(network.read(crops[:, :, ::-1].copy()), abs=1e-5)
    assert read.sum(axis=1) == pytest.approx([1, 1])
    assert network.read(crops[:0]).shape == (0, len(BASIC_EMOTIONS))


def test_changed_crops_stay_recognisable_and_the_same_draw_gives_the_same() -> None:
    crops = np.repeat(made_crops(np.array([3]), rng=np.random.default_rng(0)), 30, axis=0)
    first, second = (changed(crops, rng=np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, second)
    assert len({crop.tobytes() for crop in first}) == 30
    assert not changed(crops[:0], rng=np.random.default_rng(4)).size


def test_a_reader_that_other_faces_need_is_not_forgotten() -> None:
    rng = np.random.default_rng(8)
    truth = rng.integers(0, 3, 400)
    good, noise = np.log(0.1 + 0.7 * np.eye(3)[truth]), np.log(rng.dirichlet(np.ones(3), 400))
    web = Opinions({"shape": noise, "gradients": good}, np.eye(3)[truth])
    posed = Opinions({"shape": good}, np.eye(3)[truth])
    place = READERS.index("shape")
    alone, beside = fitted_shares(web), fitted_shares(web, posed)
    assert beside["shape+gradients"][place] > alone["shape+gradients"][place] + 0.05
