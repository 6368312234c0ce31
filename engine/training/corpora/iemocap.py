"""IEMOCAP (Busso et al. 2008): dialogues of two actors, five sessions, as its owners ship the full release.

``Session1/dialog/EmoEvaluation/Ses01F_impro01.txt`` names time, turn, emotion, and how it was rated;
``Session1/dialog/transcriptions/Ses01F_impro01.txt`` the words;
``Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav`` is the turn's sound.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from engine.errors import TableError
from engine.training.corpora.utterance import Corpus, Labels, Utterance
from engine.vocabulary import Emotion

NAME: Final = "IEMOCAP"
EVALUATION: Final = "dialog/EmoEvaluation"
TRANSCRIPTIONS: Final = "dialog/transcriptions"
SENTENCES: Final = "sentences/wav"

LABELS: Final = {
    "neu": Emotion.NEUTRAL,
    "hap": Emotion.JOY,
    "exc": Emotion.JOY,
    "ang": Emotion.ANGER,
    "sad": Emotion.SADNESS,
    "fea": Emotion.FEAR,
    "dis": Emotion.DISGUST,
    "sur": Emotion.SURPRISE,
}
"""Excitement counts as happiness, as is usual; ``fru`` (frustration), ``oth`` and ``xxx`` (raters disagree)
mean no emotion known here."""

TURN: Final = re.compile(r"^\[\s*([\d.]+)\s*-\s*([\d.]+)\s*\]\s+(\S+)\s+(\w+)\s+\[([^\]]*)\]")
WORDS: Final = re.compile(r"^(Ses\d\d[FM]_\S+)\s+\[[^\]]*\]:\s*(.*)$")
SPEAKER: Final = re.compile(r"^Ses(\d\d)[FM]_.*_([FM])(?:XX)?\d+$")
RATED_FROM, RATED_TO = 1.0, 5.0
"""Ends of the scale on which arousal (activation) was rated."""

NOTES: Final = (
    "Intensity is the mean rated activation, 1 to 5, brought to 0 to 1.",
    "Folds are the sessions: each has two actors of its own.",
    "Licence: from the University of Southern California on request, research only.",
)


def fits(folder: Path) -> bool:
    """Whether the folder is laid out as this corpus."""
    return any(folder.glob(f"Session*/{EVALUATION}"))


def read(folder: Path) -> Corpus:
    """Read the labelled turns.

    Raises
    ------
    TableError
        If there is no labelled turn, or a line of an evaluation file cannot be read.
    """
    labels, found = Labels(LABELS), []
    for session in sorted(folder.glob("Session*")):
        for file in sorted((session / EVALUATION).glob("Ses*.txt")):
            words = _words(session / TRANSCRIPTIONS / file.name)
            for line in _text(file).split("\n"):
                turn = TURN.match(line)
                if turn is None:
                    continue  # the header, the single raters' lines (C-E1: …) and blanks
                found.append(_utterance(session, file, turn, words, labels))
    if not found:
        raise TableError(
            f"No labelled turn under Session*/{EVALUATION}/ of {folder.name}; give the folder of the "
            "full release."
        )
    return Corpus(NAME, tuple(found), dict(labels.skipped), NOTES)


def _utterance(
    session: Path, file: Path, turn: re.Match[str], words: dict[str, str], labels: Labels
) -> Utterance:
    name, label, rated = turn[3], turn[4], turn[5]
    who = SPEAKER.match(name)
    try:
        _, activation, _ = (float(value) for value in rated.split(","))
    except ValueError:
        raise TableError(
            f"{file.name} rates {name} with [{rated}], where three numbers belong; unpack the corpus again."
        ) from None
    if who is None:
        raise TableError(
            f"{file.name} names a turn {name}, not such as Ses01F_impro01_F000; unpack it again."
        )
    clip = session / SENTENCES / file.stem / f"{name}.wav"
    return Utterance(
        clip=clip if clip.is_file() else None,
        speaker=f"Ses{who[1]}{who[2]}",
        dialogue=file.stem,
        utterance=name,
        text=words.get(name),
        emotion=labels.read(label),
        intensity=min(1.0, max(0.0, (activation - RATED_FROM) / (RATED_TO - RATED_FROM))),
        level=None,
        split=None,
        fold=int(who[1]) - 1,
    )


def _words(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    return {found[1]: found[2].strip() for line in _text(path).split("\n") if (found := WORDS.match(line))}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
