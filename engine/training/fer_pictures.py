"""FER+ as crops: each web picture whole, and cut by its landmarks where a face is found."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import TableError
from engine.features.face_crop import CROP_PX, face_crop, whole_crop
from engine.training.fer_set import (
    ARCHIVE,
    FOLDER,
    LABELS,
    OTHER_VOTES,
    VOTE_COLUMNS,
    landmarks_of,
    picture_of,
)


@dataclass(frozen=True, slots=True)
class FerPictures:
    """The pictures of one split, the faceless among them.

    Attributes
    ----------
    whole : ndarray, shape (n, 48, 48), uint8
    cut : ndarray, shape (n, 48, 48), uint8
        By the landmarks; the whole picture where no face was found.
    landmarks : ndarray, shape (n, 478, 3)
        NaN where no face was found.
    votes : ndarray, shape (n, 7)
        Shares of the votes for ``BASIC_EMOTIONS``; sums to 1.
    fingerprint : ndarray, shape (n,), uint64
        Of the picture file's bytes.
    contents : tuple of bytes
        The picture files.
    """

    whole: NDArray[np.uint8]
    cut: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    votes: NDArray[np.float32]
    fingerprint: NDArray[np.uint64]
    contents: tuple[bytes, ...]


def read_fer_pictures(data: Path, *, split: str) -> FerPictures:
    """Read one split (``train`` or ``dev``) of FER+ under ``data``.

    Pictures most of whose votes say contempt, unknown or no face are left out.

    Raises
    ------
    TableError
        If the labels or the pictures are missing or a column is.
    """
    folder = data / FOLDER
    try:
        with (folder / LABELS).open(newline="", encoding="utf-8") as opened:
            rows = [row for row in csv.DictReader(opened) if row["split"] == split]
        votes = np.array([[float(row[name]) for name in VOTE_COLUMNS] for row in rows], np.float32)
        other = np.array([[float(row[name]) for name in OTHER_VOTES] for row in rows], np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise TableError(f"{FOLDER}/{LABELS} must hold the ten FER+ vote columns ({error}).") from None
    if not rows or not (folder / ARCHIVE).is_file():
        raise TableError(f"{FOLDER} must hold {LABELS} with split {split!r} and {ARCHIVE}.")
    landmarks, prints = landmarks_of(folder / ARCHIVE, [row["image"] for row in rows], split)
    kept = np.flatnonzero(votes.sum(axis=1) > other.max(axis=1))
    whole, cut, contents = [], [], []
    with zipfile.ZipFile(folder / ARCHIVE) as opened:
        for index in kept:
            content = opened.read(rows[index]["image"])
            picture = picture_of(content, rows[index]["image"])
            found = np.isfinite(landmarks[index]).all()
            whole.append(whole_crop(picture))
            cut.append(face_crop(picture, landmarks[index]) if found else whole[-1])
            contents.append(content)
    side = (CROP_PX, CROP_PX)
    return FerPictures(
        whole=np.array(whole, np.uint8).reshape(-1, *side),
        cut=np.array(cut, np.uint8).reshape(-1, *side),
        landmarks=landmarks[kept],
        votes=votes[kept] / votes[kept].sum(axis=1, keepdims=True),
        fingerprint=prints[kept],
        contents=tuple(contents),
    )
