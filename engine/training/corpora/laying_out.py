"""A corpus as its owners ship it, laid out as the data folder that ``train`` and ``evaluate`` read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import soundfile

from engine.errors import MediaError, TableError
from engine.media import Footage
from engine.media.sound import SOUND_RATE_HZ
from engine.training.corpora import cremad, ravdess
from engine.training.corpora.utterance import FOLDS, Corpus, Utterance, dealt
from engine.training.ravdess_names import EMOTION_CODES
from engine.training.voice_set import AUDIO_FOLDER, FOLDS_FILE
from engine.vocabulary import BASIC_EMOTIONS, Emotion

SPOKEN: Final = "03-01"
"""How the name of a recording of speech alone begins in RAVDESS's scheme, which all recordings get."""
STRONG_LEVELS: Final = ("strong", "HI")
CODES: Final = {emotion: code for code, emotion in EMOTION_CODES.items()}
FEW_SENTENCES: Final = (ravdess.NAME, cremad.NAME)
"""Corpora whose actors all say the same dozen sentences: their words say nothing of the emotion."""
HELD_FOLD: Final = FOLDS - 1
"""Becomes the dev part where the owners named none."""
LINE_COLUMNS: Final = ("dialogue_id", "utterance_id", "speaker", "text", "emotion")
FOLD_COLUMNS: Final = ("clip", "actor", "fold")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What was written.

    Attributes
    ----------
    sounds : int
    lines : dict of str to int
        By part: train, dev, test.
    unreadable : tuple of str
        Names of the clips whose sound could not be decoded.
    """

    sounds: int
    lines: dict[str, int]
    unreadable: tuple[str, ...]


def lay_out(corpus: Corpus, out: Path) -> LaidOut:
    """Write sounds, the folds of their speakers, and lines below ``out``; nothing there is written over.

    Sounds become mono FLAC at 16 kHz under RAVDESS's kind of name; lines ``text/meld_train.csv`` and its
    fellows. Labels the systems do not name are left out.

    Raises
    ------
    TableError
        If such files lie there already, or the corpus has neither a sound nor a line that can be used.
    """
    lines = {} if corpus.name in FEW_SENTENCES else _lines_by_part(corpus)
    heard = [one for one in corpus.utterances if one.clip is not None and one.emotion in CODES]
    if not lines and not heard:
        raise TableError(f"Of this {corpus.name} no sound and no line can be used; is it unpacked whole?")
    targets = [out / _line_file(part) for part in lines] + ([out / FOLDS_FILE] if heard else [])
    there = next((path for path in targets if path.exists()), None)
    if there is not None or (heard and any((out / AUDIO_FOLDER).glob("*"))):
        name = AUDIO_FOLDER if there is None else there.relative_to(out).as_posix()
        raise TableError(f"{out.name} holds {name} already; name a folder without it.")
    written, unreadable = _sounds(corpus, heard, out)
    for part, rows in lines.items():
        with _table(out / _line_file(part), LINE_COLUMNS) as writer:
            writer.writerows(rows)
    return LaidOut(written, {part: len(rows) for part, rows in lines.items()}, tuple(unreadable))


def _line_file(part: str) -> str:
    return f"text/meld_{part}.csv"


def _lines_by_part(corpus: Corpus) -> dict[str, list[Sequence[object]]]:
    """Rows of :data:`LINE_COLUMNS`, dialogues numbered through, in the order of speech."""
    numbers = {name: at for at, name in enumerate(dict.fromkeys(one.dialogue for one in corpus.utterances))}
    parts: dict[str, list[Sequence[object]]] = {}
    spoken: dict[str, int] = {}
    for one in corpus.utterances:
        spoken[one.dialogue] = spoken.get(one.dialogue, 0) + 1
        if one.text and one.emotion in BASIC_EMOTIONS:
            part = one.split or ("dev" if one.fold == HELD_FOLD else "train")
            row = (numbers[one.dialogue], spoken[one.dialogue], one.speaker, one.text, one.emotion.value)
            parts.setdefault(part, []).append(row)
    return parts


def _sounds(corpus: Corpus, heard: Sequence[Utterance], out: Path) -> tuple[int, list[str]]:
    actors = {name: at for at, name in enumerate(sorted({one.speaker for one in heard}), start=1)}
    folds = _folds(heard)
    sentences: dict[str, int] = {}
    rows, unreadable = [], []
    if heard:
        (out / AUDIO_FOLDER).mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(heard, start=1):
        assert one.clip is not None
        assert one.emotion is not None
        actor = int(one.speaker) if corpus.name == ravdess.NAME else actors[one.speaker]
        sentence = sentences.setdefault(one.text or one.utterance, len(sentences) + 1)
        stem = _name(corpus.name, one, one.emotion, sentence, number, actor)
        try:
            sound = Footage.open(one.clip).sound
        except MediaError:
            sound = None
        if sound is None:
            unreadable.append(one.clip.name)
            continue
        soundfile.write(out / AUDIO_FOLDER / f"{stem}.flac", sound, SOUND_RATE_HZ)
        rows.append((stem, actor, folds[one.speaker] + 1))
    if rows:
        with _table(out / FOLDS_FILE, FOLD_COLUMNS) as writer:
            writer.writerows(rows)
    return len(rows), unreadable


def _name(corpus: str, one: Utterance, emotion: Emotion, sentence: int, number: int, actor: int) -> str:
    if corpus == ravdess.NAME:
        return f"{SPOKEN}-{one.utterance}"
    strength = "02" if one.level in STRONG_LEVELS else "01"
    return f"{SPOKEN}-{CODES[emotion]}-{strength}-{sentence:02}-{number:05}-{actor:02}"


def _folds(heard: Sequence[Utterance]) -> dict[str, int]:
    """The fold of each speaker: the corpus's own where it keeps speakers apart, else dealt out anew."""
    found: dict[str, set[int]] = {}
    for one in heard:
        found.setdefault(one.speaker, set()).add(one.fold)
    if all(len(folds) == 1 for folds in found.values()):
        return {speaker: folds.pop() for speaker, folds in found.items()}
    return dealt(list(found))


@contextmanager
def _table(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """A CSV that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        yield writer
    partial.replace(path)
