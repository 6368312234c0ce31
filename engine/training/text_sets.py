"""The five labelled text sets as one list of lines with whatever is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError
from engine.systems.line_network import PRESENT_EMOTIONS, RATED_EMOTIONS
from engine.training.distillation import SCORE, TEXT
from engine.vocabulary import BASIC_EMOTIONS, Emotion

TRACK_B_LEVELS: Final = 3
NO_LINE: Final = -1


@dataclass(frozen=True, slots=True)
class TextSets:
    """Lines and their labels; NaN or -1 where a set does not rate a thing.

    Attributes
    ----------
    lines : tuple of str
    source : ndarray, shape (n,), object
        ``meld``, ``goemotions``, ``ei_reg``, ``track_b``, ``emobank`` or ``distilled``.
    emotion : ndarray, shape (n, 7), float32
        Share of each of ``BASIC_EMOTIONS``, rows sum to 1; NaN where unlabelled.
    rated : ndarray, shape (n, 4), float32
        EI-reg intensity by ``RATED_EMOTIONS``, [0, 1].
    present : ndarray, shape (n, 5), float32
        Track B level / 3 by ``PRESENT_EMOTIONS``, [0, 1].
    arousal : ndarray, shape (n,), float32
        EmoBank, 1 to 5.
    soft : ndarray, shape (n,), float32
        Intensity by :mod:`engine.training.distillation`, [0, 1].
    dialogue : ndarray, shape (n,), int64
        MELD's dialogue; -1 elsewhere. Its lines stand in the order of speech.
    """

    lines: tuple[str, ...]
    source: NDArray[np.object_]
    emotion: NDArray[np.float32]
    rated: NDArray[np.float32]
    present: NDArray[np.float32]
    arousal: NDArray[np.float32]
    soft: NDArray[np.float32]
    dialogue: NDArray[np.int64]


def read_sets(data: Path, *, part: str = "train", soft: Path | None = None) -> TextSets:
    """Read the five sets below ``data``, and soft scores where there are some.

    Parameters
    ----------
    data : Path
        A folder that holds ``text/meld_train.csv`` and the rest.
    part : str
        ``"train"`` or ``"dev"``; track B has no dev part and is left out there.

    soft : Path, optional
        A CSV ``text, intensity`` as :func:`engine.training.distillation.distil` writes it.

    Raises
    ------
    TableError
        If a file is missing, lacks a column, or a soft score is no number from 0 to 1.
    """
    folder = data / "text"
    meld = _read(folder / f"meld_{part}.csv", "dialogue_id", "utterance_id", "text", "emotion")
    go = _read(folder / f"goemotions_{part}.csv", "text", "ekman")
    rated = _read(folder / f"semeval2018_ei_reg_{part}.csv", "text", "emotion", "intensity")
    bank = _read(folder / f"emobank_{part}.csv", "text", "A")
    frames = {"meld": meld, "goemotions": go, "ei_reg": rated, "emobank": bank}
    if part == "train":
        levels = [emotion.value for emotion in PRESENT_EMOTIONS]
        frames["track_b"] = _read(folder / "semeval2025_t11b_train.csv", "text", *levels)
    if soft is not None:
        frames["distilled"] = _soft_scores(soft)
    lines = tuple(str(line) for frame in frames.values() for line in frame["text"])
    source = np.concatenate([np.full(len(frame), name, dtype=object) for name, frame in frames.items()])
    emotion = np.full((len(lines), len(BASIC_EMOTIONS)), np.nan, dtype=np.float32)
    emotion[source == "meld"] = np.stack([shares(label) for label in meld["emotion"]])
    emotion[source == "goemotions"] = np.stack([shares(label) for label in go["ekman"]])
    ei_reg = np.full((len(lines), len(RATED_EMOTIONS)), np.nan, dtype=np.float32)
    columns = [RATED_EMOTIONS.index(Emotion(name)) for name in rated["emotion"]]
    ei_reg[np.flatnonzero(source == "ei_reg"), columns] = rated["intensity"].to_numpy(np.float32)
    present = np.full((len(lines), len(PRESENT_EMOTIONS)), np.nan, dtype=np.float32)
    if "track_b" in frames:
        track_b = frames["track_b"][[emotion.value for emotion in PRESENT_EMOTIONS]]
        present[source == "track_b"] = track_b.to_numpy(np.float32) / TRACK_B_LEVELS
    arousal = np.full(len(lines), np.nan, dtype=np.float32)
    arousal[source == "emobank"] = bank["A"].to_numpy(np.float32)
    scores = np.full(len(lines), np.nan, dtype=np.float32)
    if "distilled" in frames:
        scores[source == "distilled"] = frames["distilled"][SCORE].to_numpy(np.float32)
    dialogue = np.full(len(lines), NO_LINE, dtype=np.int64)
    dialogue[source == "meld"] = meld["dialogue_id"].to_numpy(np.int64)
    return TextSets(lines, source, emotion, ei_reg, present, arousal, scores, dialogue)


def shares(label: str) -> NDArray[np.float32]:
    """A label such as ``"joy"`` or ``"joy|surprise"`` as equal shares of ``BASIC_EMOTIONS``, shape (7,)."""
    names = label.split("|")
    share = np.array([emotion.value in names for emotion in BASIC_EMOTIONS], dtype=np.float32)
    return np.asarray(share / share.sum(), dtype=np.float32)


def _soft_scores(path: Path) -> pd.DataFrame:
    frame = _read(path, TEXT, SCORE)
    scores = pd.to_numeric(frame[SCORE], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~((scores >= 0) & (scores <= 1)))
    if wrong.size:
        raise TableError(
            f"Row {wrong[0] + 2} of {path.name} has the intensity {frame[SCORE].iloc[wrong[0]]!r}; soft "
            "scores are numbers from 0 to 1, as `python -m engine distil` writes them."
        )
    return frame.assign(**{SCORE: scores})


def _read(path: Path, *columns: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise TableError(
            f"{path.name} is missing; --data names the folder with text/{path.name} in it."
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise TableError(f"{path.name} is no CSV in UTF-8 with a header ({error}).") from error
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise TableError(f"{path.name} lacks the columns {', '.join(missing)}.")
    return frame
