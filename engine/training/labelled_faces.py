"""Labelled faces from a folder of pictures or a file of landmarks, as anybody may bring them."""

from __future__ import annotations

import csv
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError, UnknownNameError
from engine.features.face_crop import face_crop, whole_crop
from engine.features.landmarks import LANDMARKS, FaceTracker
from engine.training.face_set import landmark_fingerprints
from engine.training.fer_set import face_of_picture, picture_of
from engine.vocabulary import Emotion, emotion_named

Rows = list[dict[str, str]]

LABELS: Final = "labels.csv"
ARCHIVE: Final = "images.zip"
LABEL_COLUMNS: Final = ("majority", "emotion")
GROUP_COLUMNS: Final = ("split", "source")
"""Columns whose values get figures of their own."""
UNRATED: Final = "not rated"


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """Faces with labels the face branch can name.

    Attributes
    ----------
    landmarks : ndarray, shape (n, 478, 3)
        NaN where no face was found.
    crops : ndarray, shape (n, 48, 48), or None
        Each face as a grey picture, the whole picture where no landmarks were found; ``None`` where
        landmarks are all there is.
    emotion : tuple of Emotion
    intensity : ndarray, shape (n,)
        Human intensity; NaN where none was asked for.
    subject, group : tuple of str
        Empty where the table has no such column.
    fingerprint : tuple of int
        Of each picture's bytes, or of its landmarks where there is no picture.
    skipped : Mapping[str, int]
        Labels nothing here names, with their counts.
    """

    landmarks: NDArray[np.float32]
    crops: NDArray[np.uint8] | None
    emotion: tuple[Emotion, ...]
    intensity: NDArray[np.float64]
    subject: tuple[str, ...]
    group: tuple[str, ...]
    fingerprint: tuple[int, ...]
    skipped: Mapping[str, int]


def read_labelled_faces(path: Path, *, emotions: tuple[Emotion, ...], rated: bool) -> LabelledFaces:
    """Read a folder (labels.csv and pictures) or a CSV beside an .npz of landmarks.

    Parameters
    ----------
    path : Path
        A folder with ``labels.csv`` (``image`` and ``majority`` or ``emotion``; optionally ``subject``,
        ``intensity``) and the pictures beside it, in ``images/`` or in ``images.zip``; or a CSV
        (``row``, ``emotion``, columns that begin with ``rated``) beside one ``.npz``.
    emotions : tuple of Emotion
        What the branch names; other labels are skipped and counted.
    rated : bool
        Keep only rows with a human intensity.

    Raises
    ------
    TableError
        If a file or a column is missing or a value cannot be read.
    """
    table = path / LABELS if path.is_dir() else path
    rows = _rows(table)
    kept, skipped = _nameable(rows, emotions, table)
    if rated:
        skipped[UNRATED] = sum(bool(np.isnan(_intensity(row, table))) for row in kept)
        kept = [row for row in kept if np.isfinite(_intensity(row, table))]
    if not kept:
        raise TableError(
            f"{table.name} has no row that can be measured; it needs labels that are known here."
        )
    landmarks, crops, prints = _from_pictures(path, kept) if path.is_dir() else _from_arrays(table, kept)
    group = next((name for name in GROUP_COLUMNS if name in rows[0]), "")
    return LabelledFaces(
        landmarks=landmarks,
        crops=crops,
        emotion=tuple(emotion_named(_label(row, table)) for row in kept),
        intensity=np.array([_intensity(row, table) for row in kept]),
        subject=tuple(row.get("subject") or "" for row in kept),
        group=tuple(row.get(group) or "" for row in kept),
        fingerprint=prints,
        skipped={label: count for label, count in skipped.items() if count},
    )


def _rows(table: Path) -> Rows:
    try:
        with table.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise TableError(
            f"{table.name} cannot be read as a table; give a folder with {LABELS} or a CSV beside an .npz."
        ) from None
    if not rows:
        raise TableError(f"{table.name} has no rows; give one labelled face per row.")
    return rows


def _nameable(rows: Rows, emotions: tuple[Emotion, ...], table: Path) -> tuple[Rows, Counter[str]]:
    kept, skipped = [], Counter[str]()
    for row in rows:
        label = _label(row, table)
        try:
            known = emotion_named(label) in emotions
        except UnknownNameError:
            known = False
        if known:
            kept.append(row)
        else:
            skipped[label] += 1
    return kept, skipped


def _label(row: dict[str, str], table: Path) -> str:
    for column in LABEL_COLUMNS:
        if row.get(column):
            return row[column]
    raise TableError(f"{table.name} needs a label in column {' or '.join(LABEL_COLUMNS)} of every row.")


def _intensity(row: dict[str, str], table: Path) -> float:
    columns = [name for name in row if name and (name == "intensity" or name.startswith("rated"))]
    try:
        given = [float(row[name]) for name in columns if row[name]]
    except ValueError:
        raise TableError(
            f"{table.name} holds an intensity that is no number in {', '.join(columns)}."
        ) from None
    return sum(given) / len(given) if given else float("nan")


def _from_pictures(
    folder: Path, rows: Rows
) -> tuple[NDArray[np.float32], NDArray[np.uint8], tuple[int, ...]]:
    tracker, found, crops, prints = FaceTracker.load(), [], [], []
    archive = zipfile.ZipFile(folder / ARCHIVE) if (folder / ARCHIVE).is_file() else None
    try:
        for row in rows:
            name = row.get("image") or ""
            content = _picture_bytes(folder, name, archive)
            prints.append(weights.fingerprint(content))
            picture = picture_of(content, name)
            found.append(face_of_picture(picture, tracker))
            known = np.isfinite(found[-1]).all()
            crops.append(face_crop(picture, found[-1]) if known else whole_crop(picture))
    finally:
        if archive is not None:
            archive.close()
    return np.array(found, np.float32).reshape(-1, LANDMARKS, 3), np.array(crops), tuple(prints)


def _picture_bytes(folder: Path, name: str, archive: zipfile.ZipFile | None) -> bytes:
    """A picture beside the labels, in ``images/`` or in the archive; nothing outside the folder."""
    for where in (folder, folder / "images"):
        path = where / name
        if name and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return path.read_bytes()
    if archive is not None and name in archive.NameToInfo:
        return archive.read(name)
    raise TableError(
        f"{LABELS} names the picture {name!r}, which is not in the folder; add it or drop the row."
    )


def _from_arrays(table: Path, rows: Rows) -> tuple[NDArray[np.float32], None, tuple[int, ...]]:
    beside = table.with_suffix(".npz")
    files = [beside] if beside.is_file() else sorted(table.parent.glob("*.npz"))
    if len(files) != 1:
        raise TableError(f"Beside {table.name} there must be one .npz of landmarks, not {len(files)}.")
    try:
        landmarks = np.load(files[0], allow_pickle=False)["landmarks"][[int(row["row"]) for row in rows]]
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise TableError(
            f"{files[0].name} must hold landmarks for every row of {table.name} ({error})."
        ) from None
    if landmarks.shape[1:] != (LANDMARKS, 3):
        raise TableError(f"{files[0].name} must hold landmarks of shape (n, 478, 3), not {landmarks.shape}.")
    landmarks = np.ascontiguousarray(landmarks, dtype=np.float32)
    return landmarks, None, tuple(landmark_fingerprints(landmarks).tolist())
