"""CMU-MOSEI (Bagher Zadeh et al. 2018): opinions from YouTube, as the owners' ``Raw`` folder unpacks.

``Labels/*.csv`` are the crowd's answers (Input.VIDEO_ID, Input.CLIP, Answer.anger … Answer.surprise, 0 to 3);
``Transcript/Segmented/Combined/VIDEO.txt`` has lines ``VIDEO___CLIP___start___end___words``;
``Videos/Segmented/Combined/VIDEO_CLIP.mp4`` is the film. The ``.csd`` files of the owners' SDK hold computed
sequences of the same labels and no film; they are not read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from engine.errors import TableError
from engine.training.corpora.tables import rows_of
from engine.training.corpora.utterance import Corpus, Utterance, dealt, found_file
from engine.vocabulary import Emotion

NAME: Final = "CMU-MOSEI"
LABELS: Final = "Labels"
TRANSCRIPTS: Final = "Transcript/Segmented/Combined"
FILMS: Final = "Videos/Segmented/Combined"
VIDEO, CLIP = "Input.VIDEO_ID", "Input.CLIP"
ANSWERS: Final = {
    "Answer.anger": Emotion.ANGER,
    "Answer.disgust": Emotion.DISGUST,
    "Answer.fear": Emotion.FEAR,
    "Answer.happiness": Emotion.JOY,
    "Answer.sadness": Emotion.SADNESS,
    "Answer.surprise": Emotion.SURPRISE,
}
HIGHEST: Final = 3.0
SEPARATOR: Final = "___"
PARTS: Final = 5
TIED: Final = "several emotions equally strong"

NOTES: Final = (
    "The emotion is the one raters found strongest on average, neutral where they found none; clips with "
    "several equally strong ones are skipped.",
    "Intensity is the mean rating of that emotion, 0 to 3, brought to 0 to 1.",
    "The set names no speakers; a video has one, so folds are by video.",
    "The Labels/*.csv are read; the SDK's .csd files are not.",
    "Licence: research; the films are their makers'.",
)


def fits(folder: Path) -> bool:
    """Whether the folder, or ``Raw`` in it, is laid out as this corpus."""
    root = _root(folder)
    return (root / LABELS).is_dir() and ((root / TRANSCRIPTS).is_dir() or (root / FILMS).is_dir())


def read(folder: Path) -> Corpus:
    """Read every rated clip.

    Raises
    ------
    TableError
        If there is no table of answers, or an answer is no number from 0 to 3.
    """
    root = _root(folder)
    answers = _answers(root)
    words = _words(root / TRANSCRIPTS)
    fold = dealt([video for video, _ in answers])
    found, tied = [], 0
    for (video, clip), rated in sorted(answers.items()):
        emotion, intensity = strongest(rated)
        tied += emotion is None
        found.append(
            Utterance(
                clip=found_file(root / FILMS, f"{video}_{clip}", (".mp4",)),
                speaker=video,
                dialogue=video,
                utterance=f"{video}_{clip}",
                text=words.get((video, clip)),
                emotion=emotion,
                intensity=intensity,
                level=None,
                split=None,
                fold=fold[video],
            )
        )
    return Corpus(NAME, tuple(found), {TIED: tied} if tied else {}, NOTES)


def strongest(rated: Mapping[Emotion, float]) -> tuple[Emotion | None, float]:
    """The emotion of the highest mean rating and its intensity 0 to 1; ``None`` where several share it."""
    top = max(rated.values())
    if top == 0:
        return Emotion.NEUTRAL, 0.0
    best = [emotion for emotion, value in rated.items() if value == top]
    return (best[0] if len(best) == 1 else None), top / HIGHEST


def _root(folder: Path) -> Path:
    return folder / "Raw" if (folder / "Raw").is_dir() else folder


def _answers(root: Path) -> dict[tuple[str, str], dict[Emotion, float]]:
    """Mean ratings of each clip; tables of another kind in the folder are passed over."""
    given: dict[tuple[str, str], list[list[float]]] = {}
    for path in sorted((root / LABELS).glob("*.csv")):
        rows = rows_of(path)
        if not {VIDEO, CLIP, *ANSWERS} <= set(rows[0]):
            continue
        for row in rows:
            given.setdefault((row[VIDEO].strip(), row[CLIP].strip()), []).append(
                [_rating(path, row[column]) for column in ANSWERS]
            )
    if not given:
        raise TableError(
            f"No table with {VIDEO}, {CLIP} and Answer.anger in {LABELS}/ of {root.name}; unpack "
            "CMU_MOSEI.zip."
        )
    return {
        clip: dict(zip(ANSWERS.values(), np.mean(rows, axis=0).tolist(), strict=True))
        for clip, rows in given.items()
    }


def _rating(path: Path, text: str) -> float:
    try:
        value = float(text or 0)  # a box left empty means not present
    except ValueError:
        value = -1.0
    if not 0 <= value <= HIGHEST:
        raise TableError(
            f"{path.name} holds the rating {text!r}, where 0 to 3 belongs; unpack the corpus again."
        )
    return value


def _words(folder: Path) -> dict[tuple[str, str], str]:
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            parts = line.split(SEPARATOR, PARTS - 1)
            if len(parts) == PARTS:
                found[parts[0].strip(), parts[1].strip()] = parts[4].strip()
    return found
