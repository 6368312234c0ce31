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
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray

from engine.analysis import (
    Analysis,
    EmotionEstimate,
    ModalityReading,
    SpokenWord,
    z_score,
)
from engine.features.landmarks import FaceTracker
from engine.features.table import FACE, INSTANTS, SCHEMA_VERSION, VOICE, WORDS, FeatureTable
from engine.features.trust import Trust, text_trust
from engine.features.words import WordBlock, word_block
from engine.media import Media, decode
from engine.systems.amplifier import amplified
from engine.systems.attention_peaks import attention_peaks
from engine.systems.caveats import caveats
from engine.systems.ekman import check_of
from engine.systems.evidence import Heard, Seen, curves, hear, see
from engine.systems.face_choice import several_faces
from engine.systems.face_enrolment import FaceEnrolment
from engine.systems.fusion import JointEmotion, joint_emotion
from engine.systems.heard_line import HeardLine
from engine.systems.line_emotion import LineEmotion, local_folder
from engine.systems.naming import analysis_by
from engine.systems.performance import PerformanceBrain, PerformanceReading, confidence
from engine.systems.registry import naming_system
from engine.systems.rehearsal import rehearsal_media
from engine.systems.spoken_words import matched_spans
from engine.systems.text_brain import TextBrain, TextReading
from engine.systems.trimodal import third_opinion
from engine.systems.tuned_head import SHIPPED_ALONE, TunedHeads
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import LineSource, Modality, SystemName

TORCH_THREADS: Final = 1
"""The networks are small: a second thread costs more in waiting than it computes, and the other core
is busy decoding or tracking."""


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
        torch.set_num_threads(TORCH_THREADS)
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
        return f"{self.text.version[:6]}{self.performance.version}{named_by}{self.tuned.version}"

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
    ) -> Analysis:
        """Say everything about one clip; see :func:`analyze`.

        Parameters
        ----------
        media : Media, optional
            What is read in the place of the whole file: a piece of it that is decoded already.
        """
        started = perf_counter()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="analyze") as pool:
            reading_text = pool.submit(self._read_line, line or "")
            media = decode(path) if media is None else media
            decoded = perf_counter()
            hearing = pool.submit(hear, media)
            seen = see(media, self.tracker, neutral=neutral, face=face, own_face=own_face)
            heard = hearing.result()
            text, text_seconds = reading_text.result()
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
        joint = joint_emotion(_opinions(text, performance), trust=values)
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
            modalities=_modalities(text, performance, joint, trust),
            amplification=amplification,
            timings_s={
                "decode": decoded - started,
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


def analyze(
    path: str | Path,
    *,
    line: str | None = None,
    before: Sequence[str] = (),
    system: SystemName | str = SystemName.ALIGNMENT,
    policy: Policy | None = None,
    word_times: Sequence[SpokenWord] | None = None,
    neutral: NDArray[np.float32] | None = None,
    own_voice: VoiceEnrolment | None = None,
    amplify: bool = True,
    context: Mapping[str, str] | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> Analysis:
    """Analyse one clip and its line.

    Parameters
    ----------
    path : str or Path
        A clip of 0.1 s to 30 min; without sound or without pictures it is masked and warned about.
    line : str, optional
        What is said in the clip. Without it, it is recognised where a speech model is on this machine
        (:mod:`engine.speech`); else nothing is known of what the clip demands.
    before : sequence of str
        Lines spoken before it, the latest last; read by systems that name emotions in a dialogue.
    system : SystemName or str
        Which of the published systems answers.
    policy : Policy, optional
        The thresholds to judge by; the published ±0.15 by default.
    word_times : sequence of SpokenWord, optional
        When each word of the line is said; by default as it was recognised, or the words are spread over
        the voiced stretch.
    neutral : ndarray, shape (27,), optional
        The actor's own face at rest, from :func:`engine.features.face.neutral_measures`.
    own_voice : VoiceEnrolment, optional
        How the actor usually sounds, from :func:`engine.systems.voice_enrolment.enrolled_voice`.
    amplify : bool
        Whether the amplifier override may lift a cautious expressed intensity.
    context : Mapping[str, str], optional
        What else the thresholds may depend on (actor, language, genre …). The joint emotion and the
        system are known without it.
    face : int, optional
        Which face to read where there are several, counted from 1 at the left; by default the enrolled
        actor's, else the one whose mouth moves with the voice, else the largest.
    own_face : FaceEnrolment, optional
        The actor's face, from :func:`engine.systems.face_enrolment.enrolled_face`.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    TableError
        If the word times do not fit the line.
    UnknownNameError
        If there is no such system.
    WeightsError
        If a weight file is missing or damaged.
    """
    names_emotions = None if system == SystemName.ALIGNMENT else naming_system(system)
    heard = HeardLine.of(Path(path), line=line, word_times=word_times)
    if names_emotions is not None:
        analysis = analysis_by(
            names_emotions,
            Path(path),
            line=heard.line,
            before=before,
            policy=policy or FIXED,
            word_times=heard.word_times,
            neutral=neutral,
            context=context,
            face=face,
            own_face=own_face,
        )
    else:
        analysis = AlignmentSystem.load().analyze(
            Path(path),
            line=heard.line,
            policy=policy or FIXED,
            word_times=heard.word_times,
            neutral=neutral,
            own_voice=own_voice,
            amplify=amplify,
            context=context,
            face=face,
            own_face=own_face,
        )
    return third_opinion(heard.told(analysis))


def _gap(expected: float | None, expressed: float | None) -> float | None:
    demanded, shown = z_score(expected), z_score(expressed)
    return None if demanded is None or shown is None else shown - demanded


def _opinions(text: TextReading, performance: PerformanceReading) -> dict[Modality, EmotionEstimate]:
    opinions = {modality: branch.emotion for modality, branch in performance.readings.items()}
    return opinions if text.emotion is None else {Modality.TEXT: text.emotion, **opinions}


def _modalities(
    text: TextReading,
    performance: PerformanceReading,
    joint: JointEmotion,
    trust: Mapping[Modality, Trust],
) -> dict[Modality, ModalityReading]:
    opinions = _opinions(text, performance)
    intensities = {modality: branch.expressed for modality, branch in performance.readings.items()}
    if text.expected is not None:
        intensities[Modality.TEXT] = text.expected
    return {
        modality: ModalityReading(
            trust=judged.value,
            confidence=confidence(opinions[modality].probabilities) if modality in opinions else 0.0,
            emotion=opinions.get(modality),
            intensity=intensities.get(modality),
            weight=joint.weights.get(modality, 0.0),
            quality=judged.quality,
            note=judged.note,
        )
        for modality, judged in trust.items()
    }
