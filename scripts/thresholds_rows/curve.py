"""Row 3: how good the policy in force is after so many ratings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.verdict.fixed import FIXED, FixedPolicy
from engine.verdict.gate import recalibrate
from engine.verdict.policy import Policy
from scripts.thresholds_rows.real import tuned_pair
from scripts.thresholds_rows.tables import CONTEXT, Table, gaps, scores

SIZES = (0, 5, 10, 20, 30, 50, 75, 100, 150, 200, 400)


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Give the gate the first ratings of random actors; judge the others' clips by what is then in force."""
    ratings = gaps(data)
    actors = np.unique(ratings.group.astype(str))
    best = FixedPolicy(*tuned_pair(ratings))
    draws = 8 if quick else 50
    rows = []
    for size in SIZES:
        gains, short, candidates, promoted = [], [], [], 0
        for _ in range(draws):
            order = {actor: place for place, actor in enumerate(generator.permutation(actors))}
            place = np.array([order[actor] for actor in ratings.group.astype(str)])
            rows_in_order = np.lexsort((generator.random(place.size), place))
            taken = rows_in_order[:size]
            unseen = ratings.take(place > (place[taken].max() if size else -1))
            report = recalibrate(ratings.take(taken), incumbent=FIXED, context_columns=[CONTEXT])
            promoted += report.promoted
            in_force: Policy = report.candidate if report.promoted else FIXED
            score, fixed, tuned, candidate = (
                scores(unseen.verdict, policy.judge_rows(unseen.alignment, unseen.context).verdict)[0]
                for policy in (in_force, FIXED, best, report.candidate)
            )
            gains.append(score - fixed)
            short.append(score - tuned)
            candidates.append(candidate - fixed)
        rows.append(
            (
                str(size),
                f"{promoted / draws:.2f}",
                f"{np.mean(gains):+.3f}",
                f"{np.quantile(gains, 0.05):+.3f}",
                f"{np.mean(short):+.3f}",
                f"{np.mean(candidates):+.3f}",
                f"{np.quantile(candidates, 0.05):+.3f}",
            )
        )
    header = (
        "ratings",
        "gate open",
        "in force − fixed, mean",
        "5th percentile",
        "in force − tuned on everything",
        "candidate − fixed, mean",
        "5th percentile",
    )
    notes = (
        f"Macro-F1 on actors whose ratings were not given; {draws} draws of whole actors a size. Targets: "
        "in force − fixed ≥ 0 on average and ≥ −0.02 at the 5th percentile; within 0.02 of the tuned pair "
        "at 200. The last two columns show the candidate, which judges nothing while the gate is shut.",
    )
    return [Table("3. Learning curve", header, tuple(rows), notes)]
