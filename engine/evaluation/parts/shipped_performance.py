"""The shipped voice and face branches, asked as ``evaluate`` asks them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.shipped_voice import Heard, heard
from engine.evaluation.predictions import Naming, Predictions, Rating
from engine.features.geometry import POPULATION_FILE, NeutralPopulation
from engine.systems.performance import FACE_FILE, VOICE_FILE, PerformanceBrain
from engine.training import cached, evaluate_performance
from engine.training.labelled_faces import LabelledFaces, read_labelled_faces
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName, ravdess_name
from engine.training.voice_set import AUDIO_FOLDER
from engine.vocabulary import Emotion, Modality
from engine.weights import weights_dir

FOLDS: Final = tuple(f"fold {one + 1}" for one in range(5))
LANDMARKS: Final = "faces/face_landmarks.csv"
ARRAYS: Final = "faces/face_landmarks.npz"
WEB: Final = "faces/ferplus"
STRENGTHS: Final = ("normal", "strong")
ROW: Final = "{}, as shipped"
MODULES: Final = (
    __name__,
    "engine.evaluation.parts.shipped_voice",
    "engine.training.evaluate_performance",
    "engine.training.labelled_faces",
    "engine.systems.branch",
    "engine.features.voice",
    "engine.features.face",
)
CROSSED: Final = (
    "Files the weights were trained on are read only by the network that never saw their person; folds are "
    "those of the training. Epochs and losses were set on the same folds, so the figures are slightly kind."
)


def shipped_performance_parts(data: Path) -> list[Part]:
    """Emotion and strength of voices; emotion and intensity of faces."""
    folder = weights_dir()
    voice = (data / AUDIO_FOLDER, folder / VOICE_FILE)
    face = (data / LANDMARKS, data / ARRAYS, folder / FACE_FILE, folder / POPULATION_FILE)

    def part(
        name: str,
        table: str,
        run: Callable[[str], Mapping[str, Predictions]],
        target: str,
        inputs: tuple[Path, ...],
        folds: tuple[str, ...] = FOLDS,
        protocol: str = CROSSED,
    ) -> Part:
        return Part(
            name=name,
            table=table,
            folds=folds,
            spread=Spread.FOLDS,
            run=run,
            protocol=protocol,
            inputs=inputs,
            modules=MODULES,
            target=target,
        )

    return [
        part(
            "voice-shipped",
            "Voice, RAVDESS, eight emotions, the shipped branch",
            partial(_voice, data),
            "accuracy ≥ 0.60 for a stranger",
            voice,
        ),
        part(
            "strength-shipped",
            "Voice, RAVDESS, strong against normal, neutral left out",
            partial(_strength, data),
            "AUC ≥ 0.86",
            voice,
        ),
        part(
            "face-shipped",
            "Face, posed faces of KDEF, CK+ and RaFD, seven emotions",
            partial(_face, data),
            "",
            face,
        ),
        part(
            "face-intensity-shipped",
            "Face, intensity, RaFD morphs with human ratings",
            partial(_morphs, data),
            "Pearson ≥ 0.70",
            face,
            ("all",),
            CROSSED + " The rated emotion is not told to the branch; all emotions are correlated together.",
        ),
        part(
            "ferplus-shipped",
            "Face, FER+ dev, seven emotions",
            partial(_web, data),
            "accuracy ≥ 0.72",
            (data / WEB / "labels.csv", data / WEB / "images.zip", *face[2:]),
            ("dev",),
            (
                "FER+ dev pictures in which a face is found; contempt, which the branch does not name, is "
                "left out."
            ),
        ),
    ]


def _voice(data: Path, fold: str) -> Mapping[str, Predictions]:
    names, said, rows = _takes(data, fold)
    truth = np.array([VOICE_EMOTIONS.index(names[row].emotion) for row in rows], dtype=np.int64)
    return {
        ROW.format("voice branch"): Naming(
            tuple(VOICE_EMOTIONS), truth, said.shares[rows], remark=_seen(said.fold)
        )
    }


def _strength(data: Path, fold: str) -> Mapping[str, Predictions]:
    names, said, rows = _takes(data, fold)
    rows = np.array([row for row in rows if names[row].emotion is not Emotion.NEUTRAL], dtype=np.int64)
    strong = 1 / (1 + np.exp(-said.strength[rows]))
    truth = np.array([int(names[row].strong) for row in rows], dtype=np.int64)
    shares = np.column_stack([1 - strong, strong])
    return {ROW.format("voice branch"): Naming(STRENGTHS, truth, shares, remark=_seen(said.fold))}


def _takes(data: Path, fold: str) -> tuple[list[RavdessName], Heard, NDArray[np.int64]]:
    """Every take's name and answer, and the rows of this fold in which a voice was found.

    Takes that the weights never saw are in the last fold: there are five parts of the work, not six.
    """
    names = [ravdess_name(path) for path in sorted((data / AUDIO_FOLDER).glob("*.flac"))]
    said = heard(data)
    place = np.where(said.fold < 0, len(FOLDS) - 1, said.fold)
    return names, said, np.flatnonzero((place == FOLDS.index(fold)) & np.isfinite(said.strength))


def _face(data: Path, fold: str) -> Mapping[str, Predictions]:
    faces, trained = _faces(data / LANDMARKS, rated=False)
    rows = np.flatnonzero((trained == FOLDS.index(fold)) & _found(faces))
    return {ROW.format("face branch, population's neutral"): _named(faces, trained, rows)}


def _web(data: Path, _fold: str) -> Mapping[str, Predictions]:
    faces, trained = _faces(_dev_folder(data / WEB), rated=False)
    return {
        ROW.format("face branch, population's neutral"): _named(faces, trained, np.flatnonzero(_found(faces)))
    }


def _morphs(data: Path, _fold: str) -> Mapping[str, Predictions]:
    faces, trained = _faces(data / LANDMARKS, rated=True)
    rows = np.flatnonzero(_found(faces))
    branch = PerformanceBrain.load().branches[Modality.FACE]
    opinions = evaluate_performance._seen(branch, faces, _at_rest(faces), trained)
    said = np.array([1 / (1 + np.exp(-one.raw)) for one in opinions if one is not None])
    together = ("rated emotion",) * rows.size
    remark = _seen(trained)
    return {
        ROW.format("face branch, population's neutral"): Rating(
            faces.intensity[rows], said, together, remark=remark
        )
    }


def _faces(path: Path, *, rated: bool) -> tuple[LabelledFaces, NDArray[np.int64]]:
    """The faces, and the training fold of each, -1 where the weights never saw it."""
    branch = PerformanceBrain.load().branches[Modality.FACE]
    faces = read_labelled_faces(path, emotions=branch.emotions, rated=rated)
    return faces, evaluate_performance._folds(branch, faces.fingerprint)


def _named(faces: LabelledFaces, trained: NDArray[np.int64], rows: NDArray[np.int64]) -> Naming:
    branch = PerformanceBrain.load().branches[Modality.FACE]
    opinions = evaluate_performance._seen(branch, faces, _at_rest(faces), trained)
    shares = []
    for row in rows:
        opinion = opinions[row]
        if opinion is None:
            raise TableError("A face that was found cannot be read; load the weights again.")
        shares.append([opinion.probabilities[emotion] for emotion in branch.emotions])
    truth = np.array([branch.emotions.index(faces.emotion[row]) for row in rows], dtype=np.int64)
    table = np.array(shares).reshape(-1, len(branch.emotions))
    return Naming(tuple(branch.emotions), truth, table, remark=_seen(trained))


def _found(faces: LabelledFaces) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(faces.landmarks).all(axis=(1, 2)), dtype=np.bool_)


def _at_rest(faces: LabelledFaces) -> NDArray[np.float32]:
    rest = NeutralPopulation.load().mean
    return np.broadcast_to(rest, (len(faces.emotion), rest.size))


def _dev_folder(web: Path) -> Path:
    """A folder with the dev rows alone, beside the pictures where they lie."""
    folder = cached.cache_file("ferplus-dev", [web / "labels.csv"], ()).with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    with (web / "labels.csv").open(newline="", encoding="utf-8") as opened:
        reader = csv.DictReader(opened)
        rows = [row for row in reader if row["split"] == "dev"]
        with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as written:
            writer = csv.DictWriter(written, reader.fieldnames or [])
            writer.writeheader()
            writer.writerows(rows)
    pictures = folder / "images.zip"
    if not pictures.exists():
        pictures.symlink_to((web / "images.zip").resolve())
    return folder


def _seen(fold: NDArray[np.int64]) -> str:
    return f"{int((fold >= 0).sum())} of {fold.size} files were in training."
