"""Scripts and their lines, takes, and scenes cut into utterances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from db.records.page import Json
from engine.vocabulary import Emotion


class CutBy(StrEnum):
    """Where the borders between a scene's utterances come from."""

    TIMES = "times"
    SUBTITLES = "subtitles"
    PAUSES = "pauses"


class SceneStatus(StrEnum):
    """How far a scene is."""

    QUEUED = "queued"
    """Not looked at yet: its length is unknown, and where pauses cut it, its utterances."""
    LOOKING = "looking"
    READING = "reading"
    """Its utterances are analysed one after the other."""
    READY = "ready"
    FAILED = "failed"


class UtteranceStatus(StrEnum):
    """How far the analysis of an utterance is."""

    QUEUED = "queued"
    ANALYSING = "analysing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ScriptRecord:
    """A text to perform."""

    id: int
    project_id: int
    person_id: int | None
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ScriptLineDraft:
    """A line of a script to be stored.

    Attributes
    ----------
    speaker : str or None
        The character who says it.
    direction : str
        How to say it, as the script has it in brackets.
    heading : str
        The scene of the script it stands in.
    """

    text: str
    speaker: str | None = None
    direction: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ScriptLineRecord:
    """A stored line of a script.

    Attributes
    ----------
    position : int
        From 1.
    expected_intensity, emotion
        What the text brain says the line demands; ``None`` until it was read, or where it has no words.
    read_with : str or None
        The weights that read it; ``None`` before.
    """

    id: int
    script_id: int
    position: int
    speaker: str | None
    text: str
    direction: str
    heading: str
    expected_intensity: float | None
    emotion: Emotion | None
    read_with: str | None


@dataclass(frozen=True, slots=True)
class LineReading:
    """What a line of a script demands, by the weights ``read_with``."""

    line_id: int
    expected_intensity: float | None
    emotion: Emotion | None
    read_with: str


@dataclass(frozen=True, slots=True)
class TakeRecord:
    """A clip that somebody performed here.

    Attributes
    ----------
    recording_key : str
        The browser's name for it: handing it in twice stores it once.
    script_line_id : int or None
        The script's line it is a take of.
    assignment_id : int or None
        What of a class it was handed in for.
    """

    id: int
    clip_id: str
    project_id: int
    person_id: int
    recording_key: str
    script_line_id: int | None
    assignment_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SceneDraft:
    """A scene to be stored."""

    project_id: int
    original_name: str
    sha256: str
    media_key: str
    cut_by: CutBy
    person_id: int | None = None
    script_id: int | None = None


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A long clip that is read line by line; ``id`` cannot be guessed.

    Attributes
    ----------
    browser_key : str or None
        The copy a browser plays; ``None`` where it plays the original.
    stopped : bool
        Whether somebody stopped its analysis; what is done stays.
    """

    id: str
    number: int
    project_id: int
    person_id: int | None
    script_id: int | None
    original_name: str
    sha256: str
    media_key: str
    browser_key: str | None
    duration_s: float | None
    width: int | None
    height: int | None
    cut_by: CutBy
    status: SceneStatus
    stopped: bool
    message: str | None
    created_at: datetime

    @property
    def playable_key(self) -> str:
        """The file a browser is given."""
        return self.browser_key or self.media_key


@dataclass(frozen=True, slots=True)
class UtteranceDraft:
    """A stretch of a scene in which one person speaks, seconds from its start."""

    start_s: float
    end_s: float
    line: str = ""
    given_speaker: str | None = None


@dataclass(frozen=True, slots=True)
class UtteranceRecord:
    """A stored utterance, without its document.

    Attributes
    ----------
    given_speaker : str or None
        As the table, the subtitles or the script name who speaks.
    heard_speaker : int or None
        Who speaks by voice and face, counted from 1 in the order of their first line; ``None`` until
        the whole scene was read, or where it cannot be told.
    """

    id: int
    scene_number: int
    position: int
    start_s: float
    end_s: float
    line: str
    given_speaker: str | None
    heard_speaker: int | None
    status: UtteranceStatus
    message: str | None
    expected_intensity: float | None
    expressed_intensity: float | None


@dataclass(frozen=True, slots=True)
class UtteranceReading:
    """What an utterance's analysis found, and the document it is kept in."""

    expected_intensity: float | None
    expressed_intensity: float | None
    line: str
    document: Json
