"""Whether the delivery means the same in every language of a project, before its ratings are pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.services import agreement_words, aside
from dashboard.services.aside import WorkedOut
from dashboard.services.permissions import Act, ensure
from dashboard.services.training_ratings import collect
from db import projects
from db.session import reading
from engine.raters.functioning import Finding, ItemFunctioning
from engine.raters.item_functioning import item_functioning
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER

LANGUAGE: Final = "language"
EMOTION: Final = "emotion"


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


def language_functioning(project_id: int, *, person_id: int | None = None) -> WorkedOut[LanguageFunctioning]:
    """Test the answers that teach a project's thresholds, clips without a language as the project's.

    Raises
    ------
    NotAllowedError
        If the person's part in the project does not include it.
    UnknownRowError
        If there is no such project.
    """
    ensure(project_id, person_id, Act.SEE_MACHINE)
    return aside.of_project("language functioning", project_id, lambda: work_out(project_id))


def work_out(project_id: int) -> LanguageFunctioning:
    """Test them now."""
    with reading() as session:
        project = projects.by_id(session, project_id)
        training = collect(session, project)
    known = training.levels(LANGUAGE)
    spoken = np.where(np.equal(known, None), project.language, known)
    table = RatingTable.of(
        alignment=training.alignment,
        verdict=np.array(VERDICT_ORDER, dtype=object)[training.verdict],
        rater=training.person,
        group=np.array([each.clip_id for each in training.clips], dtype=object)[training.clip],
        context={LANGUAGE: spoken, EMOTION: training.levels(EMOTION)},
    )
    found = item_functioning(table, LANGUAGE, matching=(EMOTION,))
    languages = tuple(sorted({str(each) for each in spoken}))
    return LanguageFunctioning(languages, found, agreement_words.functioning(found))
