"""The answers a project has, and those of other tools among them, each kept once."""

from __future__ import annotations

import secrets
from collections import defaultdict
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from db import ratings
from db.records import ProjectRecord, RatingDraft, RatingRecord, TaskKey

KEY_START: Final = "import-"
"""Idempotency keys of answers that came with a file begin so."""

Content = tuple[object, ...]


class AnsweredHereError(Exception):
    """The person has answered the same task otherwise, and here."""


class KnownAnswers:
    """Everything that was answered in a project."""

    def __init__(self, session: Session, project: ProjectRecord) -> None:
        self._session = session
        self._given: dict[TaskKey, list[RatingRecord]] = defaultdict(list)
        for rated in ratings.all_of_project(session, project.id):
            self._given[_task(rated.rating)].append(rated.rating)
        self._unmatched = {task: list(map(_content, given)) for task, given in self._given.items()}

    def keep(self, draft: RatingDraft, *, given_at: datetime | None, is_taken_back: bool) -> bool:
        """Store an answer that is not there yet; whether it was stored just now.

        Raises
        ------
        AnsweredHereError
            If another answer of the person to this task was given here; that one stays.
        """
        task, content = _task(draft), _content(draft)
        waiting = self._unmatched.get(task, [])
        if content in waiting:
            waiting.remove(content)  # one stored answer is the match of one row
            return False
        given = self._given[task]
        last = given[-1] if given else None
        if last is not None and not last.idempotency_key.startswith(KEY_START):
            raise AnsweredHereError
        added = ratings.bring_in(
            self._session, draft, supersedes_id=None if last is None else last.id, created_at=given_at
        )
        if is_taken_back:
            ratings.withdraw(self._session, added.id, person_id=draft.person_id)
        given.append(added)
        return True


def new_key() -> str:
    """An idempotency key for an answer that comes with a file."""
    return KEY_START + secrets.token_hex(16)


def _task(rating: RatingDraft) -> TaskKey:
    return TaskKey(rating.clip_id, rating.person_id, rating.channel, rating.occasion)


def _content(rating: RatingDraft) -> Content:
    """What was answered: two answers alike in this are the same answer."""
    return (
        rating.delivery,
        rating.emotion,
        rating.expected_intensity,
        rating.expressed_intensity,
        rating.comment,
        rating.phase,
    )
