"""Takes: what somebody performs on the Perform page becomes a clip of the project, analysed before others.

Only who performed a take, and whoever sees what the machine says in the project, may look at it here. The
students of a class record takes here and hand them in; what the machine says is their teacher's to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from dashboard.services import assigned_lines, clip_limits, media_store, recordings
from dashboard.services.importing import CLIP_SUFFIXES
from dashboard.services.line_words import line_key
from dashboard.services.lines_table import MAX_LINE_CHARACTERS, checked_name
from dashboard.services.machine_view import NOTHING_SHOWN, MachineView, machine_view
from dashboard.services.permissions import Act, NotAllowedError, may, require
from dashboard.services.recording_pass import Performer
from dashboard.services.refusals import worded
from db import audit, clips, people, predictions, projects, scripts, takes
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipDraft, ClipRecord, ClipStatus, PersonRecord, TakeRecord
from db.session import reading, writing
from engine.vocabulary import LineSource, Protocol, Role

MOST_BESIDE: Final = 8
"""Takes of one line that are put side by side; more rows than this no eye compares."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a take is of.

    Attributes
    ----------
    line : str
        Empty where it is to be recognised.
    script_line_id : int or None
    assignment_id : int or None
        Of a class, where it is handed in for one.
    """

    line: str = ""
    script_line_id: int | None = None
    assignment_id: int | None = None


@dataclass(frozen=True, slots=True)
class SeenTake:
    """A take and what the machine says about it.

    Attributes
    ----------
    number : int
        Counted from 1 among the person's takes of this line.
    """

    take: TakeRecord
    clip: ClipRecord
    view: MachineView
    number: int

    @property
    def line(self) -> str:
        """The line as it was given, else as it was recognised."""
        if self.clip.line or self.view.prediction is None:
            return self.clip.line
        return self.view.prediction.analysis.line


def finish_recording(performer: Performer, key: str, count: int, wanted: Wanted, *, kind: str) -> TakeRecord:
    """Make a take of a recording whose pieces are all there; doing it twice makes one.

    Parameters
    ----------
    kind : str
        The ending of its file name, without the dot.

    Raises
    ------
    RefusedValueError
        If pieces are missing.
    """
    known = made_of(performer, key)
    if known is not None:
        _hand_in(known, known.assignment_id)  # the first attempt may have ended just before it
        return known
    if recordings.missing(performer, key, count):
        raise worded(RefusedValueError, "refusal.recording_missing")
    with recordings.joined(performer, key, count) as whole:
        take = add(performer, whole, name=f"take-{key[:8]}.{kind}", wanted=wanted, recording_key=key)
    recordings.drop(performer, key)
    return take


def made_of(performer: Performer, key: str) -> TakeRecord | None:
    """The take that was made of a person's recording, ``None`` before.

    Raises
    ------
    NotAllowedError
        If the person may not perform in the project.
    """
    with reading() as session:
        require_performing(session, performer.project_id, performer.person_id)
        take = takes.by_key(session, key)
    if take is None or (take.project_id, take.person_id) != (performer.project_id, performer.person_id):
        return None
    return take


def add(
    performer: Performer, source: BinaryIO, *, name: str, wanted: Wanted, recording_key: str
) -> TakeRecord:
    """Store a file as a person's take and queue it.

    Raises
    ------
    NotAllowedError
        If the person has no part in the project.
    RefusedValueError
        If the file is somebody else's clip already, or the line is too long or not the script's.
    """
    name = checked_name(name, where="Perform")
    if not any(name.lower().endswith(suffix) for suffix in CLIP_SUFFIXES):
        raise worded(RefusedValueError, "refusal.take_kind")
    if len(wanted.line) > MAX_LINE_CHARACTERS:
        raise worded(RefusedValueError, "refusal.line_long", n=MAX_LINE_CHARACTERS)
    with reading() as session:
        require_performing(session, performer.project_id, performer.person_id)
        _check_line(session, performer, wanted)
    kept = media_store.put_stream(source, most_bytes=clip_limits.most_bytes())
    take = _stored(performer, kept, name, wanted, recording_key)
    _hand_in(take, wanted.assignment_id)
    return take


def check(project_id: int, person_id: int) -> None:
    """Refuse who may not perform here; see :func:`require_performing`."""
    with reading() as session:
        require_performing(session, project_id, person_id)


def mine(project_id: int, person_id: int, *, line: str | None = None) -> tuple[SeenTake, ...]:
    """A person's own takes of one line in a project, the newest :data:`MOST_BESIDE` of them, oldest first.

    Parameters
    ----------
    line : str, optional
        Case, punctuation and blanks do not count. Without it the line of the newest take is meant.
    """
    with reading() as session:
        require_performing(session, project_id, person_id)
        role = people.role_in(session, project_id, person_id)
        own = tuple(reversed(takes.newest(session, project_id, person_id)))
        said = predictions.latest_of_clips(session, [take.clip_id for take in own])
        keyed = []
        for take in own:
            clip = clips.get(session, take.clip_id)
            heard = said[clip.id].line if clip.id in said else ""
            keyed.append((line_key(clip.line or heard), take, clip))
        wanted = line_key(line) if line else keyed[-1][0] if keyed else ""
        group = [(take, clip) for key, take, clip in keyed if key == wanted]
        numbered = list(enumerate(group, start=1))[-MOST_BESIDE:]
        return tuple(
            SeenTake(take, clip, _view(session, clip, role), number) for number, (take, clip) in numbered
        )


def look(clip_id: str, person_id: int) -> SeenTake:
    """One take, as a person may see it.

    Raises
    ------
    UnknownRowError
        If it is no take, or another person's and theirs to see alone.
    """
    with reading() as session:
        take = takes.of_clip(session, clip_id)
        if take is None:
            raise worded(UnknownRowError, "refusal.gone")
        role = people.role_in(session, take.project_id, person_id)
        if take.person_id != person_id and not may(role, Act.SEE_MACHINE):
            raise worded(UnknownRowError, "refusal.gone")
        clip = clips.get(session, clip_id)
        return SeenTake(take, clip, _view(session, clip, role), 1)


def require_sight(session: Session, clip_id: str, person_id: int) -> None:
    """Refuse the Review page of a take to whoever does not lead; its performer has the Perform page.

    Raises
    ------
    UnknownRowError
        As if there were no such clip.
    """
    take = takes.of_clip(session, clip_id)
    if take is not None and not may(people.role_in(session, take.project_id, person_id), Act.SEE_MACHINE):
        raise worded(UnknownRowError, "refusal.gone")


def require_performing(session: Session, project_id: int, person_id: int) -> None:
    """Refuse who has no part in the project, and raters who are not to know what the machine says.

    Raises
    ------
    NotAllowedError
        Where people answer blind, a verdict on a line would reach who is still to rate it.
    """
    role = people.role_in(session, project_id, person_id)
    if may(role, Act.HAND_IN) and not may(role, Act.RATE):
        return
    require(session, project_id, person_id, Act.RATE)
    protocol = projects.by_id(session, project_id).protocol
    if protocol is not Protocol.ASSISTED and not may(role, Act.SEE_MACHINE):
        raise worded(NotAllowedError, "refusal.perform_blind")


def tells_verdict(role: Role | None) -> bool:
    """Whether somebody with that part reads on Perform what the machine says."""
    return may(role, Act.RATE)


def _view(session: Session, clip: ClipRecord, role: Role | None) -> MachineView:
    return machine_view(session, clip) if tells_verdict(role) else NOTHING_SHOWN


def is_waiting(take: SeenTake) -> bool:
    """Whether the verdict is still to come."""
    return take.clip.status in (ClipStatus.QUEUED, ClipStatus.ANALYSING)


def _stored(
    performer: Performer, stored: media_store.StoredFile, name: str, wanted: Wanted, recording_key: str
) -> TakeRecord:
    with writing() as session:
        require_performing(session, performer.project_id, performer.person_id)
        if (known := takes.by_key(session, recording_key)) is not None:
            return known
        clip = clips.by_sha256(session, performer.project_id, stored.sha256)
        if clip is not None:
            mine = takes.of_clip(session, clip.id)
            if mine is not None and mine.person_id == performer.person_id:
                return mine
            raise worded(RefusedValueError, "refusal.take_known")
        person = people.by_id(session, performer.person_id)
        project = projects.by_id(session, performer.project_id)
        clip = clips.add(session, project.id, _draft(name, stored, wanted, person, project.language))
        take = takes.add(
            session,
            clip_id=clip.id,
            project_id=project.id,
            person_id=person.id,
            recording_key=recording_key,
            script_line_id=wanted.script_line_id,
            assignment_id=wanted.assignment_id,
        )
        audit.write(session, "take.add", f"clip:{clip.id}", person_id=person.id, details={"name": name})
        return take


def _hand_in(take: TakeRecord, assignment_id: int | None) -> None:
    if assignment_id is not None:
        assigned_lines.hand_in(take.clip_id, assignment_id, take.person_id)


def _check_line(session: Session, performer: Performer, wanted: Wanted) -> None:
    if wanted.script_line_id is None:
        return
    line = scripts.line(session, wanted.script_line_id)
    if scripts.get(session, line.script_id).project_id != performer.project_id:
        raise worded(UnknownRowError, "refusal.gone")


def _draft(
    name: str, stored: media_store.StoredFile, wanted: Wanted, person: PersonRecord, language: str
) -> ClipDraft:
    line = " ".join(wanted.line.split())
    return ClipDraft(
        sha256=stored.sha256,
        original_name=name,
        media_key=stored.key,
        size_bytes=stored.size_bytes,
        line=line,
        line_source=LineSource.GIVEN if line else LineSource.NONE,
        actor=person.name,
        language=language,
    )
