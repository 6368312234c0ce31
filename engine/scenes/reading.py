"""One utterance of a scene, read as a clip of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.analysis import Analysis, FaceReason
from engine.media import Footage, Media
from engine.scenes.speakers import VoicePrint, voice_print
from engine.systems.alignment import AlignmentSystem
from engine.systems.heard_line import HeardLine


@dataclass(frozen=True, slots=True)
class UtteranceReading:
    """What was found in an utterance; the times of the analysis count from its own start."""

    analysis: Analysis
    speaker: VoicePrint


def read_utterance(
    footage: Footage, start_s: float, end_s: float, *, line: str | None = None
) -> UtteranceReading:
    """Analyse what lies between two times of a scene.

    Parameters
    ----------
    line : str, optional
        What is said there; without it it is recognised where a speech model is at hand.

    Raises
    ------
    MediaError
        If the times lie outside the scene or nothing can be decoded there.
    WeightsError
        If a weight file is missing or damaged.
    """
    media = footage.piece(start_s, end_s)
    heard = HeardLine.of(footage.path, line=line, media=media)
    system = AlignmentSystem.load()
    analysis = system.analyze(footage.path, line=heard.line, word_times=heard.word_times, media=media)
    place = _face_place(analysis, media, system)
    return UtteranceReading(heard.told(analysis), voice_print(media.sound, face_place=place))


def _face_place(analysis: Analysis, media: Media, system: AlignmentSystem) -> float | None:
    """Where the speaking face sits, 0 to 1 from the left; ``None`` where no face stands out as speaking."""
    faces = analysis.faces
    if faces is None or faces.reason not in (FaceReason.ALONE, FaceReason.SPEAKS):
        return None
    middle = next(
        (picture for picture in media.pictures[len(media.pictures) // 2 :] if picture is not None), None
    )
    if middle is None:
        return None
    tracks = system.tracker.track_all([middle])
    if len(tracks) != faces.count:
        return None
    points = tracks[faces.chosen - 1][0]
    return float(np.nanmean(points[:, 0])) / middle.shape[1]
