"""Votes as CREMA-D publishes them, and lines as MELD does.

CREMA-D (Cao et al. 2014): ``finishedResponses.csv`` (a row for each response: localid, clipName, queryType,
respEmo, respLevel) or tabulated votes (a row for each clip and channel: A, D, F, H, N, S and mean levels).
MELD (Poria et al. 2019): Utterance, Speaker, Emotion, Dialogue_ID, Utterance_ID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from dashboard.services.foreign import ForeignAnswer, ForeignFacts
from dashboard.services.foreign_records import BadCellError, ForeignRow
from engine.training.corpora.cremad import CLIP, FULL_LEVEL, LABELS, SENTENCES
from engine.training.corpora.meld import MENDED
from engine.vocabulary import Channel, Emotion

VOTES: Final = {
    "A": Emotion.ANGER,
    "D": Emotion.DISGUST,
    "F": Emotion.FEAR,
    "H": Emotion.JOY,
    "N": Emotion.NEUTRAL,
    "S": Emotion.SADNESS,
}
LEVEL_COLUMNS: Final = {
    "A": "meanangerresp",
    "D": "meandisgustresp",
    "F": "meanfearresp",
    "H": "meanhappyresp",
    "N": "meanneutralresp",
    "S": "meansadresp",
}
QUERY_TYPES: Final = {"1": Channel.VOICE, "2": Channel.FACE, "3": Channel.FULL}
CHANNEL_NAMES: Final = {
    "voice": Channel.VOICE,
    "voicevote": Channel.VOICE,
    "face": Channel.FACE,
    "audio_visual": Channel.FULL,
    "multimodal": Channel.FULL,
    "full": Channel.FULL,
}
CLIP_ENDINGS: Final = (".flv", ".mp4", ".wav", ".mov", ".webm")
MOST_VOTES: Final = 1000
MELD_RATER: Final = "MELD annotators"
CREMAD_RATER: Final = "CREMA-D"

VOTES_NOTE: Final = (
    "Votes are counted without names: vote 1 of every clip stands under one name, vote 2 under another. What "
    "is said of single raters (severity, steadiness) means nothing here."
)


def are_responses(columns: Iterable[str]) -> bool:
    """Whether these are the columns of CREMA-D's single responses."""
    return {"clipname", "respemo", "localid"} <= set(columns)


def are_votes(columns: Iterable[str]) -> bool:
    """Whether these are the columns of votes by clip."""
    names = set(columns)
    return {"a", "d", "f", "h", "n", "s"} <= names and bool(names & {"clip", "filename", "clipname"})


def are_lines(columns: Iterable[str]) -> bool:
    """Whether these are MELD's columns."""
    names = set(columns)
    return {"dialogue_id", "utterance_id", "speaker"} <= names and bool(names & {"utterance", "text"})


def response(row: ForeignRow) -> Iterator[ForeignAnswer]:
    """A single response to a CREMA-D clip."""
    who, told = row.text("localid"), (row.text("respemo") or "").strip().upper()
    if who is None:
        raise BadCellError(f"{row.where}: nobody is named in the column localid; say who answered.")
    if told not in VOTES:
        raise row.refusal("respemo", f"it must be one of {', '.join(VOTES)}")
    query = row.text("querytype") or "3"
    if query not in QUERY_TYPES:
        raise row.refusal("querytype", "it must be 1 (voice), 2 (face) or 3 (both)")
    level = row.number("resplevel", low=0, high=FULL_LEVEL)
    yield ForeignAnswer(
        where=row.where,
        clips=_names(_clip(row)),
        rater=f"{CREMAD_RATER} {who}",
        emotion=VOTES[told],
        expressed_intensity=None if level is None else level / FULL_LEVEL,
        channel=QUERY_TYPES[query],
        own_id=f"{query}-{row.text('pos') or ''}-{row.text('questnum') or ''}",
    )


def votes(row: ForeignRow) -> Iterator[ForeignAnswer]:
    """Every vote on a CREMA-D clip in one channel; its level is the mean of those who voted alike."""
    told = (row.text("channel") or "full").strip().lower()
    if told not in CHANNEL_NAMES:
        raise row.refusal("channel", f"it must be one of {', '.join(CHANNEL_NAMES)}")
    number = 0
    for letter, emotion in VOTES.items():
        count = row.number(letter.lower(), low=0, high=MOST_VOTES) or 0
        if not float(count).is_integer():
            raise row.refusal(letter.lower(), "votes are counted in whole numbers")
        level = row.number(LEVEL_COLUMNS[letter], low=-1, high=FULL_LEVEL)  # -1: nobody chose it
        for _ in range(int(count)):
            number += 1
            yield ForeignAnswer(
                where=row.where,
                clips=_names(_clip(row)),
                rater=f"{CREMAD_RATER} vote {number}",
                emotion=emotion,
                expressed_intensity=None if level is None or level < 0 else level / FULL_LEVEL,
                channel=CHANNEL_NAMES[told],
            )


def cremad_facts(row: ForeignRow) -> ForeignFacts:
    """What the name of a CREMA-D clip says."""
    stem = _clip(row)
    parts = CLIP.match(stem)
    if parts is None:
        return ForeignFacts(row.where, _names(stem))
    actor, sentence, emotion, _ = parts.groups()
    return ForeignFacts(
        row.where,
        _names(stem),
        line=SENTENCES.get(sentence),
        actor=actor,
        directed_emotion=LABELS.get(emotion.lower()),
    )


def meld_answer(row: ForeignRow) -> Iterator[ForeignAnswer]:
    """The emotion that MELD's annotators agreed on."""
    emotion = row.emotion("emotion")
    if emotion is not None:
        yield ForeignAnswer(where=row.where, clips=_meld_clip(row), rater=MELD_RATER, emotion=emotion)


def meld_facts(row: ForeignRow) -> ForeignFacts:
    """Line and speaker of a MELD clip."""
    text = row.text("utterance", "text") or ""
    for sign, meant in MENDED.items():
        text = text.replace(sign, meant)
    return ForeignFacts(
        row.where, _meld_clip(row), line=" ".join(text.split()) or None, actor=row.text("speaker")
    )


def _meld_clip(row: ForeignRow) -> tuple[str, ...]:
    numbers = [row.number(name, low=0) for name in ("dialogue_id", "utterance_id")]
    if None in numbers or not all(float(number or 0).is_integer() for number in numbers):
        raise BadCellError(f"{row.where}: dialogue_id and utterance_id must be whole numbers.")
    dialogue, utterance = (int(number or 0) for number in numbers)
    return (f"dia{dialogue}_utt{utterance}.mp4",)


def _clip(row: ForeignRow) -> str:
    told = row.text("clipname", "clip", "filename")
    if told is None:
        raise BadCellError(f"{row.where}: no clip is named; give its name without the ending.")
    return told.strip().rsplit(".", 1)[0] if told.lower().endswith(CLIP_ENDINGS) else told.strip()


def _names(stem: str) -> tuple[str, ...]:
    return tuple(stem + ending for ending in CLIP_ENDINGS)


AnswersOf = Callable[[ForeignRow], Iterator[ForeignAnswer]]
FactsOf = Callable[[ForeignRow], ForeignFacts]
