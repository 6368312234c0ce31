"""What the figures of the Thresholds page were worked out from: figures of the same basis are the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from dashboard.services import thresholds
from dashboard.services.permissions import Act, ensure

ROOT: Final = Path(__file__).resolve().parent.parent.parent
CODE: Final = (
    "engine/verdict/*.py",
    "engine/calibration.py",
    "engine/raters/anchoring.py",
    "dashboard/services/page_figures.py",
    "dashboard/services/figures_file.py",
    "dashboard/services/shown_pull.py",
    "dashboard/services/drift.py",
)
"""The code whose change makes figures other ones."""

GROWTH: Final = 0.05
"""More new ratings than this share make figures worth working out again unasked; fewer hardly move them."""

PROJECT_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class FiguresBasis:
    """Everything figures depend on.

    Attributes
    ----------
    project : str
        Its number and a sign of the database it is in; letters, digits and ``-``.
    ratings : int
    ratings_hash : str
        Of the ratings learned from and of how many answers there are of any kind.
    learned, in_force : str
        Versions of the thresholds trained last and of those that judge.
    columns : tuple of str
        Contexts that are compared.
    code : str
        See :data:`CODE`.
    """

    project: str
    ratings: int
    ratings_hash: str
    learned: str
    in_force: str
    columns: tuple[str, ...]
    code: str

    @property
    def key(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def has_outgrown(self, older: FiguresBasis) -> bool:
        """Whether figures of an older basis say too little about this one to be left as they are."""
        if self.key == older.key:
            return False
        own = (self.project, self.learned, self.in_force, self.columns, self.code)
        if own != (older.project, older.learned, older.in_force, older.columns, older.code):
            return True
        return abs(self.ratings - older.ratings) > GROWTH * older.ratings


def basis_of(project_id: int, *, person_id: int | None = None) -> FiguresBasis | None:
    """The basis of a project's figures now, ``None`` before anything was learned.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.TEACH)
    view = thresholds.view(project_id)
    learned, state = view.newest_learned, view.told.state
    if learned is None or state is None:
        return None
    table, marks = view.training.sha256(view.compared), state.marks
    answers = f"{table} {marks.ratings} {marks.withdrawals} {marks.predictions} {marks.gold}"
    place = hashlib.sha256(f"{state.database} {view.project.created_at}".encode()).hexdigest()
    return FiguresBasis(
        project=f"{project_id}-{place[:PROJECT_DIGITS]}",
        ratings=len(view.gaps),
        ratings_hash=hashlib.sha256(answers.encode()).hexdigest(),
        learned=learned.version,
        in_force="" if view.suspended else view.in_force.version,
        columns=view.compared,
        code=_code(),
    )


@lru_cache(maxsize=1)
def _code() -> str:
    digest = hashlib.sha256()
    for pattern in CODE:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
