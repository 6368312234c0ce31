"""Queries on how a clip was watched before an answer; one row per answer, append-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.records import Circumstances
from db.rows import build, columns_of
from db.tables import RatingCircumstances

_INSERT: Final = insert(RatingCircumstances.__table__)  # type: ignore[arg-type]  # a mapped class has a Table


def add(session: Session, rating_id: int, given: Circumstances) -> None:
    """Store under which circumstances an answer was given.

    Raises
    ------
    UnknownRowError
        If there is no such rating or guideline.
    """
    row = {
        "rating_id": rating_id,
        "intervals_s": [list(pair) for pair in given.intervals_s],
        "replays": given.replays,
        "fastest": given.fastest,
        "hidden_s": given.hidden_s,
        "elapsed_s": given.elapsed_s,
        "guideline_id": given.guideline_id,
        "interface_language": given.interface_language,
    }
    session.connection().execute(_INSERT, row)


def of_ratings(session: Session, rating_ids: Sequence[int]) -> dict[int, Circumstances]:
    """The circumstances of some answers (a page of them) by rating; answers without are left out."""
    columns = columns_of(RatingCircumstances, Circumstances)
    rows = session.execute(
        select(RatingCircumstances.rating_id, *columns).where(RatingCircumstances.rating_id.in_(rating_ids))
    )
    return {row[0]: _read(build(Circumstances, row[1:])) for row in rows}


def _read(stored: Circumstances) -> Circumstances:
    pairs = tuple((float(start), float(end)) for start, end in stored.intervals_s)  # JSON has lists alone
    return replace(stored, intervals_s=pairs)
