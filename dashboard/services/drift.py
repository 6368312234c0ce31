"""Whether a project's learned thresholds still fit what people say now, in sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.services.context_words import wish_name
from dashboard.services.judging import in_force
from dashboard.services.messages import say
from dashboard.services.projects import context_columns
from dashboard.services.training_ratings import collect
from db import predictions, projects, ratings
from db.session import reading
from engine.errors import TableError
from engine.verdict.drift import Change, Drift, watch
from engine.verdict.figures import out_of_fold
from engine.verdict.learned import LearnedPolicy


@dataclass(frozen=True, slots=True)
class DriftView:
    """What the monitor has to say.

    Attributes
    ----------
    drift : Drift
    recent : int
        Ratings since the thresholds in force were learned.
    """

    drift: Drift
    recent: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """The outcome first, then each thing that changed."""
        return _sentences(self.drift, self.recent)

    @property
    def asks_for_recalibration(self) -> bool:
        """Whether thresholds should be learned again."""
        return self.drift.asks_for_recalibration


def look(project_id: int, *, seed: int = 0) -> DriftView | None:
    """Compare the ratings since the thresholds in force were learned with those they were learned from.

    Takes about a second, so never in a page's run.

    Returns
    -------
    DriftView or None
        ``None`` where no learned thresholds judge, or too few of the ratings they saw are still known.

    Raises
    ------
    UnknownRowError
        If there is no such project.
    """
    with reading() as session:
        project = projects.by_id(session, project_id)
        judging = in_force(session, project_id, predictions.newest(session, project_id))
        policy, record = judging.policy, judging.record
        if record is None or not isinstance(policy, LearnedPolicy):
            return None
        training = collect(session, project)
        newer = ratings.given_since(session, project_id, record.created_at)
    columns = training.varied(tuple(dict.fromkeys((*policy.context_columns, *context_columns(project)))))
    table = training.table(columns)
    is_recent = np.isin(training.rating_id, np.array(newer, dtype=np.int64))
    recent = table.take(is_recent)
    try:
        learned_from = out_of_fold(table.take(~is_recent), policy, generator=np.random.default_rng(seed))
    except TableError:  # most of what was learned from has been replaced or left out since
        return None
    drift = watch(policy, learned_from, recent, columns=columns, generator=np.random.default_rng(seed))
    return DriftView(drift, len(recent))


def _sentences(drift: Drift, recent: int) -> tuple[str, ...]:
    if drift.looked_at == 0:
        return (say("drift.early", n=recent, wanted=drift.next_look),)
    changed = [change for change in drift.changes if change.has_changed]
    if not changed:
        return (say("drift.quiet", n=drift.looked_at),)
    return (say("drift.recalibrate", n=drift.looked_at), *(_sentence(change) for change in changed))


def _sentence(change: Change) -> str:
    if change.watched == "gaps":
        where = wish_name(change.context) if change.context else say("drift.everywhere")
        return say("drift.gaps", where=where, before=f"{change.before:+.1f}", since=f"{change.since:+.1f}")
    return say(f"drift.{change.watched}", before=f"{change.before:.0%}", since=f"{change.since:.0%}")
