"""The gate's findings in sentences a teacher can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from engine.verdict.gate_report import Comparison, RungMetrics
from engine.verdict.power import MOST_ASKED, SMALLEST_GAIN
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

METRIC_WORDS: Final = {"macro_f1": "macro-F1", "kappa": "quadratic kappa", "log_loss": "log-loss"}

CONTEXT_RULE: Final = (
    "Thresholds by context open only where their verdicts are shown to agree better than those of one pair "
    "for all (by macro-F1 or quadratic kappa, and by neither worse) and their probabilities fit no worse "
    "(log-loss); here they do not."
)


def obstacle(ratings: RatingTable) -> tuple[str, int] | None:
    """Why nothing can be compared on these ratings and how many more are wanted; ``None`` where it can."""
    if len(ratings) < LEAST_RATINGS:
        missing = LEAST_RATINGS - len(ratings)
        return (
            f"there are {len(ratings)} ratings; at least {LEAST_RATINGS} are needed to compare "
            f"thresholds, {missing} more.",
            missing,
        )
    alike = no_spread(ratings, grouped=False)
    if alike is not None:
        return alike, LEAST_RATINGS
    groups = np.unique(ratings.group.astype(str)).size
    if groups < LEAST_GROUPS:
        return (
            f"the ratings cover {groups} group(s) of clips that belong together; at least {LEAST_GROUPS} "
            "are needed to check thresholds on groups they never saw.",
            LEAST_RATINGS,
        )
    return None


def no_spread(ratings: RatingTable, *, grouped: bool) -> str | None:
    """Why ratings that are all alike teach no thresholds; ``None`` where they differ, or there are none.

    Parameters
    ----------
    ratings : RatingTable
    grouped : bool
        Whether more than one group is demanded.
    """
    if len(ratings) == 0:
        return None
    given = np.unique(ratings.verdict)
    if given.size == 1:
        return (
            f"all {len(ratings)} ratings say {VERDICT_ORDER[int(given[0])].value}; thresholds need "
            "ratings of at least two verdicts, so rate some clips that are weaker or stronger."
        )
    if ratings.rater is not None and np.unique(ratings.rater.astype(str)).size == 1:
        return "all ratings come from one person; thresholds for everybody need ratings by at least two."
    if grouped and np.unique(ratings.group.astype(str)).size == 1:
        return "all ratings belong to one group; to check thresholds at least two groups are needed."
    return None


def explain(
    comparisons: Sequence[Comparison],
    *,
    candidate: str,
    promoted: bool,
    metrics: Mapping[str, RungMetrics],
    wanted: Mapping[str, int],
    incumbent: str,
    how: str,
    vetoed: bool,
) -> str:
    """Sentences for a person: what was compared with what, the outcome and what is missing.

    Parameters
    ----------
    comparisons : sequence of Comparison
    candidate : str
        Rung of the candidate.
    promoted : bool
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
        outcome = "better than" if step.better else "worse than" if step.worse else "not shown better than"
        value = getattr(metrics[step.rung], step.metric)
        said.append(
            f"By {METRIC_WORDS[step.metric]} ({value:.3f}) on held-out groups, {RUNG_WORDS[step.rung]}: "
            f"{outcome} {against}, by {step.difference:+.3f} "
            f"({step.level:.0%} interval {step.low:+.3f} to {step.high:+.3f})."
        )
    if candidate != "context" and any(step.rung == "context" for step in comparisons):
        said.append(CONTEXT_RULE)
    if promoted:
        said.append(f"So {RUNG_WORDS[candidate]} may replace {incumbent}.")
        return " ".join(said)
    said.append(f"So {incumbent} stays in force and {RUNG_WORDS[candidate]} stays a candidate.")
    if vetoed:
        said.append("Its verdicts agree better, but its probabilities fit the ratings worse (log-loss).")
    if wanted:
        said.append(_wish(wanted, same=not _differ(comparisons, candidate)))
    return " ".join(said)


def _differ(comparisons: Sequence[Comparison], rung: str) -> bool:
    return any(
        step.low < step.high for step in comparisons if (step.rung, step.against) == (rung, "incumbent")
    )


def _wish(wanted: Mapping[str, int], *, same: bool) -> str:
    everything = wanted.get("all", 0)
    contexts = [f"{count} of {name}" for name, count in wanted.items() if name != "all"]
    if same:
        said = f"To judge it on clips it has not seen, about {everything} ratings of new groups are needed"
    elif everything == 0:
        said = (
            f"These ratings would have shown a gain of {SMALLEST_GAIN:g} if there were one, so more of the "
            "same would hardly change this"
        )
    elif everything >= MOST_ASKED:
        said = f"Even {MOST_ASKED} more ratings may not show a difference"
    else:
        said = f"About {everything} more ratings would show a difference of this size in 8 of 10 cases"
    return said + (f"; most wanted: {', '.join(contexts)}." if contexts else ".")
