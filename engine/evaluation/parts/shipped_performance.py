"""The shipped voice and face branches, asked as ``evaluate`` asks them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.evaluation.part import Part, Spread
from engine.evaluation.parts.shipped_faces import Seen, seen
from engine.evaluation.parts.shipped_voice import Heard, heard
from engine.evaluation.predictions import Naming, Predictions, Rating
from engine.features.geometry import POPULATION_FILE
from engine.systems.face_picture import PICTURE_FILE
from engine.systems.face_stills import STILLS_FILE
from engine.systems.performance import FACE_FILE, VOICE_FILE
from engine.systems.voice_heads import HEADS_FILE
from engine.training import cached
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName, ravdess_name
from engine.training.voice_set import AUDIO_FOLDER
from engine.vocabulary import Emotion, SystemName
from engine.weights import weights_dir

FOLDS: Final = tuple(f"fold {one + 1}" for one in range(5))
LANDMARKS: Final = "faces/face_landmarks.csv"
ARRAYS: Final = "faces/face_landmarks.npz"
WEB: Final = "faces/ferplus"
STRENGTHS: Final = ("normal", "strong")
VOICE_ROW: Final = "voice branch, as shipped, strangers"
OWN_ROW: Final = "voice branch, as shipped, enrolled"
FACE_ROW: Final = "face branch and readers of stills, population's neutral, as shipped"
MODULES: Final = (
    __name__,
    "engine.evaluation.parts.shipped_faces",
    "engine.evaluation.parts.shipped_voice",
    "engine.training.evaluate_performance",
    "engine.training.labelled_faces",
    "engine.training.evaluate_faces",
    "engine.training.heard_folder",
    "engine.systems.branch",
    "engine.systems.voice_heads",
    "engine.systems.face_stills",
    "engine.systems.face_gradients",
    "engine.systems.face_picture",
    "engine.systems.face_shape",
    "engine.features.voice",
    "engine.features.voice_summary",
    "engine.features.face",
    "engine.features.face_crop",
)
CROSSED: Final = (
    "Files the weights were trained on are read only by the network that never saw their person; folds are "
    "those of the training. Epochs and losses were set on the same folds, so the figures are slightly kind."
)
OWN_CLIPS: Final = (
    " Enrolled: the voice is read relative to all of the actor's 60 takes, those that are measured among "
    "them, labels unread."
)


def shipped_performance_parts(data: Path) -> list[Part]:
    """Emotion and strength of voices; emotion and intensity of faces."""
    folder = weights_dir()
    voice = (data / AUDIO_FOLDER, folder / VOICE_FILE, folder / HEADS_FILE)
    readers = tuple(folder / name for name in (FACE_FILE, POPULATION_FILE, STILLS_FILE, PICTURE_FILE))
    face = (data / LANDMARKS, data / ARRAYS, *readers)

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
            system=SystemName.ALIGNMENT,
        )

    return [
        part(
            "voice-shipped",
            "Voice, RAVDESS, eight emotions, the shipped branch",
            partial(_voice, data),
            "accuracy ≥ 0.60 for a stranger, ≥ 0.68 enrolled",
            voice,
            protocol=CROSSED + OWN_CLIPS,
        ),
        part(
            "strength-shipped",
            "Voice, RAVDESS, strong against normal, neutral left out",
            partial(_strength, data),
            "AUC ≥ 0.86 for a stranger, ≥ 0.90 enrolled",
            voice,
            protocol=CROSSED + OWN_CLIPS,
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
            (data / WEB / "labels.csv", data / WEB / "images.zip", *readers),
            ("dev",),
            (
                "FER+ dev; where no landmarks are found the picture is read alone; contempt, which nothing "
                "here names, is left out. Five members together; a picture with the bytes of a training "
                "picture is read by what never saw it."
            ),
        ),
    ]


def _voice(data: Path, fold: str) -> Mapping[str, Predictions]:
    names, found = _names(data), {}
    for title, said in _hearings(data):
        rows = _rows(said, fold)
        truth = np.array([VOICE_EMOTIONS.index(names[row].emotion) for row in rows], dtype=np.int64)
        found[title] = Naming(tuple(VOICE_EMOTIONS), truth, said.shares[rows], remark=_seen(said.fold))
    return found


def _strength(data: Path, fold: str) -> Mapping[str, Predictions]:
    names, found = _names(data), {}
    for title, said in _hearings(data):
        asked = [row for row in _rows(said, fold) if names[row].emotion is not Emotion.NEUTRAL]
        strong = 1 / (1 + np.exp(-said.strength[asked]))
        truth = np.array([int(names[row].strong) for row in asked], dtype=np.int64)
        shares = np.column_stack([1 - strong, strong])
        found[title] = Naming(STRENGTHS, truth, shares, remark=_seen(said.fold))
    return found


def _names(data: Path) -> list[RavdessName]:
    return [ravdess_name(path) for path in sorted((data / AUDIO_FOLDER).glob("*.flac"))]


def _hearings(data: Path) -> Iterator[tuple[str, Heard]]:
    """Answers for strangers, and for enrolled actors where all have enough takes to be enrolled."""
    yield VOICE_ROW, heard(data)
    with suppress(TableError):
        yield OWN_ROW, heard(data, enrolled=True)


def _rows(said: Heard, fold: str) -> NDArray[np.int64]:
    """The takes of this fold in which a voice was found.

    Takes that the weights never saw are in the last fold: there are five parts of the work, not six.
    """
    place = np.where(said.fold < 0, len(FOLDS) - 1, said.fold)
    return np.flatnonzero((place == FOLDS.index(fold)) & np.isfinite(said.strength))


def _face(data: Path, fold: str) -> Mapping[str, Predictions]:
    faces = seen(data / LANDMARKS, rated=False)
    place = np.where(faces.fold < 0, len(FOLDS) - 1, faces.fold)
    return _named(faces, faces.found & (place == FOLDS.index(fold)))


def _web(data: Path, _fold: str) -> Mapping[str, Predictions]:
    faces = seen(_dev_folder(data / WEB), rated=False)
    return _named(faces, faces.found)


def _morphs(data: Path, _fold: str) -> Mapping[str, Predictions]:
    faces = seen(data / LANDMARKS, rated=True)
    rows = np.isfinite(faces.intensity)
    together = ("rated emotion",) * int(rows.sum())
    rating = Rating(faces.rated[rows], faces.intensity[rows], together, remark=_seen(faces.fold))
    return {FACE_ROW: rating}


def _named(faces: Seen, rows: NDArray[np.bool_]) -> Mapping[str, Predictions]:
    found = Naming(tuple(faces.emotions), faces.truth[rows], faces.shares[rows], remark=_seen(faces.fold))
    return {FACE_ROW: found}


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
