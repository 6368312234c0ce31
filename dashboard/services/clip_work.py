"""What is done to one clip in the analysis process: look, make a browser's copy, analyse.

Runs in a process of its own, away from the server: a hostile file can take down this process and
nothing else. It reads and writes the media store and never the database.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from dashboard.services import channel_work, clip_limits, media_store, process_limits
from engine.analysis import Analysis
from engine.errors import DailiesError, WeightsError
from engine.loading import unswept
from engine.vocabulary import Channel, SystemName

NICENESS: Final = 5  # pages go before analysis

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClipJob:
    """One clip to analyse: where its file is, what people call it, its line (empty: none).

    Attributes
    ----------
    channels : tuple of Channel
        What the project has people rate; each that needs a file of its own gets it.
    system : SystemName
        The one the project uses.
    face : int or None
        The face a person has chosen, counted from 1 at the left; ``None`` leaves it to the engine.
    enrolled : tuple of (tuple of float)
        The named actor's face, a row for each picture they were enrolled by; empty where they were not.
    """

    media_key: str
    original_name: str
    line: str
    channels: tuple[Channel, ...] = ()
    system: SystemName = SystemName.ALIGNMENT
    face: int | None = None
    enrolled: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """What was found out about a clip; keys name files in the media store.

    Attributes
    ----------
    browser_key : str or None
        ``None`` where a browser plays the original.
    width, height : int or None
        Pixels, upright; ``None`` without a picture.
    thumbnail_keys : tuple of (str or None)
        One for each of the analysis's peaks.
    face_keys : tuple of (str or None)
        One for each face, where there are several.
    channel_keys : Mapping[Channel, str]
        Files of single channels; empty text where the clip has no such channel.
    """

    browser_key: str | None
    thumbnail_key: str | None
    duration_s: float
    width: int | None
    height: int | None
    analysis: Analysis
    thumbnail_keys: tuple[str | None, ...]
    face_keys: tuple[str | None, ...] = ()
    channel_keys: Mapping[Channel, str] = field(default_factory=dict)

    @property
    def media_keys(self) -> frozenset[str]:
        """Every file that was made."""
        made = (
            self.browser_key,
            self.thumbnail_key,
            *self.thumbnail_keys,
            *self.face_keys,
            *self.channel_keys.values(),
        )
        return frozenset(key for key in made if key)


def prepare_process() -> None:
    """Make this process a good worker: polite, and gone when the server is gone; load the models."""
    process_limits.restrain()
    os.nice(NICENESS)
    try:
        with unswept():
            from engine import speech
            from engine.systems.alignment import AlignmentSystem

            AlignmentSystem.load()
            speech.at_hand()
    except Exception:  # the first clip will say it again, to the person who asks
        logging.getLogger(__name__).exception("The models cannot be loaded.")


def prepare_one_of_many() -> None:
    """The same, for a process beside others that analyse on the other cores."""
    from engine.media import hold_decoders

    hold_decoders(1)
    prepare_process()


def warm_up() -> None:
    """Does nothing; submitted once so that the process starts before the first clip comes."""


def work_on(job: ClipJob) -> ClipOutcome:
    """Look at a clip, make what a browser needs, analyse it.

    Raises
    ------
    DailiesError
        If the clip cannot be used; the sentence speaks of the clip by its original name.
    """
    path = media_store.path_of(job.media_key)
    try:
        from engine.media import poster, probe, transcode

        found = probe(path)
        clip_limits.check(found, name=path.name)
        browser_key = None
        if not found.browser_playable:
            with media_store.incoming() as temporary:
                transcode(path, temporary)
                browser_key = media_store.adopt(temporary).key
        channel_keys = {
            channel: channel_work.make(browser_key or job.media_key, channel)
            for channel in job.channels
            if channel in channel_work.WRITERS
        }
        still = poster(path)
        analysis = analysed(path, job)
    except DailiesError as error:
        raise type(error)(str(error).replace(path.name, job.original_name)) from error
    return ClipOutcome(
        browser_key=browser_key,
        thumbnail_key=None if still is None else media_store.put_bytes(still).key,
        duration_s=found.duration_s,
        width=None if found.video is None else found.video.width,
        height=None if found.video is None else found.video.height,
        analysis=analysis,
        thumbnail_keys=tuple(_kept(peak.picture_jpeg) for peak in analysis.peaks),
        face_keys=tuple(_kept(picture) for picture in analysis.face_pictures),
        channel_keys=channel_keys,
    )


def analysed(path: Path, job: ClipJob) -> Analysis:
    """What the system of a job says of a clip, of the face the job asks for."""
    from engine import analyze

    return _of_a_face(partial(analyze, path, system=job.system), job)


def analysed_by_each(path: Path, job: ClipJob) -> dict[SystemName, Analysis | WeightsError]:
    """What every system says of a clip, of the face the job asks for; why not, where it says nothing."""
    from engine.systems.clip_analysis import analyze_each

    return _of_a_face(partial(analyze_each, path), job)


def _of_a_face(ask: Callable[..., T], job: ClipJob) -> T:
    from engine.systems.face_choice import NoSuchFaceError
    from engine.systems.face_enrolment import FaceEnrolment

    ask = partial(
        ask, line=job.line or None, own_face=FaceEnrolment.of(job.enrolled) if job.enrolled else None
    )
    try:
        return ask(face=job.face)
    except NoSuchFaceError:  # a later version sees fewer faces: better another one than none
        return ask()


def _kept(picture: bytes | None) -> str | None:
    return None if picture is None else media_store.put_bytes(picture).key
