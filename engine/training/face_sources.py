"""The shape reader with one source of posed faces left out: other people, another camera, another laboratory.

``python -m engine evaluate face-sources DATA/faces/face_landmarks.csv`` fits anew on the other sources, so it
measures the method and not the weights.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from engine.errors import TableError
from engine.features.face_shape import shape_columns
from engine.features.geometry import NeutralPopulation, neutral_population
from engine.systems.branch import MEMBERS
from engine.systems.face_shape import ShapeReader
from engine.training.face_set import PosedFaces, read_posed_faces, subject_folds
from engine.training.face_shape import fit_reader
from engine.training.face_stills import CLEAR_VOTE, known_shapes, posed_shapes
from engine.training.fer_set import FOLDER, FerSet, read_fer_set
from engine.training.scores import Figures, naming, rounded
from engine.vocabulary import BASIC_EMOTIONS, Emotion

FULL_MORPH: Final = 75.0
"""Per cent from which a morph shows its emotion; weaker ones teach nothing about its name."""
LEAST_RATED: Final = 3
"""A correlation of two faces is always perfect."""
LEAST_FACES: Final = 50
"""A source with fewer faces of whole expressions is learned from and not measured."""


def face_sources(path: Path) -> Figures:
    """Name the emotions of each source after learning from the others and from FER+ train beside them.

    Nothing of the source left out is learned from, its faces at rest included: the mean face that
    landmarks are turned to is made anew. The mean and the spread are over readers that each leave out another
    fifth of the subjects.

    Parameters
    ----------
    path : Path
        A CSV (``row``, ``source``, ``subject``, ``emotion`` and, where there are morphs, ``morph_percent``)
        beside one ``.npz`` of landmarks.

    Returns
    -------
    dict
        For each source accuracy and macro_f1 of all readers together, accuracy_mean and accuracy_sd over
        single readers, n; own_neutral, the same against each subject's own neutral face, which is left out;
        intensity, where people rated the faces, weak morphs among them: pearson of their ratings with the
        share that is not neutral, the emotion not told; n, seen_in_training (0: nothing measured was learned
        from), skipped.

    Raises
    ------
    TableError
        If a file or a column is missing or there are not two sources.
    """
    posed, source, whole = _read(path)
    web = read_fer_set(path.parent.parent, split="train") if (path.parent.parent / FOLDER).is_dir() else None
    answer: Figures = {}
    for name in sorted(set(source)):
        left = (source == name) & whole
        if left.sum() < LEAST_FACES:
            continue
        kept = (source != name) & whole
        if not kept.any():
            raise TableError(f"{path.name} holds one source of faces only; leaving it out leaves nothing.")
        answer[name] = _left_out(posed, left, kept, source == name, web)
    if not answer:
        raise TableError(f"{path.name} holds no source with {LEAST_FACES} whole expressions to leave out.")
    return {
        **answer,
        "n": sum(figures["n"] for figures in answer.values()),
        "seen_in_training": 0,
        "skipped": {"weak morphs": int((~whole).sum())} if not whole.all() else {},
    }


def _read(path: Path) -> tuple[PosedFaces, NDArray[np.str_], NDArray[np.bool_]]:
    posed = read_posed_faces(path, path.with_suffix(".npz"))
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    if not all(row.get("source") for row in rows):
        raise TableError(f"{path.name} needs a column source that is filled in every row.")
    percent = [float(row.get("morph_percent") or FULL_MORPH) for row in rows]
    rest = np.array([emotion is Emotion.NEUTRAL for emotion in posed.emotion])
    return posed, np.array([row["source"] for row in rows]), (np.array(percent) >= FULL_MORPH) | rest


def _left_out(
    posed: PosedFaces,
    left: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    whole_source: NDArray[np.bool_],
    web: FerSet | None,
) -> Figures:
    learned, measured = _rows(posed, kept), _rows(posed, left)
    at_rest = sorted(learned.neutral_rows().values())
    rest = neutral_population(learned.landmarks[at_rest])
    shapes, own = posed_shapes(learned, rest)
    if web is not None:
        clear = web.votes.max(axis=1) > CLEAR_VOTE
        web_shapes = known_shapes(web.landmarks[clear], rest)
        web_emotion = web.votes[clear].argmax(axis=1)
        web_fold = (web.fingerprint[clear] % MEMBERS).astype(np.int64)
    else:
        web_shapes, web_emotion = shapes, _labels(learned)
        web_fold = subject_folds(learned)
    reader = fit_reader(
        shapes,
        own,
        _labels(learned),
        subject_folds(learned),
        web_shapes=web_shapes,
        web_emotion=web_emotion,
        web_fold=web_fold,
    )
    rated = _rows(posed, whole_source & np.isfinite(posed.rated))
    return _figures(reader, measured, rest) | _intensity(reader, rated, rest)


def _figures(reader: ShapeReader, faces: PosedFaces, rest: NeutralPopulation) -> Figures:
    shapes, own = posed_shapes(faces, rest)
    first = set(faces.neutral_rows().values())
    others = np.array(
        [row for row in range(len(shapes)) if row not in first and np.isfinite(own[row]).all()],
        dtype=np.int64,
    )
    everyone = np.arange(len(shapes))
    figures = _accuracy(reader, faces, shapes, None, everyone)
    return (
        figures | {"own_neutral": _accuracy(reader, faces, shapes, own, others)} if others.size else figures
    )


def _intensity(reader: ShapeReader, rated: PosedFaces, rest: NeutralPopulation) -> Figures:
    """How the share that is not neutral goes with people's ratings; empty where too few are rated."""
    if len(rated.emotion) < LEAST_RATED:
        return {}
    logits = reader.logits(shape_columns(rated.landmarks, rest))
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    expressed = 1 - shares[:, BASIC_EMOTIONS.index(Emotion.NEUTRAL)] / shares.sum(axis=1)
    found = {
        "pearson": rounded(pearsonr(expressed, rated.rated).statistic),
        "spearman": rounded(spearmanr(expressed, rated.rated).statistic),
    }
    return {"intensity": {**found, "n": len(rated.emotion)}}


def _accuracy(
    reader: ShapeReader,
    faces: PosedFaces,
    shapes: NDArray[np.float32],
    own: NDArray[np.float32] | None,
    rows: NDArray[np.int64],
) -> Figures:
    beside = None if own is None else own[rows]
    labels = _labels(faces)[rows]
    each = [reader.logits(shapes[rows], beside, member=member).argmax(axis=1) for member in range(MEMBERS)]
    single = [float((one == labels).mean()) for one in each]
    together = reader.logits(shapes[rows], beside).argmax(axis=1)
    names = [emotion.value for emotion in BASIC_EMOTIONS]
    return {
        **naming([names[label] for label in labels], [names[guess] for guess in together]),
        "accuracy_mean": rounded(np.mean(single)),
        "accuracy_sd": rounded(np.std(single, ddof=1)),
        "n": len(rows),
    }


def _rows(posed: PosedFaces, chosen: NDArray[np.bool_]) -> PosedFaces:
    rows = np.flatnonzero(chosen)
    return PosedFaces(
        posed.landmarks[rows],
        tuple(posed.subject[row] for row in rows),
        tuple(posed.emotion[row] for row in rows),
        posed.rated[rows],
    )


def _labels(posed: PosedFaces) -> NDArray[np.int64]:
    return np.array([BASIC_EMOTIONS.index(emotion) for emotion in posed.emotion], dtype=np.int64)
