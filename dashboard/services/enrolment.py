"""Actors who consented to be recognised: enrolled from pictures, found among several faces, forgotten.

Of a picture 128 numbers are kept and not the picture; they tell a person apart, so they stay within one
project and serve one thing: to read the named actor's face where a clip shows several. Deleting them is one
act, and leaves a line in the audit log that says so and not what was deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from dashboard.services import filmed
from dashboard.services.permissions import Act, require
from dashboard.services.process_limits import Apart, TooGreedyError
from dashboard.services.refusals import worded
from db import audit, enrolled_faces
from db.errors import RefusedValueError
from db.records import ConsentScope
from db.session import reading, writing
from db.tables import KEY_LENGTH
from engine.errors import DailiesError
from engine.features.face_identity import installed

NAME_LENGTH: Final = KEY_LENGTH
MOST_PICTURES: Final = 10
LARGEST_PICTURE: Final = 20 << 20
"""Bytes."""

Picture = tuple[str, bytes]
Vectors = tuple[tuple[float, ...], ...]


def is_possible() -> bool:
    """Whether faces can be told apart on this machine."""
    return installed()


def actors(project_id: int, *, person_id: int | None) -> Mapping[str, int]:
    """Enrolled actors of a project and how many pictures each has.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        return enrolled_faces.actors(session, project_id)


def enrol(
    project_id: int,
    actor: str,
    pictures: Sequence[Picture],
    *,
    consents: bool,
    person_id: int | None,
    read: Callable[[Sequence[Picture]], Vectors] | None = None,
) -> int:
    """Learn an actor's face from pictures of them; they are looked at and not kept.

    Parameters
    ----------
    actor : str
        As clips name them.
    consents : bool
        Whoever enrols has the actor's consent.
    read : callable, optional
        What turns pictures into vectors; a process of its own unless given.

    Returns
    -------
    int
        How many pictures were learned from.

    Raises
    ------
    RefusedValueError
        If consent or the name is missing, no consent to analysis stands in the register of the project, or
        there are too many or too large pictures.
    DailiesError
        If a picture cannot be used, in one sentence.
    NotAllowedError
        If the person's part in the project does not include it.
    """
    actor = actor.strip()
    if not consents:
        raise worded(RefusedValueError, "refusal.no_consent")
    if not 1 <= len(actor) <= NAME_LENGTH:
        raise worded(RefusedValueError, "refusal.actor_name", n=NAME_LENGTH)
    if not 1 <= len(pictures) <= MOST_PICTURES or any(len(each) > LARGEST_PICTURE for _, each in pictures):
        raise worded(RefusedValueError, "refusal.pictures", n=MOST_PICTURES, mib=LARGEST_PICTURE >> 20)
    with reading() as session:
        require(session, project_id, person_id, Act.SET_UP)
        _require_consent(session, project_id, actor)
    vectors = (read or _read_apart)(pictures)
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        _require_consent(session, project_id, actor)  # pictures take a while to look at
        enrolled_faces.add(session, project_id, actor, vectors, person_id=person_id)
        details = {"actor": actor, "pictures": len(vectors), "consent": True}
        audit.write(session, "actor.enrol", f"project:{project_id}", person_id=person_id, details=details)
    return len(vectors)


def forget(project_id: int, actor: str, *, person_id: int | None) -> int:
    """Delete what is known of an actor's face; clips analysed before keep their predictions.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    """
    with writing() as session:
        require(session, project_id, person_id, Act.SET_UP)
        count = enrolled_faces.forget(session, project_id, actor)
        details = {"actor": actor, "pictures": count}
        audit.write(session, "actor.forget", f"project:{project_id}", person_id=person_id, details=details)
        return count


def _require_consent(session: Session, project_id: int, actor: str) -> None:
    """Refuse a face that nobody on record has agreed to have analysed.

    A face that tells people apart is more than a film of them: a tick is not enough, the register is asked.
    """
    if not filmed.covers(session, project_id, actor, None, (ConsentScope.ANALYSIS,)):
        raise worded(RefusedValueError, "refusal.consent_not_on_record", name=actor)


def _read_apart(pictures: Sequence[Picture]) -> Vectors:
    """Look at pictures in a process of its own: a hostile file ends that process and nothing else."""
    with Apart() as process:
        try:
            found = process.do(_vectors, pictures)
        except TooGreedyError:
            raise worded(RefusedValueError, "refusal.picture_broken") from None
    if isinstance(found, str):
        raise DailiesError(found)
    return found


def _vectors(pictures: Sequence[Picture]) -> Vectors | str:
    """The vectors of pictures, or the sentence that says why there are none."""
    from engine.systems.face_enrolment import enrolled_face

    try:
        return tuple(tuple(row) for row in enrolled_face(pictures).vectors.tolist())
    except DailiesError as error:
        return str(error)
