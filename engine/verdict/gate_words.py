"""The gate's findings in sentences a teacher can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from engine.verdict.gate_report import Comparison, RungMetrics
from engine.verdict.power import MOST_ASKED
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER

LEAST_RATINGS: Final = 20
"""Below this no comparison is tried: five folds would learn from less than a handful of each verdict."""

LEAST_GROUPS: Final = 5
"""One held-out group a fold."""

RUNG_WORDS: Final = {
    "fixed": "the fixed pair ±0.15",
    "global": "one learned pair for all",
    "context": "thresholds by context",
}


def obstacle(ratings: RatingTable) -> tuple[str, int] | None:
    """Why nothing can be compared on these ratings and how many more are wanted; ``None`` where it can."""
    missing = max(LEAST_RATINGS - len(ratings), 1)
    given = np.unique(ratings.verdict)
    if len(ratings) < LEAST_RATINGS:
        return (
            f"There are {len(ratings)} ratings; at least {LEAST_RATINGS} are needed to compare "
            f"thresholds, {missing} more.",
            missing,
        )
    if given.size == 1:
        return (
            f"All {len(ratings)} ratings say {VERDICT_ORDER[int(given[0])].value}; thresholds need "
            "ratings of at least two verdicts, so rate some clips that are weaker or stronger.",
            LEAST_RATINGS,
        )
    if ratings.rater is not None and np.unique(ratings.rater.astype(str)).size == 1:
        return (
            "All ratings come from one person; thresholds for everybody need ratings by at least two.",
            LEAST_RATINGS,
        )
    groups = np.unique(ratings.group.astype(str)).size
    if groups < LEAST_GROUPS:
        return (
            f"The ratings cover {groups} group(s) of clips that belong together; at least {LEAST_GROUPS} "
            "are needed to check thresholds on groups they never saw.",
            LEAST_RATINGS,
        )
    return None


def explain(
    *,
    candidate: str,
    promoted: bool,
    comparisons: Sequence[Comparison],
    metrics: Mapping[str, RungMetrics],
    wanted: Mapping[str, int],
    incumbent: str,
    how: str,
    vetoed: bool,
) -> str:
    """Sentences for a person: what was compared with what, the outcome and what is missing.

    Parameters
    ----------
    candidate : str
        Rung of the candidate.
    promoted : bool
    comparisons : sequence of Comparison
    metrics : Mapping[str, RungMetrics]
    wanted : Mapping[str, int]
        Ratings still wanted, by context.
    incumbent : str
        Version of the policy in force.
    how : str
        How the policy in force was judged.
    vetoed : bool
        Whether the verdicts were better but the probabilities worse.
    """
    said = [how] if how else []
    for step in comparisons:
        against = (
            f"{incumbent}, which is in force" if step.against == "incumbent" else RUNG_WORDS[step.against]
        )
        outcome = "is better than" if step.low > 0 else "is not shown better than"
        said.append(
            f"On held-out groups {RUNG_WORDS[step.rung]} {outcome} {against}: macro-F1 "
            f"{metrics[step.rung].macro_f1:.3f}, difference {step.difference:+.3f}, "
            f"{step.level:.1%} interval {step.low:+.3f} to {step.high:+.3f}."
        )
    if promoted:
        said.append(f"So {RUNG_WORDS[candidate]} may replace {incumbent}.")
        return " ".join(said)
    said.append(f"So {incumbent} stays in force and {RUNG_WORDS[candidate]} stays a candidate.")
    if vetoed:
        said.append("Its verdicts agree better, but its probabilities fit the ratings worse (log-loss).")
    if wanted:
        said.append(_wish(wanted, same=not _differ(comparisons)))
    return " ".join(said)


def _differ(comparisons: Sequence[Comparison]) -> bool:
    """Whether any rung gave other verdicts than the policy in force."""
    return any(step.low < step.high for step in comparisons if step.against == "incumbent")


def _wish(wanted: Mapping[str, int], *, same: bool) -> str:
    everything = wanted.get("all", 0)
    contexts = [f"{count} of {name}" for name, count in wanted.items() if name != "all"]
    if same:
        said = f"To judge it on clips it has not seen, about {everything} ratings of new groups are needed"
    elif everything >= MOST_ASKED:
        said = f"Even {MOST_ASKED} more ratings may not show a difference"
    else:
        said = f"About {everything} more ratings would show a difference of this size in 8 of 10 cases"
    return said + (f"; most wanted: {', '.join(contexts)}." if contexts else ".")
