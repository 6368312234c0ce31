"""A line as it is spoken: contractions written out, sounds that are no words named.

The word states of "don't" and "do not" differ although the mouth means the same; a transcript's
"[laughs]" is no word of the line but says much about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.features.words import split_words

_ENDINGS: Final = {
    "n't": "not",
    "'re": "are",
    "'ve": "have",
    "'ll": "will",
    "'d": "would",
    "'m": "am",
}
_WHOLE: Final = {
    "can't": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "it's": "it is",
    "that's": "that is",
    "what's": "what is",
    "there's": "there is",
    "here's": "here is",
    "he's": "he is",
    "she's": "she is",
    "who's": "who is",
    "where's": "where is",
    "how's": "how is",
    "let's": "let us",
    "y'all": "you all",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "gimme": "give me",
    "lemme": "let me",
}
"""'s stands for a possession as often as for "is", so only these are written out."""

_QUOTES: Final = str.maketrans({"’": "'", "‘": "'"})
_SOUND: Final = re.compile(r"[\[(*]\s*([a-z]+)(?:\s+[a-z]+)?\s*[\])*]", re.IGNORECASE)
SILENCE, BREATHING, LAUGHTER = "silence", "breathing", "laughter"
_SOUNDS: Final = {
    **dict.fromkeys(("silence", "pause", "beat", "silent"), SILENCE),
    **dict.fromkeys(("breath", "breathing", "breathes", "sigh", "sighs", "gasp", "gasps"), BREATHING),
    **dict.fromkeys(("laughter", "laugh", "laughs", "laughing", "giggles", "chuckles"), LAUGHTER),
}
"""What transcripts write in brackets, and the token it is read as."""


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """A line as it is spoken.

    Attributes
    ----------
    words : tuple of str
        As written, bracketed sounds as their tokens.
    spoken : tuple of str
        The words written out.
    owner : tuple of int
        For each spoken word the number of the written one it comes from.
    """

    words: tuple[str, ...]
    spoken: tuple[str, ...]
    owner: tuple[int, ...]


def spoken_form(line: str) -> SpokenForm:
    """Write out the contractions of a line and name its sounds.

    "[laughs]", "(sighs)" and "*pause*" become the tokens laughter, breathing and silence; what stands in
    brackets otherwise stays as it is.
    """
    words = split_words(_SOUND.sub(_token, line))
    spoken: list[str] = []
    owner: list[int] = []
    for number, word in enumerate(words):
        parts = _expanded(word)
        spoken += parts
        owner += [number] * len(parts)
    return SpokenForm(words, tuple(spoken), tuple(owner))


def _token(found: re.Match[str]) -> str:
    return _SOUNDS.get(found[1].lower(), found[0])


def _expanded(word: str) -> list[str]:
    core = re.match(r"^(\W*)(.*?)(\W*)$", word.translate(_QUOTES), re.DOTALL)
    if core is None:
        return [word]
    before, middle, after = core.groups()
    lower = middle.lower()
    if lower in _WHOLE:
        parts = _WHOLE[lower].split()
    else:
        ending = next((end for end in _ENDINGS if lower.endswith(end) and len(lower) > len(end)), None)
        if ending is None:
            return [word]
        parts = [middle[: -len(ending)], _ENDINGS[ending]]
    if middle[:1].isupper():
        parts[0] = parts[0][:1].upper() + parts[0][1:]
    return (
        [before + parts[0], *parts[1:-1], parts[-1] + after]
        if len(parts) > 1
        else [before + parts[0] + after]
    )
