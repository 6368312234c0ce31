"""CREMA-D (Cao et al. 2014): 91 actors speak twelve sentences, as its repository ships it.

``AudioWAV/1001_DFA_ANG_XX.wav`` or ``VideoFlash/1001_DFA_ANG_XX.flv``, ``VideoDemographics.csv`` (ActorID …),
``SentenceFilenames.csv`` (Filename), and where it is there ``processedResults/summaryTable.csv`` (FileName,
MultiModalVote, MultiModalLevel …), which holds what the crowd saw.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from engine.errors import TableError
from engine.training.corpora.tables import rows_of
from engine.training.corpora.utterance import Corpus, Labels, Utterance, dealt, found_file
from engine.vocabulary import Emotion

NAME: Final = "CREMA-D"
SOUND: Final = "AudioWAV"
FILM: Final = "VideoFlash"
DEMOGRAPHICS: Final = "VideoDemographics.csv"
FILE_NAMES: Final = "SentenceFilenames.csv"
CROWD: Final = "processedResults/summaryTable.csv"

CLIP: Final = re.compile(r"^(\d{4})_([A-Z]{3})_([A-Z]{3})_([A-Z]{1,2})$")
LABELS: Final = {
    "ang": Emotion.ANGER,
    "dis": Emotion.DISGUST,
    "fea": Emotion.FEAR,
    "hap": Emotion.JOY,
    "neu": Emotion.NEUTRAL,
    "sad": Emotion.SADNESS,
}
SENTENCES: Final = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
FULL_LEVEL: Final = 100.0

NOTES: Final = (
    "The emotion is the one the director asked for; the level likewise (LO, MD, HI; XX unspecified).",
    (
        "Intensity is the crowd's mean level of what it saw and heard, where "
        "processedResults/summaryTable.csv is there."
    ),
    "Folds are by actor.",
    "Licence: Open Database License 1.0.",
)


def fits(folder: Path) -> bool:
    """Whether the folder is laid out as this corpus."""
    return (folder / DEMOGRAPHICS).is_file() and ((folder / SOUND).is_dir() or (folder / FILM).is_dir())


def read(folder: Path) -> Corpus:
    """Read the clips that ``SentenceFilenames.csv`` names, or else those that are there.

    Raises
    ------
    TableError
        If a table or every clip is missing, or a name does not follow the scheme.
    """
    actors = {row["ActorID"].strip() for row in rows_of(folder / DEMOGRAPHICS, "ActorID")}
    rated = _rated(folder / CROWD)
    fold = dealt(sorted(actors))
    labels, found = Labels(LABELS), []
    for stem in _stems(folder):
        parts = CLIP.match(stem)
        if parts is None:
            raise TableError(f"{stem} is not named as CREMA-D names clips (1001_DFA_ANG_XX); leave it out.")
        actor, sentence, emotion, level = parts.groups()
        if actor not in actors:
            raise TableError(
                f"{DEMOGRAPHICS} does not know actor {actor} of {stem}; use the corpus's own table."
            )
        film = found_file(folder / FILM, stem, (".flv", ".mp4"))
        found.append(
            Utterance(
                clip=film or found_file(folder / SOUND, stem, (".wav",)),
                speaker=actor,
                dialogue=actor,
                utterance=stem,
                text=SENTENCES.get(sentence),
                emotion=labels.read(emotion),
                intensity=rated.get(stem),
                level=None if level.startswith("X") else level,
                split=None,
                fold=fold[actor],
            )
        )
    return Corpus(NAME, tuple(found), dict(labels.skipped), NOTES)


def _stems(folder: Path) -> list[str]:
    table = folder / FILE_NAMES
    if table.is_file():
        return sorted({row["Filename"].strip() for row in rows_of(table, "Filename")})
    files = [*(folder / SOUND).glob("*.wav"), *(folder / FILM).glob("*.flv")]
    if not files:
        raise TableError(f"No clip in {SOUND}/ or {FILM}/ of {folder.name}; fetch them with git lfs pull.")
    return sorted({file.stem for file in files})


def _rated(path: Path) -> dict[str, float]:
    """Mean level by clip, 0 to 1; where two emotions were chosen equally often the first one's level."""
    if not path.is_file():
        return {}
    found = {}
    for row in rows_of(path, "FileName", "MultiModalLevel"):
        try:
            found[row["FileName"].strip()] = float(row["MultiModalLevel"].split(":")[0]) / FULL_LEVEL
        except ValueError:
            continue  # NA: nobody rated it
    return found
