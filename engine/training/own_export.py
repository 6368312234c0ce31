"""A project that Dailies exported, as something to learn from: what people said of lines and deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import TableError
from engine.vocabulary import Channel

TABLES: Final = ("clips/ratings.parquet", "ratings.parquet", "ratings.csv", "ratings.jsonl")
"""Where an export keeps its answers: a Hugging Face or Croissant folder, or one of tables."""

LINE: Final = "line"
ACTOR: Final = "actor"
CLIP: Final = "clip_id"
EXPECTED: Final = "rated_expected_intensity"
EXPRESSED: Final = "rated_expressed_intensity"
NEEDED: Final = (
    CLIP,
    LINE,
    ACTOR,
    "language",
    "channel",
    "simulated",
    "purpose",
    "stands",
    EXPECTED,
    EXPRESSED,
)
FILES: Final = ("file_name", "sound_path")
TAUGHT: Final = ("ordinary", "gold_silent")
"""Answers given as any other would be; the right one was not told."""


@dataclass(frozen=True, slots=True)
class RatedLines:
    """Lines and how strong an emotion people say they demand.

    Attributes
    ----------
    lines : tuple of str
        Each once.
    rated : ndarray, shape (n,)
        Mean answer, [0, 1].
    answers : ndarray, shape (n,), int
        How many.
    """

    lines: tuple[str, ...]
    rated: NDArray[np.float64]
    answers: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RatedClips:
    """Clips and how strongly people say the emotion is shown.

    Attributes
    ----------
    paths : tuple of Path
    actors : ndarray, shape (n,), object
        Whom a split must not tear apart; the clip itself where no actor is named.
    rated, answers
        As of :class:`RatedLines`.
    """

    paths: tuple[Path, ...]
    actors: NDArray[np.object_]
    rated: NDArray[np.float64]
    answers: NDArray[np.int64]


def is_export(folder: Path) -> bool:
    """Whether a folder is an export of Dailies."""
    return any((folder / name).is_file() for name in TABLES)


def rated_lines(folder: Path, *, language: str | None = None) -> RatedLines:
    """What people say the lines demand, from answers about the full clip and about the words alone.

    Parameters
    ----------
    language : str, optional
        Only of clips in it.

    Raises
    ------
    TableError
        If the export cannot be read or holds no such answer.
    """
    table = _answers(folder, EXPECTED, (Channel.FULL, Channel.WORDS), language)
    table = table[table[LINE].notna()]
    if table.empty:
        raise TableError(f"{folder.name} holds no answer about what a line demands; have lines rated first.")
    found = table.groupby(LINE, sort=True)[EXPECTED].agg(["mean", "size"])
    return RatedLines(
        lines=tuple(str(line) for line in found.index),
        rated=found["mean"].to_numpy(np.float64),
        answers=found["size"].to_numpy(np.int64),
    )


def rated_clips(folder: Path, *, language: str | None = None) -> RatedClips:
    """What people say performances show, of clips whose files are in the export.

    Raises
    ------
    TableError
        If the export cannot be read, or holds no such answer or no file.
    """
    table = _answers(folder, EXPRESSED, (Channel.FULL, Channel.VOICE), language)
    files = [name for name in FILES if name in table.columns]
    if not files:
        raise TableError(f"{folder.name} holds no clips; export the project with --format huggingface.")
    table = table.assign(file=table[files].bfill(axis=1).iloc[:, 0])
    table = table[table["file"].notna()]
    if table.empty:
        raise TableError(f"{folder.name} holds no rated clip with its file; export it with --media.")
    table = table.assign(group=table[ACTOR].where(table[ACTOR].notna(), table[CLIP]))
    found = table.groupby("file", sort=True).agg(
        mean=(EXPRESSED, "mean"), size=(EXPRESSED, "size"), group=("group", "first")
    )
    paths = tuple(folder / "clips" / str(name) for name in found.index)
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise TableError(f"{missing[0]} is not in clips/ of {folder.name}; export the project again.")
    return RatedClips(
        paths=paths,
        actors=found["group"].to_numpy(object),
        rated=found["mean"].to_numpy(np.float64),
        answers=found["size"].to_numpy(np.int64),
    )


def _answers(folder: Path, column: str, channels: tuple[Channel, ...], language: str | None) -> pd.DataFrame:
    place = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    if place is None:
        raise TableError(f"{folder.name} is no export of Dailies; it needs one of {', '.join(TABLES)}.")
    try:
        table = _read(place)
    except (OSError, ValueError) as error:
        raise TableError(f"{place.name} cannot be read ({error}); export the project again.") from error
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise TableError(f"{place.name} lacks the column {missing[0]}; export the project again.")
    kept = (
        table["stands"].astype(bool)
        & ~table["simulated"].astype(bool)
        & table["channel"].isin([channel.value for channel in channels])
        & table["purpose"].isin(TAUGHT)
        & table[column].notna()
    )
    if language is not None:
        kept &= table["language"] == language
    chosen: pd.DataFrame = table[kept]
    return chosen


def _read(place: Path) -> pd.DataFrame:
    if place.suffix == ".parquet":
        return pd.read_parquet(place)
    if place.suffix == ".csv":
        return pd.read_csv(place)
    return pd.read_json(place, lines=True)
