"""Which clip and which person of a project a foreign row means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services.lines_table import composed
from dashboard.services.pseudonyms import Pseudonyms
from db import clips, people, ratings
from db.records import ClipRecord, PersonRecord, ProjectRecord
from db.tables import KEY_LENGTH

IMPORTED: Final = " (imported, {project})"
"""Behind the name of a rater whose own name belongs to somebody else here."""


class KnownClips:
    """The clips of a project by everything they may be called: ids, file names, pseudonyms, contents.

    Parameters
    ----------
    session : Session
    project : ProjectRecord
    veil : Pseudonyms
        Of the project: an export that comes back is recognised by them.
    """

    def __init__(self, session: Session, project: ProjectRecord, veil: Pseudonyms) -> None:
        self._named: dict[str, ClipRecord | None] = {}
        everything = clips.every_of_project(session, project.id)
        for clip in everything:
            veiled = veil.clip(clip)
            for sure in (clip.id, veiled.id, veiled.original_name, veiled.sha256, clip.sha256):
                self._named[sure] = clip
        for clip in everything:
            name = composed(clip.original_name)
            for likely in (name, PurePath(name).stem):
                other = self._named.setdefault(likely, clip)
                if other is not None and other.id != clip.id:
                    self._named[likely] = None  # two clips are called so: nobody can tell which is meant

    def find(self, names: Iterable[str]) -> ClipRecord | None:
        """The clip that goes by the first of these names that is known.

        Raises
        ------
        LookupError
            If several clips go by it.
        """
        for name in names:
            key = composed(name)
            if key in self._named:
                found = self._named[key]
                if found is None:
                    raise LookupError(name)
                return found
        return None


class KnownRaters:
    """The people of a project by everything they may be called; others are added.

    Parameters
    ----------
    session : Session
        Of the transaction that writes.
    project : ProjectRecord
    veil : Pseudonyms
        Of the project.
    """

    def __init__(self, session: Session, project: ProjectRecord, veil: Pseudonyms) -> None:
        self._session = session
        self._project = project
        self._named: dict[str, PersonRecord] = {}
        here = {member.person.id for member in people.members(session, project.id)}
        here |= ratings.rater_ids(session, project.id)
        everybody = people.everybody(session)
        self._strangers = {person.name for person in everybody if person.id not in here}
        for person in everybody:
            if person.id in here:
                for name in (person.name, person.pseudonym, veil.person(person).name):
                    self._named[name] = person

    def person(self, name: str, *, simulated: bool) -> PersonRecord:
        """The person a row names, added if nobody of this project is called so."""
        known = self._named.get(name)
        if known is None:
            free = name
            if name in self._strangers:  # somebody who never rated here; the vote is not theirs
                free = (
                    name[: KEY_LENGTH // 2] + IMPORTED.format(project=self._project.name)[: KEY_LENGTH // 2]
                )
            known = people.get_or_create(self._session, free, simulated=simulated)
            self._named[name] = known
        return known
