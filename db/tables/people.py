"""People, projects, and who has which part in which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import now, words_of
from db.tables.base import KEY_LENGTH, Base
from engine.vocabulary import Protocol, Role


class Person(Base):
    """Somebody who rates or decides."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("length(name) >= 1", name="name_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Project(Base):
    """A set of clips rated under one protocol."""

    __tablename__ = "projects"
    __table_args__ = (CheckConstraint("length(name) >= 1", name="name_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    protocol: Mapped[Protocol] = mapped_column(words_of(Protocol, name="protocol_known"))
    language: Mapped[str] = mapped_column(String(35))
    demo: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Membership(Base):
    """A person's part in a project."""

    __tablename__ = "memberships"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(words_of(Role, name="role_known"))
    created_at: Mapped[datetime] = mapped_column(default=now)
