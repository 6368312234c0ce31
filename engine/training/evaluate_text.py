"""Measure the text brain on labelled lines."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from engine import weights
from engine.errors import TableError, UnknownNameError
from engine.systems.line_network import CONTEXT_LINES
from engine.systems.text_brain import FILE, TextBrain, TextReading
from engine.vocabulary import BASIC_EMOTIONS, Emotion, emotion_named

LEAST_FOR_CORRELATION: Final = 3
"""Two points always correlate perfectly."""

PERCENTILES: Final = (0.1, 0.5, 0.9)

CONTEXT_COLUMNS: Final = ("dialogue_id", "utterance_id")


def text_emotion(path: Path, *, brain: TextBrain | None = None) -> dict[str, Any]:
    """Name the emotion of each line of a CSV ``text, emotion``.

    With ``dialogue_id`` and ``utterance_id`` the six lines before serve as context, whatever their
    label. A line without words counts as neutral: that is how a person is shown it.

    Parameters
    ----------
    path : Path
    brain : TextBrain, optional
        By default the shipped one.

    Returns
    -------
    dict
        ``accuracy, weighted_f1, macro_f1, n, no_words, with_context, seen_in_training, skipped``, and
        ``expected_intensity``: its 10th, 50th and 90th percentile over the lines of each label, and
        the ``auc`` with which it tells the other lines from the neutral ones.

    Raises
    ------
    TableError
        If the file cannot be read, lacks a column or a value, or has no line with a label known here.
    """
    frame = _read(path, "text", "emotion")
    truths = [_known(label, BASIC_EMOTIONS) for label in frame["emotion"]]
    rows = _kept(path, frame, truths)
    before = _lines_before(frame)
    texts = [str(text) for text in frame["text"]]
    readings = (brain or TextBrain.load()).read_many(
        [texts[row] for row in rows], before=[before[row] for row in rows]
    )
    truth = [str(truths[row]) for row in rows]
    named = [str(reading.emotion.label if reading.emotion else Emotion.NEUTRAL) for reading in readings]
    return {
        "accuracy": float(accuracy_score(truth, named)),
        "weighted_f1": float(f1_score(truth, named, average="weighted", zero_division=0)),
        "macro_f1": float(f1_score(truth, named, average="macro", zero_division=0)),
        "n": len(rows),
        "with_context": sum(bool(before[row]) for row in rows),
        "expected_intensity": _demanded(truth, readings),
        **_circumstances(frame, truths, rows, readings),
    }


def text_intensity(path: Path, *, brain: TextBrain | None = None) -> dict[str, Any]:
    """Rate the intensity of the named emotion of each line of a CSV ``text, emotion, intensity``.

    Parameters
    ----------
    path : Path
    brain : TextBrain, optional
        By default the shipped one.

    Returns
    -------
    dict
        ``pearson`` by emotion (null below three lines or without spread), ``pearson_mean``, ``mae``,
        ``n, no_words, seen_in_training, skipped``.

    Raises
    ------
    TableError
        As :func:`text_emotion`, or if an intensity is no number from 0 to 1.
    """
    frame = _read(path, "text", "emotion", "intensity")
    truth = _shares(path, frame["intensity"])
    felt = tuple(emotion for emotion in BASIC_EMOTIONS if emotion != Emotion.NEUTRAL)
    emotions = [_known(label, felt) for label in frame["emotion"]]
    rows = _kept(path, frame, emotions)
    readings = (brain or TextBrain.load()).read_many([str(frame["text"].iloc[row]) for row in rows])
    said = np.array([_intensity(each, emotions[row]) for each, row in zip(readings, rows, strict=True)])
    pearson = {
        emotion.value: _correlation(said[of], truth[rows][of])
        for emotion in felt
        if (of := np.array([emotions[row] == emotion for row in rows])).any()
    }
    defined = [value for value in pearson.values() if value is not None]
    return {
        "pearson": pearson,
        "pearson_mean": float(np.mean(defined)) if defined else None,
        "mae": float(np.abs(said - truth[rows]).mean()),
        "n": len(rows),
        **_circumstances(frame, emotions, rows, readings),
    }


def _intensity(reading: TextReading, emotion: Emotion | None) -> float:
    """EI-reg's question where it was trained, the intensity in the line elsewhere; no words, none."""
    if emotion is None or not reading.words:
        return 0.0
    return reading.rated.get(emotion, reading.intensity_by_emotion[emotion])


def _demanded(truth: Sequence[str], readings: Sequence[TextReading]) -> dict[str, Any]:
    pairs = [(name, each.expected) for name, each in zip(truth, readings, strict=True) if each.expected]
    names = np.array([name for name, _ in pairs])
    expected = np.array([value for _, value in pairs])
    found: dict[str, Any] = {
        name: np.quantile(expected[names == name], PERCENTILES).round(3).tolist()
        for name in sorted(set(names))
    }
    felt = names != str(Emotion.NEUTRAL)
    found["auc"] = float(roc_auc_score(felt, expected)) if felt.any() and not felt.all() else None
    return found


def _circumstances(
    frame: pd.DataFrame,
    labels: Sequence[Emotion | None],
    rows: Sequence[int],
    readings: Sequence[TextReading],
) -> dict[str, Any]:
    texts = [str(frame["text"].iloc[row]).encode("utf-8") for row in rows]
    unknown = [str(name) for name, label in zip(frame["emotion"], labels, strict=True) if label is None]
    return {
        "no_words": sum(not reading.words for reading in readings),
        "seen_in_training": weights.count_seen(FILE, texts),
        "skipped": dict(sorted(Counter(unknown).items())),
    }


def _read(path: Path, *columns: str) -> pd.DataFrame:
    if path.is_dir():
        raise TableError(f"{path.name} is a folder; give a CSV with the columns {', '.join(columns)}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False)
    except FileNotFoundError:
        raise TableError(f"There is no file {path.name}; give a CSV with {', '.join(columns)}.") from None
    except OSError as error:
        raise TableError(f"{path.name} cannot be read ({error.strerror}); give a readable CSV.") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        raise TableError(
            f"{path.name} has rows with more cells than the header; put texts with commas in quotes."
        ) from None
    except (pd.errors.EmptyDataError, UnicodeDecodeError):
        raise TableError(
            f"{path.name} is no CSV in UTF-8 with a header line; export it again with {', '.join(columns)}."
        ) from None
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise TableError(
            f"{path.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
            f"it needs {', '.join(columns)}."
        )
    return frame


def _known(label: str, named: Sequence[Emotion]) -> Emotion | None:
    try:
        emotion = emotion_named(label)
    except UnknownNameError:
        return None
    return emotion if emotion in named else None


def _kept(path: Path, frame: pd.DataFrame, labels: Sequence[Emotion | None]) -> list[int]:
    for number, name in enumerate(frame["emotion"], start=2):  # the header is line 1
        if not str(name).strip():
            raise TableError(
                f"Row {number} of {path.name} names no emotion; fill it in or leave the row out."
            )
    rows = [row for row, label in enumerate(labels) if label is not None]
    if not rows:
        raise TableError(
            f"{path.name} has no row with an emotion that the text brain names; it names "
            f"{', '.join(emotion.value for emotion in BASIC_EMOTIONS)}."
        )
    return rows


def _shares(path: Path, column: pd.Series[str]) -> NDArray[np.float64]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    wrong = np.flatnonzero(~((numbers >= 0) & (numbers <= 1)))
    if wrong.size:
        raise TableError(
            f"Row {wrong[0] + 2} of {path.name} has the intensity {column.iloc[wrong[0]]!r}; "
            "intensities are numbers from 0 to 1."
        )
    return numbers


def _lines_before(frame: pd.DataFrame) -> list[list[str]]:
    """The lines before each row in its dialogue, the latest last; empty where the file has no dialogues."""
    before: list[list[str]] = [[] for _ in range(len(frame))]
    if not set(CONTEXT_COLUMNS) <= set(frame.columns):
        return before
    order = pd.to_numeric(frame["utterance_id"], errors="coerce").to_numpy(dtype=np.float64)
    for rows in frame.groupby("dialogue_id", sort=False).indices.values():
        spoken = sorted((row for row in rows if np.isfinite(order[row])), key=lambda row: order[row])
        for at, row in enumerate(spoken):
            before[row] = [str(frame["text"].iloc[back]) for back in spoken[max(0, at - CONTEXT_LINES) : at]]
    return before


def _correlation(said: NDArray[np.float64], truth: NDArray[np.float64]) -> float | None:
    if said.size < LEAST_FOR_CORRELATION or np.ptp(said) == 0 or np.ptp(truth) == 0:
        return None
    return float(pearsonr(said, truth)[0])
