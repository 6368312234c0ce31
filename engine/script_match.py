"""What was said against what the script says: words missed, changed and added."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

import jiwer
import numpy as np

from engine.analysis import ScriptMatch, SpokenWord
from engine.features.words import split_words

TRUSTED_WER: Final = 0.5
"""Above this the recogniser heard another text, and its times say nothing of the script's words."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A script and what was heard, word by word.

    Attributes
    ----------
    match : ScriptMatch
    line_times : tuple of SpokenWord or None
        The script's own words at the times they were heard; ``None`` where too few were.
    """

    match: ScriptMatch
    line_times: tuple[SpokenWord, ...] | None


def compare(line: str, heard: Sequence[SpokenWord]) -> Comparison | None:
    """Align a line with what was heard, with the fewest words missed, changed and added.

    Case, punctuation and emoji do not count; ``4`` and ``four`` are two words.

    Parameters
    ----------
    line : str
        What the script says.
    heard : sequence of SpokenWord
        What was recognised, in order.

    Returns
    -------
    Comparison or None
        ``None`` where the line has no words that can be said.

    References
    ----------
    Levenshtein (1966); the word error rate is (missed + changed + added) / words of the script.
    """
    script = split_words(line)
    spoken = [index for index, word in enumerate(script) if _bare(word)]
    if not spoken:
        return None
    said = [(word, part) for word in heard for part in split_words(word.text) if _bare(part)]
    output = jiwer.process_words(
        " ".join(_bare(script[index]) for index in spoken), " ".join(_bare(part) for _, part in said)
    )
    missed: list[str] = []
    changed: list[tuple[str, str]] = []
    added: list[str] = []
    places: list[SpokenWord | None] = [None] * len(script)
    for piece in output.alignments[0]:
        ours = spoken[piece.ref_start_idx : piece.ref_end_idx]
        theirs = said[piece.hyp_start_idx : piece.hyp_end_idx]
        if piece.type == "delete":
            missed += [script[index] for index in ours]
        elif piece.type == "insert":
            added += [part for _, part in theirs]
        else:
            for index, (place, part) in zip(ours, theirs, strict=True):
                places[index] = place
                if piece.type == "substitute":
                    changed.append((script[index], part))
    match = ScriptMatch(float(output.wer), tuple(missed), tuple(changed), tuple(added))
    return Comparison(match, _timed(script, places) if match.wer <= TRUSTED_WER else None)


def _bare(word: str) -> str:
    """A word's letters and digits, without case and without different ways to write the same sign."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LNM")


def _timed(script: Sequence[str], places: Sequence[SpokenWord | None]) -> tuple[SpokenWord, ...]:
    """The script's words in time; those that were not heard share the time between their neighbours."""
    timed: list[SpokenWord] = []
    for is_missed, run in groupby(range(len(script)), key=lambda index: places[index] is None):
        indices = list(run)
        if is_missed:
            after = places[indices[-1] + 1] if indices[-1] + 1 < len(script) else None
            until = None if after is None else after.start_s
            since = timed[-1].end_s if timed else until or 0.0
            edges = np.linspace(since, max(since, since if until is None else until), len(indices) + 1)
            spans = pairwise(edges.tolist())
            timed += [SpokenWord(script[i], *span, 0.0) for i, span in zip(indices, spans, strict=True)]
        else:
            timed += [replace(place, text=script[i]) for i in indices if (place := places[i]) is not None]
    return tuple(timed)
