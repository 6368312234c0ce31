"""FER+ faces: small grey pictures with ten votes each, as landmarks.

Barsoum et al. 2016. The pictures come from the web, nobody knows of whom; folds are by picture.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine import weights
from engine.errors import TableError
from engine.features import landmarks as tracking
from engine.features.landmarks import LANDMARKS, FaceTracker, Picture
from engine.training.cached import cache_file, write_cache

FOLDER: Final = "faces/ferplus"
LABELS, ARCHIVE = "labels.csv", "images.zip"
VOTE_COLUMNS: Final = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""Columns of labels.csv in the order of ``BASIC_EMOTIONS``."""
OTHER_VOTES: Final = ("contempt", "unknown", "NF")

SMALLEST_FACE: Final = 160
"""Pictures narrower than this are enlarged: the detector was made for faces of about that size."""
BORDER: Final = 0.25
"""Part of the width added on each side, because a tight crop hides the outline of the face."""


@dataclass(frozen=True, slots=True)
class FerSet:
    """Faces that were found in the pictures of one split.

    Attributes
    ----------
    landmarks : ndarray, shape (n, 478, 3), float32
    votes : ndarray, shape (n, 7)
        Shares of the votes for ``BASIC_EMOTIONS``; sums to 1.
    fingerprint : ndarray, shape (n,), uint64
        Of the picture file's bytes.
    names : tuple of str
        Of the picture files.
    no_face : int
        Pictures in which no face was found.
    """

    landmarks: NDArray[np.float32]
    votes: NDArray[np.float32]
    fingerprint: NDArray[np.uint64]
    names: tuple[str, ...]
    no_face: int


def read_fer_set(data: Path, *, split: str) -> FerSet:
    """Read one split (``train`` or ``dev``) of FER+ under ``data``; landmarks are cached.

    Pictures most of whose votes say contempt, unknown or no face are left out.

    Raises
    ------
    TableError
        If the labels or the pictures are missing or a column is.
    """
    labels = data / FOLDER / LABELS
    pictures = data / FOLDER / ARCHIVE
    try:
        with labels.open(newline="", encoding="utf-8") as opened:
            rows = [row for row in csv.DictReader(opened) if row["split"] == split]
        votes = np.array([[float(row[name]) for name in VOTE_COLUMNS] for row in rows], np.float32)
        other = np.array([[float(row[name]) for name in OTHER_VOTES] for row in rows], np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise TableError(f"{FOLDER}/labels.csv must hold the ten FER+ vote columns ({error}).") from None
    if not rows or not pictures.is_file():
        raise TableError(f"{FOLDER} must hold labels.csv with split {split!r} and images.zip.")
    found, prints = landmarks_of(pictures, [row["image"] for row in rows], split)
    named = votes.sum(axis=1) > other.max(axis=1)
    seen = np.isfinite(found[:, 0, 0])
    kept = named & seen
    return FerSet(
        landmarks=found[kept],
        votes=votes[kept] / votes[kept].sum(axis=1, keepdims=True),
        fingerprint=prints[kept],
        names=tuple(row["image"] for row, used in zip(rows, kept, strict=True) if used),
        no_face=int((named & ~seen).sum()),
    )


def face_of_picture(picture: Picture, tracker: FaceTracker) -> NDArray[np.float32]:
    """Landmarks of the largest face of a single picture of any size, shape (478, 3); NaN without one.

    In pixels of the picture as it was given.
    """
    height, width = picture.shape[:2]
    scale = max(1.0, SMALLEST_FACE / min(height, width))
    enlarged = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    found = tracker.find(enlarged.astype(np.uint8))
    if not np.isfinite(found[0, 0]):
        margin = int(BORDER * max(enlarged.shape[:2]))
        wider = cv2.copyMakeBorder(enlarged, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
        found = tracker.find(wider.astype(np.uint8)) - np.array([margin, margin, 0], np.float32)
    return np.asarray(found / np.float32(scale), dtype=np.float32)


def picture_of(content: bytes, name: str) -> Picture:
    """An image file's pixels as RGB.

    Raises
    ------
    TableError
        If it is no image.
    """
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if pixels is None:
        raise TableError(f"{name} is no image that can be read; replace it or leave it out.")
    return np.ascontiguousarray(pixels[:, :, ::-1].astype(np.uint8))


def landmarks_of(
    archive: Path, names: Iterable[str], split: str
) -> tuple[NDArray[np.float32], NDArray[np.uint64]]:
    """Landmarks [n, 478, 3] and fingerprints [n] of a split's pictures, measured once and then kept.

    Raises
    ------
    TableError
        If the archive lacks a picture or one cannot be read.
    """
    cache = cache_file(f"fer-{split}", [archive], (tracking,), SMALLEST_FACE, BORDER, "picture pixels")
    if cache.is_file():
        kept = np.load(cache)
        return kept["landmarks"], kept["fingerprint"]
    tracker, found, prints = FaceTracker.load(), [], []
    with zipfile.ZipFile(archive) as opened:
        for name in names:
            try:
                content = opened.read(name)
            except KeyError:
                raise TableError(f"{archive.name} holds no {name}, which labels.csv names.") from None
            prints.append(weights.fingerprint(content))
            found.append(face_of_picture(picture_of(content, name), tracker))
    landmarks = np.array(found, np.float32).reshape(-1, LANDMARKS, 3)
    fingerprint = np.array(prints, np.uint64)
    write_cache(cache, {"landmarks": landmarks, "fingerprint": fingerprint})
    return landmarks, fingerprint
