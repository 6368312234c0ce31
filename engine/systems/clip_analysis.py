"""One clip and its line asked of any of the systems: what :func:`engine.analyze` is, and of all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.analysis import Analysis, SpokenWord
from engine.errors import WeightsError
from engine.systems.alignment import AlignmentSystem
from engine.systems.face_enrolment import FaceEnrolment
from engine.systems.heard_line import HeardLine
from engine.systems.naming import analysis_by, evidence_of
from engine.systems.registry import naming_system
from engine.systems.trimodal import third_opinion
from engine.systems.voice_enrolment import VoiceEnrolment
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.vocabulary import SystemName


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
        clip = evidence_of(
            Path(path),
            line=heard.line,
            before=before,
            word_times=heard.word_times,
            neutral=neutral,
            face=face,
            own_face=own_face,
        )
        analysis = analysis_by(
            names_emotions,
            clip,
            name=Path(path).name,
            line=heard.line,
            policy=policy or FIXED,
            context=context,
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


def analyze_each(
    path: str | Path,
    *,
    line: str | None = None,
    policy: Policy | None = None,
    face: int | None = None,
    own_face: FaceEnrolment | None = None,
) -> dict[SystemName, Analysis | WeightsError]:
    """Ask every system about one clip that is decoded, looked at and listened to once.

    Parameters
    ----------
    line, policy, face, own_face
        See :func:`analyze`.

    Returns
    -------
    dict of SystemName to (Analysis or WeightsError)
        What :func:`analyze` returns or raises for each; total times are those of a system asked alone.

    Raises
    ------
    MediaError
        If the file is no clip, or has no such face.
    WeightsError
        If the line cannot be read, by any system.
    """
    path, policy = Path(path), policy or FIXED
    heard = HeardLine.of(path, line=line)
    clip = evidence_of(path, line=heard.line, word_times=heard.word_times, face=face, own_face=own_face)
    answers: dict[SystemName, Analysis | WeightsError] = {}
    for name in SystemName:
        try:
            analysis = (
                AlignmentSystem.load().analyze(
                    path,
                    line=heard.line,
                    policy=policy,
                    word_times=heard.word_times,
                    observed=clip.observed,
                )
                if name is SystemName.ALIGNMENT
                else analysis_by(naming_system(name), clip, name=path.name, line=heard.line, policy=policy)
            )
            answers[name] = third_opinion(heard.told(analysis))
        except WeightsError as error:
            answers[name] = error
    return answers
