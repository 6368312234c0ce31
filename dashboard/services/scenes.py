"""Scenes: a long clip brought in with its cuts, analysed line by line, stopped, taken up again, corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from dashboard.services import clip_limits, media_store
from dashboard.services.consents import NAME_LENGTH
from dashboard.services.filmed import known_names
from dashboard.services.importing import CLIP_SUFFIXES
from dashboard.services.lines_table import MAX_LINE_CHARACTERS, MAX_WORD_CHARACTERS, checked_name
from dashboard.services.permissions import Act, require
from dashboard.services.refusals import worded
from dashboard.services.scene_lines import read_cuts, with_script
from db import audit, consents, filmed_scenes, scenes, scripts
from db.errors import RefusedValueError, UnknownRowError
from db.records import CutBy, SceneDraft, SceneRecord, SceneStatus, UtteranceDraft, UtteranceStatus
from db.session import reading, writing


@dataclass(frozen=True, slots=True)
class Cuts:
    """A file that says when each line is said."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ListedScene:
    """A scene and how far it is."""

    scene: SceneRecord
    done: int
    total: int


def bring_in(
    project_id: int,
    source: BinaryIO,
    *,
    name: str,
    cuts: Cuts | None,
    script_id: int | None,
    person_id: int | None,
    people: Iterable[str] = (),
) -> SceneRecord:
    """Store a scene and queue it.

    Parameters
    ----------
    cuts : Cuts or None
        Subtitles or a table of times; without it pauses in the voice cut the scene.
    script_id : int or None
        The script it plays, from which speakers and lines are taken.
    people : iterable of str
        Who is filmed in it, named as in the register of consents.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    RefusedValueError
        If a name cannot be used, or the scene was removed from the project before.
    TableError
        If the cuts cannot be used; nothing is stored then.
    """
    name = checked_name(name, where="Scenes")
    if not any(name.lower().endswith(suffix) for suffix in CLIP_SUFFIXES):
        raise worded(RefusedValueError, "refusal.take_kind")
    subjects = _subjects(people)
    kind, utterances = CutBy.PAUSES, tuple[UtteranceDraft, ...]()
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if cuts is not None:
            kind, utterances = read_cuts(cuts.content, name=cuts.name)
        if script_id is not None:
            if scripts.get(session, script_id).project_id != project_id:
                raise worded(UnknownRowError, "refusal.gone")
            utterances = with_script(utterances, scripts.lines(session, script_id))
    stored = media_store.put_stream(source, most_bytes=clip_limits.most_bytes())
    draft = SceneDraft(project_id, name, stored.sha256, stored.key, kind, person_id, script_id)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        if filmed_scenes.tombstone_of(session, project_id, stored.sha256) is not None:
            if not consents.needed_by_others(session, {stored.key}, ()):
                media_store.remove(stored.key)
            raise worded(RefusedValueError, "consent.refusal.withdrawn_clip", name=name)
        scene = scenes.add(session, draft, utterances)
        filmed_scenes.name_people(session, scene.number, subjects)
        audit.write(session, "scene.add", f"scene:{scene.id}", person_id=person_id, details={"name": name})
        return scene


def listing(project_id: int, *, person_id: int) -> tuple[ListedScene, ...]:
    """The scenes of a project, the newest first, for whoever may see what the machine says."""
    with reading() as session:
        require(session, project_id, person_id, Act.SEE_MACHINE)
        return tuple(
            ListedScene(scene, *scenes.progress(session, scene.number))
            for scene in scenes.of_project(session, project_id)
        )


def look(scene_id: str, *, person_id: int) -> ListedScene:
    """One scene and how far it is.

    Raises
    ------
    UnknownRowError
        If there is none.
    NotAllowedError
        If the person may not see what the machine says.
    """
    with reading() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SEE_MACHINE)
        return ListedScene(scene, *scenes.progress(session, scene.number))


def known_people(project_id: int, *, person_id: int) -> tuple[str, ...]:
    """The filmed people of a project by name, to be chosen from."""
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return known_names(session, project_id)


def filmed(scene_id: str, *, person_id: int) -> tuple[str, ...]:
    """Who is filmed in a scene, by name."""
    with reading() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SET_UP)
        return filmed_scenes.people(session, scene.number)


def name_filmed(scene_id: str, people: Iterable[str], *, person_id: int) -> None:
    """Say who is filmed in a scene, in the place of what was said before.

    Raises
    ------
    RefusedValueError
        If a name cannot be used.
    """
    subjects = _subjects(people)
    with writing() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SET_UP)
        filmed_scenes.name_people(session, scene.number, subjects)
        details = {"people": len(subjects)}
        audit.write(session, "scene.filmed", f"scene:{scene_id}", person_id=person_id, details=details)


def stop(scene_id: str, *, person_id: int) -> None:
    """Leave the rest of a scene where it is; the utterance at work is finished, what is done stays."""
    _set_stopped(scene_id, stopped=True, person_id=person_id)


def go_on(scene_id: str, *, person_id: int) -> None:
    """Take a stopped scene up where it was left."""
    _set_stopped(scene_id, stopped=False, person_id=person_id)


def try_again(scene_id: str, *, person_id: int) -> None:
    """Queue what failed of a scene once more."""
    with writing() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SET_UP)
        if scene.status is SceneStatus.FAILED:
            scenes.change(session, scene_id, status=SceneStatus.QUEUED, message=None)
            return
        failed = [each for each in scenes.utterances(session, scene) if each.status is UtteranceStatus.FAILED]
        for utterance in failed:
            scenes.change_utterance(session, utterance.id, status=UtteranceStatus.QUEUED, message=None)
        if failed:
            scenes.change(session, scene_id, status=SceneStatus.READING)


def correct(scene_id: str, utterance_id: int, *, line: str, speaker: str | None, person_id: int) -> None:
    """Put right what is said in an utterance and by whom; with another line it is read again.

    Raises
    ------
    RefusedValueError
        If the line or the name is too long.
    UnknownRowError
        If the scene has no such utterance.
    """
    line, speaker = " ".join(line.split()), " ".join((speaker or "").split()) or None
    if len(line) > MAX_LINE_CHARACTERS or len(speaker or "") > MAX_WORD_CHARACTERS:
        raise worded(RefusedValueError, "refusal.line_long", n=MAX_LINE_CHARACTERS)
    with writing() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SET_UP)
        before = next((each for each in scenes.utterances(session, scene) if each.id == utterance_id), None)
        if before is None:
            raise worded(UnknownRowError, "refusal.gone")
        scenes.change_utterance(session, utterance_id, line=line, given_speaker=speaker)
        if line != before.line and before.status is not UtteranceStatus.ANALYSING:
            scenes.change_utterance(session, utterance_id, status=UtteranceStatus.QUEUED, message=None)
            if scene.status is SceneStatus.READY:
                scenes.change(session, scene_id, status=SceneStatus.READING)
        audit.write(session, "scene.correct", f"scene:{scene_id}", person_id=person_id)


def _subjects(people: Iterable[str]) -> tuple[str, ...]:
    names = {name.casefold(): name for name in (" ".join(each.split()) for each in people) if name}
    if any(len(name) > NAME_LENGTH for name in names.values()):
        raise worded(RefusedValueError, "consent.refusal.subject", most=NAME_LENGTH)
    return tuple(names.values())


def _set_stopped(scene_id: str, *, stopped: bool, person_id: int) -> None:
    with writing() as session:
        scene = scenes.get(session, scene_id)
        require(session, scene.project_id, person_id, Act.SET_UP)
        if scene.stopped is not stopped:
            scenes.change(session, scene_id, stopped=stopped)
            action = "scene.stop" if stopped else "scene.go_on"
            audit.write(session, action, f"scene:{scene_id}", person_id=person_id)
