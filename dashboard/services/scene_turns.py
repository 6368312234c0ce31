"""A scene's turn in the analysis: looked at and cut once, then read utterance by utterance.

Takes and clips go first; between two utterances a stop is heard. What is done stays done, over a stop and
over a restart of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from dashboard.services import media_store, scene_work
from dashboard.services.predictions import draft_of
from dashboard.services.refusals import worded
from dashboard.services.scene_lines import with_script
from dashboard.services.scene_work import SceneJob, SceneLook, UtteranceJob
from dashboard.services.turns import Turn
from db import consents, filmed_scenes, scenes, scripts
from db.errors import RefusedValueError, StorageError
from db.records import (
    CutBy,
    Json,
    SceneRecord,
    SceneStatus,
    UtteranceDraft,
    UtteranceReading,
    UtteranceRecord,
    UtteranceStatus,
)
from db.session import reading, writing

if TYPE_CHECKING:
    from engine.scenes.reading import UtteranceReading as Read

SPEAKER: Final = "voice_print"
"""Where a document keeps what an utterance tells of who speaks."""


def claim() -> Turn | None:
    """What of the scenes is next, ``None`` where nothing is to be done."""
    with reading() as session:
        if not scenes.has_work(session):
            return None
    with writing() as session:
        scene = scenes.claim(session)
        found = None if scene is not None else scenes.claim_utterance(session)
    if scene is not None:
        return LookTurn(scene)
    if found is not None:
        return UtteranceTurn(*found)
    with reading() as session:
        through = scenes.read_through(session)
    for each in through:
        finish(each)
    return None


def finish(scene: SceneRecord) -> None:
    """Say who speaks in a scene that is read through, and that it is ready."""
    from engine.scenes.speakers import VoicePrint, speakers_of

    with reading() as session:
        documents = scenes.documents(session, scene)
        script = () if scene.script_id is None else scripts.lines(session, scene.script_id)
    count = len({line.speaker for line in script if line.speaker}) or None
    ids = sorted(documents)
    prints = [VoicePrint(**_print(documents[number])) for number in ids]
    speakers = dict(zip(ids, speakers_of(prints, count=count), strict=True))
    with writing() as session:
        if not filmed_scenes.is_there(session, scene.id):  # removed meanwhile
            return
        scenes.name_speakers(session, speakers)
        scenes.change(session, scene.id, status=SceneStatus.READY)


@dataclass(frozen=True, slots=True)
class LookTurn:
    """A scene to be looked at; see :class:`dashboard.services.turns.Turn`."""

    scene: SceneRecord

    @property
    def name(self) -> str:
        return self.scene.original_name

    @property
    def work(self) -> Callable[[Any], Any]:
        return scene_work.look_at

    @property
    def job(self) -> SceneJob:
        scene = self.scene
        return SceneJob(scene.media_key, scene.original_name, scene.cut_by is CutBy.PAUSES)

    def keep(self, outcome: SceneLook) -> None:
        scene = self.scene
        with writing() as session:
            if not filmed_scenes.is_there(session, scene.id):  # removed while it was being looked at
                made = frozenset() if outcome.browser_key is None else frozenset({outcome.browser_key})
                for key in made - consents.needed_by_others(session, made, ()):
                    media_store.remove(key)
                return
            script = () if scene.script_id is None else scripts.lines(session, scene.script_id)
            if scene.cut_by is CutBy.PAUSES:
                found = with_script([UtteranceDraft(*span) for span in outcome.spans_s], script)
            else:
                known = scenes.utterances(session, scene)
                found = tuple(
                    UtteranceDraft(
                        each.start_s, min(each.end_s, outcome.duration_s), each.line, each.given_speaker
                    )
                    for each in known
                    if each.start_s < outcome.duration_s
                )
            if not found:
                raise worded(RefusedValueError, "refusal.scene_empty", name=scene.original_name)
            scenes.cut(session, scene.number, found)
            scenes.change(
                session,
                scene.id,
                browser_key=outcome.browser_key,
                duration_s=outcome.duration_s,
                width=outcome.width,
                height=outcome.height,
                status=SceneStatus.READING,
            )

    def fail(self, sentence: str) -> None:
        with writing() as session:
            if filmed_scenes.is_there(session, self.scene.id):
                scenes.change(session, self.scene.id, status=SceneStatus.FAILED, message=sentence)

    def put_back(self) -> None:
        with writing() as session:
            is_there = filmed_scenes.is_there(session, self.scene.id)
            if is_there and scenes.get(session, self.scene.id).status is SceneStatus.LOOKING:
                scenes.change(session, self.scene.id, status=SceneStatus.QUEUED)


@dataclass(frozen=True, slots=True)
class UtteranceTurn:
    """An utterance to be read; see :class:`dashboard.services.turns.Turn`."""

    scene: SceneRecord
    utterance: UtteranceRecord

    @property
    def name(self) -> str:
        return self.scene.original_name

    @property
    def work(self) -> Callable[[Any], Any]:
        return scene_work.read

    @property
    def job(self) -> UtteranceJob:
        scene, utterance = self.scene, self.utterance
        return UtteranceJob(
            scene.media_key, scene.original_name, utterance.start_s, utterance.end_s, utterance.line
        )

    def keep(self, outcome: Read) -> None:
        analysis = outcome.analysis
        draft = draft_of(analysis, clip_id=self.scene.id)
        document = {
            **draft.document,
            "system": draft.system.value,
            "weights_version": draft.weights_version,
            "feature_schema": draft.feature_schema,
            "line_source": draft.line_source.value,
            SPEAKER: asdict(outcome.speaker),
        }
        found = UtteranceReading(
            expected_intensity=draft.expected_intensity,
            expressed_intensity=draft.expressed_intensity,
            line=analysis.line,
            document=document,
        )
        with writing() as session:
            try:
                scenes.keep(session, self.utterance.id, found)
            except StorageError:
                return  # the scene was cut anew meanwhile

    def fail(self, sentence: str) -> None:
        self._set(UtteranceStatus.FAILED, sentence)

    def put_back(self) -> None:
        self._set(UtteranceStatus.QUEUED, None)

    def _set(self, status: UtteranceStatus, message: str | None) -> None:
        with writing() as session:
            scenes.set_if_analysing(session, self.utterance.id, status, message=message)


def _print(document: Json) -> Mapping[str, Any]:
    kept = document[SPEAKER]
    return {**kept, "colour": tuple(kept["colour"])}
