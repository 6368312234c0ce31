"""The text raters go by, in their language, with versions and example clips.

A text of the project's own counts from the moment it is stored; until then Dailies' own stands, which
lies in ``dashboard/guidelines``. The version that was in force goes with each answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import messages
from dashboard.services.permissions import Act, ensure, require
from dashboard.services.refusals import worded
from db import audit, clips, projects
from db import guidelines as stored_texts
from db.errors import RefusedValueError, UnknownRowError
from db.records import ClipRecord, ClipStatus, GuidelineRecord
from db.session import reading, writing

FOLDER: Final = Path(__file__).resolve().parent.parent / "guidelines"
TEXT_LENGTH: Final = 20_000
NOTE_LENGTH: Final = 500
MOST_EXAMPLES: Final = 20
"""Nobody watches more before they begin."""
MOST_CANDIDATES: Final = 500


@dataclass(frozen=True, slots=True)
class Example:
    """A clip that shows what is meant, and what it shows."""

    clip_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Guideline:
    """What a rater reads.

    Attributes
    ----------
    id : int or None
        Goes with the answers given by it; ``None`` for the text Dailies ships.
    version : int
        0 for the text Dailies ships.
    """

    id: int | None
    version: int
    language: str
    text: str
    examples: tuple[Example, ...] = ()

    @property
    def direction(self) -> str:
        """``"rtl"`` or ``"ltr"``: the text may be in another language than the page."""
        return messages.direction_of(self.language)


def in_force(session: Session, project_id: int, language: str) -> GuidelineRecord | None:
    """The project's text in ``language``, else in the project's own language; ``None`` without either."""
    found = stored_texts.newest(session, project_id, language)
    if found is not None:
        return found
    return stored_texts.newest(session, project_id, projects.by_id(session, project_id).language)


def shown(project_id: int, language: str, *, person_id: int | None = None) -> Guideline:
    """What somebody who reads ``language`` goes by: the project's text, else the shipped one.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.RATE)
    with reading() as session:
        found = in_force(session, project_id, language)
    if found is None:
        return Guideline(id=None, version=0, language=language, text=shipped(language))
    return read(found)


def history(project_id: int, language: str, *, person_id: int | None = None) -> tuple[Guideline, ...]:
    """The project's versions in one language, the newest first.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.SET_UP)
    with reading() as session:
        return tuple(read(each) for each in stored_texts.history(session, project_id, language))


def write(
    project_id: int,
    language: str,
    text: str,
    *,
    examples: Sequence[Example] = (),
    person_id: int | None,
) -> Guideline:
    """Store a text as the next version of its language; the same as before is not stored again.

    Raises
    ------
    RefusedValueError
        If the text is empty or too long, or an example is no clip of the project; nothing is stored.
    UnknownRowError
        If there is no such project or clip.
    NotAllowedError
        If the person may not set the project up.
    """
    text = text.strip()
    wanted = tuple(Example(each.clip_id, each.note.strip()) for each in examples)
    messages.catalogue(language)  # refuses a language nobody can read the page in
    _check(text, wanted)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        projects.by_id(session, project_id)
        for example in wanted:
            if clips.get(session, example.clip_id).project_id != project_id:
                raise RefusedValueError(
                    "An example is a clip of another project; choose one of this project."
                )
        before = stored_texts.newest(session, project_id, language)
        if before is not None and (before.text, read(before).examples) == (text, wanted):
            return read(before)
        stored = stored_texts.add(
            session,
            project_id,
            language,
            text,
            examples=[asdict(example) for example in wanted],
            created_by=person_id,
        )
        audit.write(
            session,
            "project.guideline",
            f"project:{project_id}",
            person_id=person_id,
            details={"language": language, "version": stored.version},
        )
        return read(stored)


def candidates(project_id: int, *, person_id: int | None = None) -> tuple[ClipRecord, ...]:
    """Clips to choose examples from, in the order they came; the first :data:`MOST_CANDIDATES` of them.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    ensure(project_id, person_id, Act.SET_UP)
    with reading() as session:
        page = clips.list_page(session, project_id, status=ClipStatus.READY, limit=MOST_CANDIDATES)
    return page.items


def clip_of(example: Example, *, person_id: int | None = None) -> ClipRecord:
    """The clip of an example.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If it is gone.
    """
    with reading() as session:
        clip = clips.get(session, example.clip_id)
        require(session, clip.project_id, person_id, Act.RATE)
    if clip.status is ClipStatus.WITHDRAWN:
        raise worded(UnknownRowError, "refusal.gone")
    return clip


def is_there(example: Example) -> bool:
    """Whether the clip of an example was not removed since."""
    try:
        clip_of(example)
    except UnknownRowError:
        return False
    return True


def read(record: GuidelineRecord) -> Guideline:
    """A stored text as a page reads it."""
    return Guideline(
        id=record.id,
        version=record.version,
        language=record.language,
        text=record.text,
        examples=tuple(Example(**example) for example in record.examples),
    )


@lru_cache
def shipped(language: str) -> str:
    """The text Dailies ships in a language, as Markdown.

    Raises
    ------
    UnknownNameError
        If the interface does not speak that language.
    """
    messages.catalogue(language)
    return (FOLDER / f"{language}.md").read_text(encoding="utf-8")


def _check(text: str, examples: Sequence[Example]) -> None:
    if not text:
        raise RefusedValueError("A guideline needs a text; write one, or leave the one there is.")
    if len(text) > TEXT_LENGTH:
        raise RefusedValueError(f"The guideline has {len(text)} letters; shorten it to {TEXT_LENGTH}.")
    if len(examples) > MOST_EXAMPLES:
        raise RefusedValueError(f"There are {len(examples)} example clips; keep at most {MOST_EXAMPLES}.")
    if len({example.clip_id for example in examples}) != len(examples):
        raise RefusedValueError("A clip stands twice among the examples; remove one.")
    if any(len(example.note) > NOTE_LENGTH for example in examples):
        raise RefusedValueError(f"A note on an example has more than {NOTE_LENGTH} letters; shorten it.")
