"""One clip of a corpus with what its owners say of it, the same record for every corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.errors import UnknownNameError
from engine.vocabulary import Emotion, emotion_named

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance.

    Attributes
    ----------
    clip : Path or None
        Its film or sound; ``None`` where the file is not there.
    speaker : str
    dialogue : str
        The scene or film it belongs to; a corpus of single sentences has one for each actor.
    utterance : str
        Unlike any other of the corpus.
    text : str or None
    emotion : Emotion or None
        ``None`` where the label means no emotion known here; the corpus counts those.
    intensity : float or None
        As people rated it, 0 to 1.
    level : str or None
        As the director asked for it: ``LO``, ``normal`` …
    split : str or None
        The owners' own: train, dev or test.
    fold : int
        0 to 4; no speaker, or where speakers meet in dialogues no dialogue, is in two.
    """

    clip: Path | None
    speaker: str
    dialogue: str
    utterance: str
    text: str | None
    emotion: Emotion | None
    intensity: float | None
    level: str | None
    split: str | None
    fold: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds.

    Attributes
    ----------
    name : str
    utterances : tuple of Utterance
    skipped : Mapping of str to int
        Labels that mean no emotion known here, and how many utterances bear them.
    notes : tuple of str
        What a reader of figures has to know: where labels come from, what folds keep apart, the licence.
    """

    name: str
    utterances: tuple[Utterance, ...]
    skipped: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def without_media(self) -> int:
        """Utterances whose film or sound is not there."""
        return sum(one.clip is None for one in self.utterances)


@dataclass(slots=True)
class Labels:
    """Emotions by a corpus's own words, counting those that mean none known here.

    Attributes
    ----------
    names : Mapping of str to Emotion
        Words of the corpus beyond those every label set shares.
    skipped : Counter
    """

    names: Mapping[str, Emotion]
    skipped: Counter[str] = field(default_factory=Counter)

    def read(self, label: str) -> Emotion | None:
        """The emotion a label means; ``None``, counted, where there is none."""
        key = label.strip().lower()
        if key in self.names:
            return self.names[key]
        try:
            return emotion_named(key)
        except UnknownNameError:
            self.skipped[label.strip() or "(empty)"] += 1
            return None


def dealt(names: Sequence[str]) -> dict[str, int]:
    """A fold for each name: names in order, dealt out in turn, so that the same tree gives the same folds."""
    return {name: index % FOLDS for index, name in enumerate(sorted(set(names)))}


def found_file(folder: Path, stem: str, suffixes: Sequence[str]) -> Path | None:
    """The first file of that stem with one of the suffixes, in their order."""
    candidates = (folder / f"{stem}{suffix}" for suffix in suffixes)
    return next((path for path in candidates if path.is_file()), None)
