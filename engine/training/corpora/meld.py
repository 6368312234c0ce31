"""MELD (Poria et al. 2019): lines of *Friends*, as ``MELD.Raw`` unpacks.

``train_sent_emo.csv`` (at the root or in ``train/``) beside ``train_splits/dia0_utt0.mp4``, and the same for
dev (``dev_splits_complete``) and test (``output_repeated_splits_test``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import TableError
from engine.training.corpora.tables import rows_of, whole
from engine.training.corpora.utterance import Corpus, Labels, Utterance, dealt, found_file
from engine.vocabulary import Emotion

NAME: Final = "MELD"
SPLITS: Final = {
    "train": "train_splits",
    "dev": "dev_splits_complete",
    "test": "output_repeated_splits_test",
}
"""Each part of the corpus and the owners' name of the folder with its films."""
COLUMNS: Final = ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID")
LABELS: Final = {"joy": Emotion.JOY}
MENDED: Final = {"\x92": "’", "\x91": "‘", "\x93": "“", "\x94": "”", "\x85": "…", "\x97": "—", "\x96": "–"}
"""Windows-1252 signs that the published tables carry as control characters."""

NOTES: Final = (
    "The owners' split by dialogue is kept; folds are by dialogue within it.",
    "The films are cut at subtitle times and hold several people; some are missing or hours long in the "
    "published archive.",
    "Licence: repository GPL-3.0, research.",
)


def fits(folder: Path) -> bool:
    """Whether the folder is laid out as this corpus."""
    return any(_table(folder, split) for split in SPLITS)


def read(folder: Path) -> Corpus:
    """Read every part that is there.

    Raises
    ------
    TableError
        If no table is there, or one lacks a column or holds a bad number.
    """
    labels, found = Labels(LABELS), []
    for split in SPLITS:
        table = _table(folder, split)
        if table is None:
            continue
        rows = rows_of(table, *COLUMNS)
        numbers = [(whole(table, row, "Dialogue_ID"), whole(table, row, "Utterance_ID")) for row in rows]
        fold = dealt([f"{dialogue:05}" for dialogue, _ in numbers])
        media = _media(folder, split)
        for row, (dialogue, utterance) in zip(rows, numbers, strict=True):
            stem = f"dia{dialogue}_utt{utterance}"
            found.append(
                Utterance(
                    clip=found_file(media, stem, (".mp4",)) if media else None,
                    speaker=row["Speaker"].strip(),
                    dialogue=f"{split} {dialogue}",
                    utterance=f"{split} {stem}",
                    text=_mended(row["Utterance"]),
                    emotion=labels.read(row["Emotion"]),
                    intensity=None,
                    level=None,
                    split=split,
                    fold=fold[f"{dialogue:05}"],
                )
            )
    if not found:
        raise TableError(
            f"No train_sent_emo.csv, dev_… or test_… in {folder.name}; give the folder MELD.Raw."
        )
    return Corpus(NAME, tuple(found), dict(labels.skipped), NOTES)


def _table(folder: Path, split: str) -> Path | None:
    name = f"{split}_sent_emo.csv"
    return next((path for path in (folder / name, folder / split / name) if path.is_file()), None)


def _media(folder: Path, split: str) -> Path | None:
    inner = SPLITS[split]
    places = (folder / split / inner, folder / inner, folder / split / split / inner)
    return next((path for path in places if path.is_dir()), None)


def _mended(text: str) -> str:
    for sign, meant in MENDED.items():
        text = text.replace(sign, meant)
    return text.strip()
