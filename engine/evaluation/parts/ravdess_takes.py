"""RAVDESS's takes as classical models read them: functionals of the voice block, action units of the face."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.errors import MediaError, TableError
from engine.features import activity, pitch, voice
from engine.features.table import INSTANTS, instants
from engine.training import cached
from engine.training.ravdess_names import VOICE_EMOTIONS, RavdessName, ravdess_name
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE, actor_folds

FOLDS: Final = 5
PERCENTILES: Final = (10, 50, 90)

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Takes:
    """Takes of which voice and face are known, in the order of their names.

    Attributes
    ----------
    names : tuple of RavdessName
    files : tuple of str
    emotion : ndarray, shape (n,), int
        Index into ``VOICE_EMOTIONS``.
    actor, fold : ndarray, shape (n,), int
        Fold 0 to 4 (Luna-Jiménez et al. 2022); no actor is in two.
    functionals : ndarray, shape (n, columns)
        Of the voice block over its known instants, and the take's length in seconds.
    units : ndarray, shape (n, 35)
        Square roots of OpenFace's means: most intensities are small and skewed.
    """

    names: tuple[RavdessName, ...]
    files: tuple[str, ...]
    emotion: NDArray[np.int64]
    actor: NDArray[np.int64]
    fold: NDArray[np.int64]
    functionals: Numbers
    units: Numbers


def read_takes(data: Path) -> Takes:
    """Read and measure the takes below ``data``; measures are kept under ``DAILIES_CACHE``.

    Raises
    ------
    TableError
        If the recordings or the action units are missing or do not belong together.
    MediaError
        If a recording cannot be read.
    """
    paths = sorted((data / AUDIO_FOLDER).glob("*.flac"))
    if not paths:
        raise TableError(f"No recordings (*.flac) under {AUDIO_FOLDER} of {data.name}; give the data folder.")
    names = tuple(ravdess_name(path) for path in paths)
    folds = actor_folds(data / FOLDS_FILE)
    units = _units(data / FOLDS_FILE)
    missing = [path.name for path in paths if _take(path.stem) not in units]
    if missing:
        raise TableError(f"{Path(FOLDS_FILE).name} lacks {missing[0]}; use the file of these recordings.")
    actor = np.array([name.actor for name in names])
    return Takes(
        names=names,
        files=tuple(path.name for path in paths),
        emotion=np.array([VOICE_EMOTIONS.index(name.emotion) for name in names]),
        actor=actor,
        fold=np.array([folds[one] for one in actor]),
        functionals=_functionals(paths),
        units=np.sqrt(np.array([units[_take(path.stem)] for path in paths])),
    )


def functionals_of(values: NDArray[np.float32], mask: NDArray[np.bool_]) -> Numbers:
    """Mean, spread, three percentiles and mean step of each column over the known instants.

    Parameters
    ----------
    values : ndarray, shape (50, 74)
    mask : ndarray, shape (50,)

    Returns
    -------
    ndarray, shape (6 * 74 + 1,)
        The last is the share of instants that are known.
    """
    known = values[mask].astype(np.float64) if mask.any() else np.zeros((1, values.shape[1]))
    steps = np.abs(np.diff(known, axis=0)).mean(axis=0) if len(known) > 1 else np.zeros(known.shape[1])
    levels = np.percentile(known, PERCENTILES, axis=0).ravel()
    return np.concatenate([known.mean(axis=0), known.std(axis=0), levels, steps, [mask.mean()]])


def of_own_clips(columns: Numbers, actor: NDArray[np.int64]) -> Numbers:
    """Columns as z-scores among the clips of the same actor, labels unseen: what enrolment gives."""
    found = np.empty_like(columns)
    for one in np.unique(actor):
        rows = actor == one
        spread = columns[rows].std(axis=0)
        found[rows] = (columns[rows] - columns[rows].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return found


def _take(stem: str) -> str:
    """The last five parts of a name, which voice and film of one take share."""
    return "-".join(stem.split("-")[-5:])


def _units(path: Path) -> dict[str, list[float]]:
    with path.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    columns = [name for name in rows[0] if name.startswith("AU")] if rows else []
    if not columns or "clip" not in rows[0]:
        raise TableError(f"{path.name} holds no clip with action units (AU01_r …); use OpenFace's means.")
    return {_take(row["clip"]): [float(row[name]) for name in columns] for row in rows}


def _functionals(paths: list[Path]) -> Numbers:
    keep = cached.cache_file("voice-functionals", paths, (voice, pitch, activity), PERCENTILES)
    if keep.is_file():
        return np.asarray(np.load(keep)["functionals"], dtype=np.float64)
    rows = []
    for path in paths:
        try:
            sound, rate = soundfile.read(path, dtype="float32")
        except (OSError, RuntimeError):
            raise MediaError(f"{path.name} cannot be read as sound; replace it or leave it out.") from None
        if rate != activity.SAMPLE_RATE or sound.ndim != 1:
            raise TableError(f"{path.name} is not mono at {activity.SAMPLE_RATE} Hz; convert it.")
        length = sound.size / rate
        found = voice.voice_features(sound, instants(length))
        speech = found.mask.sum() / INSTANTS * length
        rows.append(np.concatenate([functionals_of(found.values, found.mask), [length, speech]]))
    cached.write_cache(keep, {"functionals": np.array(rows)})
    return np.array(rows)
