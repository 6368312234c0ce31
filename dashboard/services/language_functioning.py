"""Whether the delivery means the same in every language of a project, before its ratings are pooled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from dashboard.services import agreement_words
from dashboard.services.permissions import Act, ensure
from dashboard.services.project_state import ProjectState, state_of
from dashboard.services.training_ratings import collect
from db import projects
from db.session import reading
from engine.raters.functioning import Finding, ItemFunctioning
from engine.raters.item_functioning import item_functioning
from engine.verdict.ratings_table import RatingTable

LANGUAGE: Final = "language"
EMOTION: Final = "emotion"
MOST_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class LanguageFunctioning:
    """What was found.

    Attributes
    ----------
    languages : tuple of str
        Of the clips whose ratings teach the thresholds; with fewer than two there is nothing to compare.
    found : ItemFunctioning
        Each language against the other, or against all others, at equal gap and equal emotion.
    sentences : tuple of str
        The same in words, Markdown; empty where there is nothing to compare.
    """

    languages: tuple[str, ...]
    found: ItemFunctioning
    sentences: tuple[str, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether there are ratings in two languages or more."""
        return len(self.languages) > 1

    @property
    def differs(self) -> bool:
        """Whether some language is shown to differ."""
        return self.found.finding is Finding.DIFFERS


def language_functioning(project_id: int, *, person_id: int | None = None) -> LanguageFunctioning:
    """Test the answers that teach a project's thresholds, clips without a language as the project's.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    return _at(project_id, state_of(project_id))


@lru_cache(maxsize=MOST_KEPT)
def _at(project_id: int, _state: ProjectState) -> LanguageFunctioning:
    with reading() as session:
        project = projects.by_id(session, project_id)
        gaps = collect(session, project).gaps
    spoken = [gap.context.get(LANGUAGE, project.language) for gap in gaps]
    table = RatingTable.of(
        alignment=[gap.alignment for gap in gaps],
        verdict=[gap.verdict for gap in gaps],
        rater=[gap.person_id for gap in gaps],
        group=[gap.clip_id for gap in gaps],
        context={LANGUAGE: spoken, EMOTION: [gap.context.get(EMOTION) for gap in gaps]},
    )
    found = item_functioning(table, LANGUAGE, matching=(EMOTION,))
    return LanguageFunctioning(tuple(sorted(set(spoken))), found, agreement_words.functioning(found))
