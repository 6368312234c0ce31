"""The alignment system: does the delivery have the strength that the line demands?

Two brains that never see each other's input. The text brain reads the words and says what they
demand; the performance brain watches and listens and says what is shown. Their difference, on one
scale, is the gap that a policy judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Self

import numpy as np
from numpy.typing import NDArray

from engine.analysis import (
    Analysis,
    SpokenWord,
    z_score,
)
from engine.features.landmarks import FaceTracker
from engine.features.table import FACE, INSTANTS, SCHEMA_VERSION, VOICE, WORDS, FeatureTable
from engine.features.trust import text_trust
from engine.features.words import WordBlock, word_block
from engine.media import Media, decode
from engine.systems.amplifier import amplified
from engine.systems.attention_peaks import attention_peaks
from engine.systems.caveats import caveats
from engine.systems.ekman import check_of
from engine.systems.evidence import Heard, Seen, curves, hear, see
from engine.systems.face_choice import several_faces
from engine.systems.face_enrolment import FaceEnrolment
from engine.systems.fusion import joint_emotion
from engine.systems.line_emotion import LineEmotion, local_folder
from engine.systems.modality_readings import modality_readings, opinions_of
from engine.systems.observation import Observed, observe
from engine.systems.performance import PerformanceBrain, PerformanceReading
from engine.systems.rehearsal import rehearsal_media
from engine.systems.spoken_words import matched_spans
from engine.systems.text_brain import TextBrain, TextReading
from engine.systems.threads import hold_threads
from engine.systems.tuned_head import SHIPPED_ALONE, TunedHeads
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import LineSource, Modality, SystemName


@dataclass(frozen=True, slots=True)
class AlignmentSystem:
    """Both brains and the face tracker, loaded once.

    Where the published line classifier lies on this machine, it names the emotion of the words; what
    the words demand stays the text brain's.
    """

    text: TextBrain
    performance: PerformanceBrain
    tracker: FaceTracker
    line_emotion: LineEmotion | None = None
    tuned: TunedHeads = SHIPPED_ALONE

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Self:
        """Load everything once per process and run it once, so that the first clip is as fast as any.

        Takes seconds, so do it before a person waits.

        Raises
        ------
        WeightsError
            If a weight file is missing or damaged.
        """
        hold_threads()
        folder = local_folder()
        text, performance = TextBrain.load(), PerformanceBrain.load()
        system = cls(
            text,
            performance,
            FaceTracker.load(),
            None if folder is None else LineEmotion.from_folder(folder),
            TunedHeads.load(text=text.version, performance=performance.version),
        )
        system._rehearse()
        return system

    @property
    def version(self) -> str:
        """Changes with any weight file behind an answer."""
        named_by = "" if self.line_emotion is None else "+line-emotion"
        words = "" if self.text.plain is None else self.text.plain.version[:6]
        return f"{self.text.version[:6]}{words}{self.performance.version}{named_by}{self.tuned.version}"

    def analyze(
        self,
        path: Path,
        *,
        line: str | None = None,
        policy: Policy = FIXED,
        word_times: Sequence[SpokenWord] | None = None,
        neutral: NDArray[np.float32] | None = None,
        own_voice: VoiceEnrolment | None = None,
        amplify: bool = True,
        context: Mapping[str, str] | None = None,
        face: int | None = None,
        media: Media | None = None,
        own_face: FaceEnrolment | None = None,
        observed: Observed | None = None,
    ) -> Analysis:
        """Say everything about one clip; see :func:`engine.systems.clip_analysis.analyze`.

        Parameters
        ----------
        media : Media, optional
            What is read in the place of the whole file: a piece of it that is decoded already.
        observed : Observed, optional
            What another system had looked at; then ``media``, ``neutral``, ``face`` and ``own_face`` count
            for nothing.
        """
        started = perf_counter()
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read") as pool:
            reading_text = pool.submit(self._read_line, line or "")
            if observed is None:
                observed = observe(
                    path, self.tracker, media=media, neutral=neutral, face=face, own_face=own_face
                )
            text, text_seconds = reading_text.result()
        media, heard, seen = observed.media, observed.heard, observed.seen
        before_model = perf_counter()
        given = bool(text.words)
        spans = matched_spans(word_times, text.words) if word_times is not None and given else None
        placed = word_block(
            text.word_states, times_s=media.times_s, speech=heard.features.speech, spans_s=spans
        )
        trust = {
            Modality.TEXT: text_trust(words=len(text.words), known_share=text.known_share),
            Modality.VOICE: heard.trust,
            Modality.FACE: seen.trust,
        }
        values = {modality: judged.value for modality, judged in trust.items()}
        performance = self.performance.read(
            self._table(media, placed, heard, seen),
            trust=values,
            stills=seen.stills,
            voice_summary=heard.features.summary,
            own_voice=own_voice,
        )
        performance = replace(
            performance, expressed=self.tuned.expressed(performance, heard.features.summary)
        )
        amplification = (
            amplified(
                performance.expressed,
                times_s=media.times_s,
                jaw_open=seen.features.jaw_open,
                loudness_db=heard.features.loudness_db,
                speech=heard.features.speech,
            )
            if amplify
            else None
        )
        joint = joint_emotion(opinions_of(text, performance), trust=values)
        expressed = performance.expressed if amplification is None else amplification.after
        known = {"system": SystemName.ALIGNMENT.value}
        if joint.emotion is not None:
            known["emotion"] = joint.emotion.label.value
        words = tuple(
            SpokenWord(word, float(start), float(end), float(weight))
            for word, (start, end), weight in zip(
                text.words, placed.spans_s, text.word_attention, strict=True
            )
        )
        finished = perf_counter()
        return Analysis(
            clip=path.name,
            duration_s=media.duration_s,
            system=SystemName.ALIGNMENT,
            weights_version=self.version,
            feature_schema=SCHEMA_VERSION,
            line=line or "",
            line_source=LineSource.GIVEN if given else LineSource.NONE,
            emotion=joint.emotion,
            expected_intensity=text.expected,
            expressed_intensity=expressed,
            judgement=policy.judge(_gap(text.expected, expressed), known | dict(context or {})),
            attention=tuple(performance.attention.tolist()),
            attention_times_s=tuple(media.times_s.tolist()),
            words=words,
            peaks=attention_peaks(performance.attention, media.times_s, words=words, pictures=media.pictures),
            curves=curves(heard, seen),
            modalities=modality_readings(text, performance, joint, trust),
            amplification=amplification,
            timings_s={
                "decode": observed.decode_s,
                "face": seen.seconds,
                "voice": heard.seconds,
                "text": text_seconds,
                "model": finished - before_model,
                "total": perf_counter() - started,
            },
            warnings=caveats(media, text, trust, line=line, expressed=expressed) + several_faces(seen.faces),
            ekman=check_of(
                joint.emotion, seen.features, speaking=heard.features.speech, times_s=media.times_s
            ),
            faces=seen.faces,
            face_pictures=seen.pictures,
        )

    def performed(self, path: Path) -> tuple[PerformanceReading, NDArray[np.float32] | None]:
        """What the shipped performance brain says of a clip, and the summary of its voice, shape (821,).

        Raises
        ------
        MediaError
            If the file is no clip.
        """
        media = decode(path)
        heard, seen = hear(media), see(media, self.tracker)
        states = self.text.read("").word_states
        placed = word_block(states, times_s=media.times_s, speech=heard.features.speech)
        reading = self.performance.read(
            self._table(media, placed, heard, seen),
            trust={Modality.VOICE: heard.trust.value, Modality.FACE: seen.trust.value},
            stills=seen.stills,
            voice_summary=heard.features.summary,
        )
        return reading, heard.features.summary

    def _read_line(self, line: str) -> tuple[TextReading, float]:
        started = perf_counter()
        reading = self.text.read(line)
        if self.line_emotion is not None and reading.words:
            reading = replace(reading, emotion=self.line_emotion.read(line))
        reading = replace(reading, expected=self.tuned.expected(reading))
        return reading, perf_counter() - started

    def _rehearse(self) -> None:
        """Run what is compiled at first use: librosa's numba loops, torch's kernels."""
        media = rehearsal_media()
        heard, seen = hear(media), see(media, self.tracker)
        states = self.text.read("Hello.").word_states
        placed = word_block(states, times_s=media.times_s, speech=heard.features.speech)
        table = self._table(media, placed, heard, seen)
        self.performance.read(table, trust={}, stills=seen.stills, voice_summary=heard.features.summary)

    def _table(self, media: Media, placed: WordBlock, heard: Heard, seen: Seen) -> FeatureTable:
        """The 50 × 409 table of z-scores, from the blocks."""
        values = np.zeros((INSTANTS, WORDS.width + VOICE.width + FACE.width), dtype=np.float32)
        values[:, WORDS.columns] = placed.values
        for block, found in ((VOICE, heard.features), (FACE, seen.features)):
            standardiser = self.performance.standardiser(block.modality)
            values[:, block.columns] = standardiser.apply(found.values, found.mask)
        mask = np.column_stack([placed.mask, heard.features.mask, seen.features.mask])
        return FeatureTable(values=values, mask=mask, times_s=media.times_s)


def _gap(expected: float | None, expressed: float | None) -> float | None:
    demanded, shown = z_score(expected), z_score(expressed)
    return None if demanded is None or shown is None else shown - demanded
