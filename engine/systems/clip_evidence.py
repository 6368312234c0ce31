"""Everything an emotion-naming system may look at in one clip, gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.analysis import SpokenWord
from engine.features.encoder import STATE_WIDTH, TextEncoder
from engine.features.landmarks import FaceTracker
from engine.features.spoken_form import spoken_form
from engine.features.spoken_stretch import SpokenStretch, spoken_stretch
from engine.features.trust import Trust, text_trust
from engine.features.words import spread
from engine.media import Media
from engine.systems.evidence import Heard, Seen
from engine.systems.face_enrolment import FaceEnrolment
from engine.systems.observation import Observed, observe
from engine.systems.spoken_words import matched_spans
from engine.vocabulary import Modality

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line as the words branches read it.

    Attributes
    ----------
    words : tuple of str
        As written.
    states : ndarray, shape (m, 384)
        Contextual states of the words with contractions written out.
    owner : ndarray, shape (m,), int
        The word that each state belongs to.
    known_share : float
        Share of the words that the encoder knows; 0 without words.
    """

    words: tuple[str, ...]
    states: Floats
    owner: NDArray[np.int64]
    known_share: float


@dataclass(frozen=True, slots=True)
class ClipEvidence:
    """One clip.

    Attributes
    ----------
    stretch : SpokenStretch or None
        ``None`` where no voice is heard.
    line : SpokenLine
    before : ndarray, shape (lines, 384)
        Mean state of each line spoken before, the latest first.
    spans_s : ndarray, shape (n, 2)
        Start and end of each word; spread over the voiced stretch where no times are given.
    trust : Mapping[Modality, Trust]
    timings_s : Mapping[str, float]
        decode, face, voice, text, some side by side, and total.
    """

    observed: Observed
    stretch: SpokenStretch | None
    line: SpokenLine
    before: Floats
    spans_s: NDArray[np.float64]
    trust: Mapping[Modality, Trust]
    timings_s: Mapping[str, float]

    @property
    def media(self) -> Media:
        return self.observed.media

    @property
    def heard(self) -> Heard:
        return self.observed.heard

    @property
    def seen(self) -> Seen:
        return self.observed.seen


def gather(
    path: Path,
    encoder: TextEncoder,
    tracker: FaceTracker,
    *,
    line: str,
    before: Sequence[str] = (),
    word_times: Sequence[SpokenWord] | None = None,
    neutral: Floats | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> ClipEvidence:
    """Decode a clip, and look at its face, its voice and its line side by side.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    TableError
        If the word times do not fit the line.
    """
    started = perf_counter()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
        reading = pool.submit(_read, encoder, line, before)
        observed = observe(path, tracker, neutral=neutral, face=face, own_face=own_face)
        spoken, context, text_seconds = reading.result()
    media, heard, seen = observed.media, observed.heard, observed.seen
    spans = (
        matched_spans(word_times, spoken.words)
        if word_times is not None and spoken.words
        else spread(len(spoken.words), heard.features.speech, media.times_s)
    )
    audible = media.sound is not None and heard.trust.value > 0
    return ClipEvidence(
        observed=observed,
        stretch=spoken_stretch(media.sound) if audible and media.sound is not None else None,
        line=spoken,
        before=context,
        spans_s=spans,
        trust={
            Modality.TEXT: text_trust(words=len(spoken.words), known_share=spoken.known_share),
            Modality.VOICE: heard.trust,
            Modality.FACE: seen.trust,
        },
        timings_s={
            "decode": observed.decode_s,
            "face": seen.seconds,
            "voice": heard.seconds,
            "text": text_seconds,
            "total": perf_counter() - started,
        },
    )


def read_lines(encoder: TextEncoder, lines: Sequence[str]) -> list[SpokenLine]:
    """The states of lines, each with its contractions written out."""
    forms = [spoken_form(line) for line in lines]
    encoded = encoder.encode([" ".join(form.spoken) for form in forms])
    found = []
    for form, each in zip(forms, encoded, strict=True):
        if len(each.words) > len(form.owner):  # the encoder split the line in another way: take it as it is
            words, owner = each.words, np.arange(len(each.words))
        else:
            owner = np.array(form.owner[: len(each.words)], dtype=np.int64)
            words = form.words[: int(owner.max()) + 1] if owner.size else ()
        found.append(SpokenLine(words, each.states, owner, float(each.known.mean()) if owner.size else 0.0))
    return found


def _read(encoder: TextEncoder, line: str, before: Sequence[str]) -> tuple[SpokenLine, Floats, float]:
    started = perf_counter()
    spoken, *context = read_lines(encoder, [line, *reversed(before)])
    means = [each.states.mean(axis=0) for each in context if each.words]
    found = np.stack(means) if means else np.zeros((0, STATE_WIDTH), dtype=np.float32)
    return spoken, found.astype(np.float32), perf_counter() - started
