"""Which corpus a folder is, what it holds, and its lines as the table that ``evaluate`` and training read."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from engine.errors import TableError
from engine.training.corpora import cremad, iemocap, meld, mosei, ravdess
from engine.training.corpora.utterance import Corpus

Fits = Callable[[Path], bool]
Read = Callable[[Path], Corpus]

READERS: Final[tuple[tuple[str, Fits, Read], ...]] = (
    (iemocap.NAME, iemocap.fits, iemocap.read),
    (mosei.NAME, mosei.fits, mosei.read),
    (cremad.NAME, cremad.fits, cremad.read),
    (meld.NAME, meld.fits, meld.read),
    (ravdess.NAME, ravdess.fits, ravdess.read),
)
COLUMNS: Final = (
    "clip",
    "text",
    "emotion",
    "intensity",
    "level",
    "speaker",
    "dialogue_id",
    "utterance_id",
    "split",
    "fold",
)


def open_corpus(folder: Path) -> Corpus:
    """Read a folder as whichever corpus it is laid out as.

    Raises
    ------
    TableError
        If it is no folder, is none of the corpora, or cannot be read as the one it looks like.
    """
    if not folder.is_dir():
        raise TableError(f"{folder.name} is no folder; give the folder a corpus was unpacked into.")
    for _, fits, read in READERS:
        if fits(folder):
            return read(folder)
    known = ", ".join(name for name, _, _ in READERS)
    raise TableError(
        f"{folder.name} is laid out as none of {known}; give the folder a corpus was unpacked into, "
        "unchanged."
    )


def contents(corpus: Corpus) -> dict[str, Any]:
    """What a corpus holds, ready for JSON."""
    every = corpus.utterances
    return {
        "corpus": corpus.name,
        "utterances": len(every),
        "without_media": corpus.without_media,
        "with_text": sum(one.text is not None for one in every),
        "with_intensity": sum(one.intensity is not None for one in every),
        "speakers": len({one.speaker for one in every}),
        "dialogues": len({one.dialogue for one in every}),
        "emotions": dict(Counter(one.emotion.value for one in every if one.emotion).most_common()),
        "skipped": dict(corpus.skipped),
        "splits": dict(Counter(one.split for one in every if one.split)),
        "folds": {str(fold + 1): count for fold, count in sorted(Counter(one.fold for one in every).items())},
        "notes": list(corpus.notes),
    }


def write_table(corpus: Corpus, folder: Path, out: Path) -> int:
    """Write the labelled utterances, clips relative to the corpus, as a CSV; returns how many.

    ``evaluate text-emotion`` reads it as it is.
    """
    rows = [one for one in corpus.utterances if one.emotion is not None]
    order = Counter[str]()
    partial = out.with_name(out.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for one in corpus.utterances:
            order[one.dialogue] += 1
            if one.emotion is None:
                continue
            writer.writerow(
                (
                    one.clip.relative_to(folder).as_posix() if one.clip else "",
                    one.text or "",
                    one.emotion.value,
                    "" if one.intensity is None else round(one.intensity, 4),
                    one.level or "",
                    one.speaker,
                    one.dialogue,
                    order[one.dialogue],
                    one.split or "",
                    one.fold + 1,
                )
            )
    partial.replace(out)
    return len(rows)
