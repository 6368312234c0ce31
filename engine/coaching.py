"""What in a take's measured curves stands behind its gap: findings with times, nothing in words.

Each finding rests on a curve of the :class:`~engine.analysis.Analysis`; what was not measured is not found.
The borders were set by looking at the nine demo takes and are not learned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from engine.analysis import Analysis, ModalityReading
from engine.vocabulary import Emotion, Modality, Verdict

CLEAR: Final = 0.1
"""Two intensities this far apart differ: half a unit of the gap's scale."""
READABLE: Final = 0.4
"""Below this trust nothing is said of a modality but that it can hardly be read."""
STILL_SD: Final = 0.8
"""A face nearer to its rest than this, in standard deviations of faces at rest, hardly moves: the drawn faces
at rest lie at 0.5, those at work above 1."""
BLINK_INSTANTS: Final = 5
"""A median over so many instants takes a blink away and leaves an expression."""
STILL_SHARE: Final = 0.35
"""So much of the spoken stretch must be still before it is worth a word."""
SPEECH_DB: Final = -25.0
"""What lies further under the speech level is no speech."""
FEWEST_INSTANTS: Final = 8
FLAT_SEMITONES: Final = 4.0
"""From the 10th to the 90th percentile of the pitch; the weak demo takes have about 3, the others 5 to 6."""
FADE_DB: Final = 5.0
"""By so much the last third of the speech is quieter than the first; a sentence's own fall is 2 to 3 dB."""
JUMP_DB: Final = 9.0
JUMP_INSTANTS: Final = 6
"""A rise of loudness from so many instants to the next as many: from phrase to phrase, not by syllables."""
TELLING: Final = 1.5
"""A word that weighs this many times the line's average is its heaviest worth naming."""
APART_S: Final = 0.6
"""So far from the heaviest word the delivery's peak is somewhere else."""
SURE: Final = 0.35
"""Confidence from which an emotion is held against another."""


class Finding(StrEnum):
    """What can be found."""

    VOICE_CARRIES = "voice_carries"
    FACE_CARRIES = "face_carries"
    BOTH_SHORT = "both_short"
    FACE_STILL = "face_still"
    FACE_STILL_AFTER = "face_still_after"
    VOICE_CARRIES_FACE_STILL = "voice_carries_face_still"
    VOICE_CARRIES_FACE_STILL_AFTER = "voice_carries_face_still_after"
    VOICE_FLAT = "voice_flat"
    VOICE_FADES = "voice_fades"
    ELSEWHERE = "elsewhere"
    OTHER_EMOTION = "other_emotion"
    VOICE_BEYOND = "voice_beyond"
    FACE_BEYOND = "face_beyond"
    BOTH_BEYOND = "both_beyond"
    VOICE_JUMPS = "voice_jumps"
    FACE_MOST = "face_most"
    HITS = "hits"
    FACE_UNREAD = "face_unread"
    VOICE_UNREAD = "voice_unread"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    Attributes
    ----------
    time_s : float or None
        When; seconds from the take's start.
    value : float or None
        Semitones or decibels, as the finding is about.
    word : str or None
        The line's word that is meant.
    word_s : float or None
        When that word is said.
    asked, shown : Emotion or None
        What the line reads as and what the delivery looks like.
    """

    finding: Finding
    time_s: float | None = None
    value: float | None = None
    word: str | None = None
    word_s: float | None = None
    asked: Emotion | None = None
    shown: Emotion | None = None


def findings(analysis: Analysis, verdict: Verdict | None) -> tuple[Found, ...]:
    """What stands behind a verdict, the most telling first.

    Parameters
    ----------
    verdict : Verdict or None
        Under the policy in force, which may not be the one the analysis was judged by.
    """
    unread = tuple(_unread(analysis))
    if verdict is None or analysis.expected_intensity is None:
        return unread
    ways = {Verdict.UNDER: _under, Verdict.OVER: _over, Verdict.CORRECT: _right}
    return (*ways[verdict](analysis), *_emotion(analysis), *unread)


def _unread(analysis: Analysis) -> Iterator[Found]:
    for modality, finding in (
        (Modality.FACE, Finding.FACE_UNREAD),
        (Modality.VOICE, Finding.VOICE_UNREAD),
    ):
        if _read(analysis, modality) is None:
            yield Found(finding)


def _under(analysis: Analysis) -> Iterator[Found]:
    voice, face = _against(analysis, Modality.VOICE), _against(analysis, Modality.FACE)
    still = _still(analysis) if face is not None else None
    if voice is not None and face is not None and voice >= -CLEAR > face:
        if still is None:
            yield Found(Finding.VOICE_CARRIES)
        elif still.finding is Finding.FACE_STILL:
            yield Found(Finding.VOICE_CARRIES_FACE_STILL)
        else:
            yield Found(Finding.VOICE_CARRIES_FACE_STILL_AFTER, time_s=still.time_s)
    elif voice is not None and face is not None and face >= -CLEAR > voice:
        yield Found(Finding.FACE_CARRIES)
    else:
        if voice is not None and face is not None:
            yield Found(Finding.BOTH_SHORT)
        if still is not None:
            yield still
    yield from _flat(analysis)
    yield from _fading(analysis)
    yield from _elsewhere(analysis)


def _over(analysis: Analysis) -> Iterator[Found]:
    voice, face = _against(analysis, Modality.VOICE), _against(analysis, Modality.FACE)
    above = [
        finding
        for finding, by in ((Finding.VOICE_BEYOND, voice), (Finding.FACE_BEYOND, face))
        if by is not None and by > CLEAR
    ]
    if len(above) == 1:
        yield Found(above[0])
    elif above:
        yield Found(Finding.BOTH_BEYOND)
    if Finding.VOICE_BEYOND in above or not above:
        yield from _jump(analysis)
    if Finding.FACE_BEYOND in above or not above:
        yield from _most(analysis)


def _right(analysis: Analysis) -> Iterator[Found]:
    if analysis.peaks:
        peak = max(analysis.peaks, key=lambda each: each.weight)
        yield Found(Finding.HITS, time_s=peak.time_s, word=peak.word)
    yield from _elsewhere(analysis)


def _read(analysis: Analysis, modality: Modality) -> ModalityReading | None:
    reading = analysis.modalities.get(modality)
    return reading if reading is not None and reading.trust >= READABLE else None


def _against(analysis: Analysis, modality: Modality) -> float | None:
    """How far a modality's own intensity lies over what the line asks for."""
    reading = _read(analysis, modality)
    if reading is None or reading.intensity is None or analysis.expected_intensity is None:
        return None
    return reading.intensity - analysis.expected_intensity


def _still(analysis: Analysis) -> Found | None:
    """From when on the face hardly moves while the line is still being said."""
    movement, times = _array(analysis.curves.face_movement), _array(analysis.attention_times_s)
    seen = np.flatnonzero(_spoken(analysis) & np.isfinite(movement))
    if seen.size < FEWEST_INSTANTS:
        return None
    smooth = median_filter(movement[seen], size=BLINK_INSTANTS, mode="nearest")
    moving = np.flatnonzero(smooth >= STILL_SD)
    if not moving.size:
        return Found(Finding.FACE_STILL)
    first_still = int(moving[-1]) + 1
    if seen.size - first_still < STILL_SHARE * seen.size:
        return None
    return Found(Finding.FACE_STILL_AFTER, time_s=float(times[seen[first_still]]))


def _flat(analysis: Analysis) -> Iterator[Found]:
    pitch = _array(analysis.curves.pitch_hz)
    voiced = pitch[np.isfinite(pitch) & (pitch > 0)]
    if voiced.size < FEWEST_INSTANTS or _read(analysis, Modality.VOICE) is None:
        return
    low, high = np.percentile(voiced, [10, 90])
    if (span := float(12 * np.log2(high / low))) < FLAT_SEMITONES:
        yield Found(Finding.VOICE_FLAT, value=span)


def _fading(analysis: Analysis) -> Iterator[Found]:
    loudness, times = _array(analysis.curves.loudness_db), _array(analysis.attention_times_s)
    spoken = np.flatnonzero(_spoken(analysis))
    if spoken.size < 2 * FEWEST_INSTANTS or _read(analysis, Modality.VOICE) is None:
        return
    parts = np.array_split(spoken, 3)
    first, last = _level(loudness[parts[0]]), _level(loudness[parts[2]])
    if first - last > FADE_DB:
        yield Found(Finding.VOICE_FADES, time_s=float(times[parts[2][0]]), value=first - last)


def _jump(analysis: Analysis) -> Iterator[Found]:
    loudness, times = _array(analysis.curves.loudness_db), _array(analysis.attention_times_s)
    spoken = np.flatnonzero(_spoken(analysis))
    if spoken.size < 2 * JUMP_INSTANTS or _read(analysis, Modality.VOICE) is None:
        return
    heard = loudness[spoken]
    places = np.arange(JUMP_INSTANTS, heard.size - JUMP_INSTANTS + 1)
    rises = [
        _level(heard[place : place + JUMP_INSTANTS]) - _level(heard[place - JUMP_INSTANTS : place])
        for place in places
    ]
    if max(rises) > JUMP_DB:
        place = int(places[int(np.argmax(rises))])
        yield Found(Finding.VOICE_JUMPS, time_s=float(times[spoken[place]]), value=max(rises))


def _most(analysis: Analysis) -> Iterator[Found]:
    movement, times = _array(analysis.curves.face_movement), _array(analysis.attention_times_s)
    if np.isfinite(movement).sum() < FEWEST_INSTANTS or _read(analysis, Modality.FACE) is None:
        return
    smooth = median_filter(np.where(np.isfinite(movement), movement, 0.0), size=3, mode="nearest")
    if smooth.max() >= 2 * STILL_SD:
        yield Found(Finding.FACE_MOST, time_s=float(times[int(np.argmax(smooth))]))


def _elsewhere(analysis: Analysis) -> Iterator[Found]:
    """The delivery peaks away from the word the line rests on."""
    if len(analysis.words) < 3 or not analysis.peaks:
        return
    heaviest = max(analysis.words, key=lambda word: word.attention)
    if heaviest.attention < TELLING / len(analysis.words):
        return
    strongest = max(analysis.peaks, key=lambda peak: peak.weight)
    middle = (heaviest.start_s + heaviest.end_s) / 2
    if max(heaviest.start_s - strongest.time_s, strongest.time_s - heaviest.end_s) > APART_S:
        yield Found(Finding.ELSEWHERE, time_s=strongest.time_s, word=heaviest.text, word_s=middle)


def _emotion(analysis: Analysis) -> Iterator[Found]:
    text = analysis.modalities.get(Modality.TEXT)
    shown = [
        reading
        for modality in (Modality.VOICE, Modality.FACE)
        if (reading := _read(analysis, modality)) is not None
        and reading.emotion is not None
        and reading.confidence >= SURE
    ]
    if text is None or text.emotion is None or text.confidence < SURE or not shown:
        return
    labels = {reading.emotion.label for reading in shown if reading.emotion is not None}
    if len(labels) == 1 and len(shown) > 1 and (label := labels.pop()) != text.emotion.label:
        yield Found(Finding.OTHER_EMOTION, asked=text.emotion.label, shown=label)


def _spoken(analysis: Analysis) -> NDArray[np.bool_]:
    """From the first to the last instant with speech; all of it where nothing is heard."""
    loudness = _array(analysis.curves.loudness_db)
    loud = np.flatnonzero(np.isfinite(loudness) & (loudness > SPEECH_DB))
    spoken = np.ones(loudness.shape, dtype=np.bool_)
    if loud.size:
        spoken[:] = False
        spoken[loud[0] : loud[-1] + 1] = True
        if not np.isfinite(loudness[spoken]).all():
            spoken &= np.isfinite(loudness)
    return spoken


def _level(loudness: NDArray[np.float64]) -> float:
    """Mean power in dB."""
    return float(10 * np.log10(np.mean(10 ** (loudness / 10))))


def _array(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
