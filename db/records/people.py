"""People, projects and who takes part in which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db.records.page import Json
from engine.vocabulary import Protocol, Role


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody who rates or decides; ``pseudonym`` is the name exports use."""

    id: int
    name: str
    pseudonym: str
    simulated: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A set of clips rated under one protocol; ``demo`` projects may learn from simulated raters."""

    id: int
    name: str
    protocol: Protocol
    language: str
    demo: bool
    settings: Json
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A person's part in a project."""

    person: PersonRecord
    role: Role
