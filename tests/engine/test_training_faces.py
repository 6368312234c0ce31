"""Training what reads faces, part by part, on made pictures: honest files, nothing of what was kept out."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import weights
from engine.__main__ import BAD_INPUT, main
from engine.errors import TableError
from engine.features.face_crop import CROP_PX, whole_crop
from engine.features.face_shape import SHAPE_WIDTH
from engine.features.geometry import NeutralPopulation
from engine.systems.branch import MEMBERS
from engine.systems.face_picture import PICTURE_FILE, FacePictures
from engine.systems.face_stills import READERS, StillReader, asked
from engine.systems.performance import PerformanceBrain
from engine.training import face_picture
from engine.training.evaluate_faces import read_faces
from engine.training.face_gradients import fit_machine
from engine.training.face_picture import kept_out
from engine.training.face_set import PosedFaces
from engine.training.face_stills import fitted_reader, held_out_joint
from engine.training.fer_pictures import FerPictures, read_fer_pictures
from engine.training.labelled_faces import LabelledFaces
from engine.vocabulary import BASIC_EMOTIONS, Emotion, Modality
from tests.face_made import drawn_face

COUNT = 140
NEUTRAL = BASIC_EMOTIONS.index(Emotion.NEUTRAL)
VOTES = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
)


def write_web(data: Path) -> Path:
    """Pictures of stripes, in which no face is found, a drawn face, and one that people call no face."""
    folder = data / "faces" / "ferplus"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    rows = []
    with zipfile.ZipFile(folder / "images.zip", "w") as archive:
        for index in range(60):
            picture = np.clip(128 + 30 * rng.standard_normal((CROP_PX, CROP_PX)), 0, 255).astype(np.uint8)
            if index == 0:
                picture = cv2.resize(drawn_face()[60:420, 140:500], (CROP_PX, CROP_PX))
            name, said = f"made{index}.png", VOTES[index % 7] if index < 59 else "NF"
            archive.writestr(name, cv2.imencode(".png", picture)[1].tobytes())
            rows.append(
                {"image": name, "split": "train", "majority": said}
                | {vote: 8 * (vote == said) for vote in VOTES}
            )
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_web(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    patch = pytest.MonkeyPatch()
    patch.setenv("DAILIES_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


def made_faces() -> tuple[np.ndarray, np.ndarray]:
    """Landmarks and labels: people who differ a little, each with every expression."""
    rest, rng = NeutralPopulation.load(), np.random.default_rng(11)
    labels = np.arange(COUNT) % len(BASIC_EMOTIONS)
    faces = np.repeat(rest.shape[None], COUNT, axis=0) + 0.005 * rng.standard_normal(
        (COUNT, *rest.shape.shape)
    )
    for row, label in enumerate(labels):
        if label != NEUTRAL:
            faces[row, [13 + label, 61, 291], 1] += 0.05 * (label + 1)
    return (faces * 80 + 200).astype(np.float32), labels


def made_web() -> FerPictures:
    """The same faces with noise for pictures; of every fifth no landmarks were found."""
    landmarks, labels = made_faces()
    landmarks[::5] = np.nan
    crops = np.random.default_rng(3).integers(0, 255, (COUNT, CROP_PX, CROP_PX)).astype(np.uint8)
    votes = np.eye(len(BASIC_EMOTIONS), dtype=np.float32)[labels]
    prints = np.arange(1000, 1000 + COUNT, dtype=np.uint64)
    return FerPictures(crops, crops, landmarks, votes, prints, (b"",) * COUNT)


@pytest.fixture(scope="module")
def reader() -> StillReader:
    landmarks, labels = made_faces()
    posed = PosedFaces(
        landmarks,
        tuple(f"p{row // len(BASIC_EMOTIONS)}" for row in range(COUNT)),
        tuple(BASIC_EMOTIONS[label] for label in labels),
        np.full(COUNT, np.nan, np.float32),
    )
    branch = PerformanceBrain.load().branches[Modality.FACE]
    return fitted_reader(posed, made_web(), NeutralPopulation.load(), branch, None, seed=0)


def test_a_whole_reader_is_fitted_from_posed_and_web_faces(reader: StillReader) -> None:
    assert len(reader.fold_of) == 2 * COUNT
    assert {reader.fold_of[one] for one in range(1000, 1000 + COUNT)} == set(range(MEMBERS))
    assert {"shape+clip", "shape+gradients", "shape+gradients+clip", "gradients"} <= set(reader.shares)
    assert not any("picture" in name for name in reader.shares)
    assert -1 <= reader.correlation <= 1
    assert (np.diff(reader.scale.knots) > 0).all()


def test_web_faces_are_read_by_what_never_saw_them(reader: StillReader) -> None:
    web, rest = made_web(), NeutralPopulation.load()
    branch = PerformanceBrain.load().branches[Modality.FACE]
    found = held_out_joint(reader, branch, web, rest)
    assert found.sum(axis=1) == pytest.approx(np.ones(COUNT))
    faceless = np.arange(0, COUNT, 5)
    fold = (web.fingerprint % MEMBERS).astype(int)
    for one in np.unique(fold[faceless]).tolist():
        rows = faceless[fold[faceless] == one]
        shapes = np.full((rows.size, SHAPE_WIDTH), np.nan, np.float32)
        fair = reader.joined(reader.opinions(web.cut[rows], shapes, member=one))
        assert found[rows] == pytest.approx(fair)
        assert found[rows] != pytest.approx(reader.joined(reader.opinions(web.cut[rows], shapes)))


def test_a_picture_without_landmarks_is_read_and_landmarks_without_a_picture_are(reader: StillReader) -> None:
    landmarks, labels = made_faces()
    landmarks, labels = landmarks[:14], labels[:14]
    landmarks[:2] = np.nan
    crops = np.full((14, CROP_PX, CROP_PX), 90, np.uint8)
    emotions = tuple(BASIC_EMOTIONS[label] for label in labels)
    branch = PerformanceBrain.load().branches[Modality.FACE]
    fold = np.full(14, -1)

    def read(pictures: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        nobody = ("",) * 14
        faces = LabelledFaces(
            landmarks, pictures, emotions, np.full(14, np.nan), nobody, nobody, tuple(range(14)), {}
        )
        found = read_faces(reader, branch, faces, fold, own=None)
        return found.probabilities, found.intensity

    shares, intensity = read(crops)
    assert shares.sum(axis=1) == pytest.approx(np.ones(14))
    assert np.isnan(intensity[:2]).all()
    assert ((intensity[2:] > 0) & (intensity[2:] < 1)).all()
    alone, _ = read(None)
    assert np.isnan(alone[:2]).all()
    assert alone[2:].sum(axis=1) == pytest.approx(np.ones(12))


def test_web_pictures_keep_their_votes_and_those_of_no_face_are_left_out(data: Path) -> None:
    web = read_fer_pictures(data, split="train")
    assert len(web.votes) == 59
    assert web.votes.sum(axis=1) == pytest.approx(np.ones(59))
    assert np.isnan(web.landmarks[1:]).all()
    assert np.array_equal(web.cut[1:], web.whole[1:])


def test_the_picture_network_never_learns_what_is_kept_out(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(face_picture, "EPOCHS", 1)
    monkeypatch.setattr(face_picture, "KEPT_OUT", 3)
    given = ["train", "face-picture", "--data", str(data), "--out", str(tmp_path), "--seed", "5"]
    assert main(given) == 0
    assert "kept out" in capsys.readouterr().out
    entry = weights.manifest(tmp_path)["files"][PICTURE_FILE]
    assert entry["seed"] == 5
    assert entry["command"] == "python -m engine train face-picture --data DIR --out weights --seed 5"
    network = FacePictures.from_file(weights.load(PICTURE_FILE, folder=tmp_path))
    web = read_fer_pictures(data, split="train")
    held = kept_out(web.fingerprint)
    assert 0 < held.sum() < held.size
    assert network.seen == frozenset(web.fingerprint[~held].tolist())
    assert network.read(web.cut).sum(axis=1) == pytest.approx(np.ones(59))


def test_stills_cannot_be_trained_before_the_face_branch(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "face-stills", "--data", str(data), "--out", str(tmp_path)]) == BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1


def test_pictures_without_faces_teach_no_machine() -> None:
    crops = np.repeat(whole_crop(drawn_face())[None], 10, axis=0)
    shapes = np.full((10, SHAPE_WIDTH), np.nan, np.float32)
    votes = np.full((10, len(BASIC_EMOTIONS)), 1 / len(BASIC_EMOTIONS), np.float32)
    with pytest.raises(TableError, match="A face was found in 0"):
        fit_machine(crops, shapes, votes, np.arange(10) % MEMBERS, rng=np.random.default_rng(0))


def test_a_set_of_readers_is_named_by_who_is_in_it() -> None:
    assert asked(np.array([True, False, False, True])) == "shape+clip"
    assert asked(np.ones(len(READERS), np.bool_)) == "+".join(READERS)
