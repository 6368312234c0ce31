"""What is done to a scene in the analysis process: look at it, cut it, read an utterance of it.

The scene read last is kept at hand, surveyed and heard: its next utterance costs no second look at the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard.services import clip_limits, media_store
from engine.errors import DailiesError

if TYPE_CHECKING:
    from engine.media import Footage
    from engine.scenes.reading import UtteranceReading


@dataclass(frozen=True, slots=True)
class SceneJob:
    """A scene to look at; ``cut_by_pauses`` where its utterances are to be found."""

    media_key: str
    original_name: str
    cut_by_pauses: bool


@dataclass(frozen=True, slots=True)
class SceneLook:
    """What was found out about a scene's file.

    Attributes
    ----------
    spans_s : tuple of (float, float)
        Start and end of each stretch of speech; empty where nobody asked for them.
    """

    browser_key: str | None
    duration_s: float
    width: int | None
    height: int | None
    spans_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class UtteranceJob:
    """An utterance to read; ``line`` is empty where it is to be recognised."""

    media_key: str
    original_name: str
    start_s: float
    end_s: float
    line: str


def look_at(job: SceneJob) -> SceneLook:
    """Look at a scene, make the copy a browser plays, and cut it where asked.

    Raises
    ------
    DailiesError
        If the file cannot be used; the sentence speaks of it by its original name.
    """
    path = media_store.path_of(job.media_key)
    try:
        from engine.media import probe, transcode
        from engine.scenes.pauses import utterances_between_pauses

        found = probe(path)
        clip_limits.check(found, name=path.name)
        browser_key = None
        if not found.browser_playable:
            with media_store.incoming() as temporary:
                transcode(path, temporary)
                browser_key = media_store.adopt(temporary).key
        sound = _footage(job.media_key).sound if job.cut_by_pauses else None
        spans = () if sound is None else utterances_between_pauses(sound)
    except DailiesError as error:
        raise type(error)(str(error).replace(path.name, job.original_name)) from error
    return SceneLook(
        browser_key=browser_key,
        duration_s=found.duration_s,
        width=None if found.video is None else found.video.width,
        height=None if found.video is None else found.video.height,
        spans_s=spans,
    )


def read(job: UtteranceJob) -> UtteranceReading:
    """Read one utterance.

    Raises
    ------
    DailiesError
        If it lies outside the scene or cannot be decoded.
    """
    from engine.scenes.reading import read_utterance

    footage = _footage(job.media_key)
    try:
        return read_utterance(footage, job.start_s, job.end_s, line=job.line or None)
    except DailiesError as error:
        raise type(error)(str(error).replace(footage.path.name, job.original_name)) from error


@lru_cache(maxsize=1)
def _footage(media_key: str) -> Footage:
    from engine.media import Footage

    return Footage.open(media_store.path_of(media_key))
