"""RAVDESS (Livingstone & Russo 2018), the full audio-visual tree as its owners ship it.

``Actor_01/03-01-05-02-01-01-01.wav`` (Audio_Speech_Actors_01-24) or
``Video_Speech_Actor_01/Actor_01/01-01-….mp4``, at the root or below folders of these names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.errors import TableError
from engine.training.corpora.utterance import Corpus, Utterance
from engine.training.ravdess_names import ravdess_name

NAME: Final = "RAVDESS"
SUFFIXES: Final = (".mp4", ".wav", ".flac")
ACTOR_FOLDERS: Final = ("Actor_*", "*/Actor_*")
FILM_AND_SOUND, FILM_ALONE, SOUND_ALONE = "01", "02", "03"
SONG: Final = "02"
STATEMENTS: Final = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
FOLD_ACTORS: Final = (
    (2, 5, 14, 15, 16),
    (3, 6, 7, 13, 18),
    (10, 11, 12, 19, 20),
    (8, 17, 21, 23, 24),
    (1, 4, 9, 22),
)
"""Luna-Jiménez et al. 2022."""

NOTES: Final = (
    "Films with sound are preferred; sound alone stands in where a take has no film. Song is left out.",
    "Folds by actor as Luna-Jiménez et al. 2022 drew them.",
    "The set acts two strengths, normal and strong, and rates none: there is a level and no intensity.",
    "Licence: CC BY-NC-SA 4.0, non-commercial.",
)


def fits(folder: Path) -> bool:
    """Whether the folder is laid out as this corpus."""
    return any(path.is_dir() for pattern in ACTOR_FOLDERS for path in folder.glob(pattern))


def read(folder: Path) -> Corpus:
    """Read every take of speech.

    Raises
    ------
    TableError
        If there is none, or a file is not named as the set names files.
    """
    takes: dict[tuple[str, ...], Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES:
            continue
        ravdess_name(path)
        channel, song, *take = path.stem.split("-")
        if song == SONG or channel == FILM_ALONE:
            continue
        kept = takes.get(tuple(take))
        if kept is None or channel == FILM_AND_SOUND:
            takes[tuple(take)] = path
    if not takes:
        raise TableError(
            f"No speech under Actor_01/ … of {folder.name}; unpack Video_Speech_Actor_01.zip or "
            "Audio_Speech_Actors_01-24.zip there."
        )
    return Corpus(NAME, tuple(_utterance(path) for path in takes.values()), {}, NOTES)


def _utterance(path: Path) -> Utterance:
    name = ravdess_name(path)
    fold = next((at for at, actors in enumerate(FOLD_ACTORS) if name.actor in actors), None)
    if fold is None:
        raise TableError(f"{path.name} names actor {name.actor}; the set has the actors 1 to 24.")
    return Utterance(
        clip=path,
        speaker=f"{name.actor:02}",
        dialogue=f"{name.actor:02}",
        utterance="-".join(path.stem.split("-")[2:]),
        text=STATEMENTS.get(name.statement),
        emotion=name.emotion,
        intensity=None,
        level="strong" if name.strong else "normal",
        split=None,
        fold=fold,
    )
