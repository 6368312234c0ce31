"""Row 1: real answers, folds by actor, against simple rivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder

from engine.calibration import CALIBRATION_BINS, calibration_error, perfect_calibration_error
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.agreement_metrics import log_loss, losses
from engine.verdict.fixed import FIXED, FixedPolicy
from engine.verdict.folds import applying, deal_folds, held_out
from engine.verdict.gate import recalibrate
from engine.verdict.ratings_table import RatingTable
from engine.verdict.resampling import mean_gain
from scripts.thresholds_rows.tables import CONTEXT, Table, gaps, scores

LABEL_MAKERS = FixedPolicy(-0.75, 0.75)
GRID = np.linspace(-2.0, 2.0, 41)
GAP_ONLY = "logistic on the gap"
Answers = tuple[NDArray[np.int8], NDArray[np.float64]]


def tuned_pair(ratings: RatingTable) -> tuple[float, float]:
    """The pair on a grid of 0.1 z with the best macro-F1."""
    best = (-1.0, 0.0, 0.0)
    for lower in GRID:
        for upper in GRID[lower < GRID]:
            verdict = FixedPolicy(lower, upper).judge_rows(ratings.alignment).verdict
            best = max(best, (scores(ratings.verdict, verdict)[0], float(lower), float(upper)))
    return best[1], best[2]


def _tuned(seen: RatingTable, unseen: RatingTable) -> Answers:
    return applying(FixedPolicy(*tuned_pair(seen)))(seen, unseen)


def _logistic(*, with_context: bool) -> Callable[[RatingTable, RatingTable], Answers]:
    def answer(seen: RatingTable, unseen: RatingTable) -> Answers:
        coder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        coder.fit(seen.context[CONTEXT][:, None])

        def inputs(ratings: RatingTable) -> NDArray[np.float64]:
            parts = [ratings.alignment[:, None]]
            if with_context:
                parts.append(coder.transform(ratings.context[CONTEXT][:, None]))
            return np.hstack(parts)

        model = LogisticRegression(max_iter=1000).fit(inputs(seen), seen.verdict)
        shares = model.predict_proba(inputs(unseen))
        return shares.argmax(axis=1).astype(np.int8), shares

    return answer


def _model(*columns: str) -> Callable[[RatingTable, RatingTable], Answers]:
    def answer(seen: RatingTable, unseen: RatingTable) -> Answers:
        model = AdaptiveThresholds(columns).fit(seen)
        return (
            model.predict(unseen.alignment, unseen.context),
            model.predict_proba(unseen.alignment, unseen.context),
        )

    return answer


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Compare on folds by actor; everything a procedure learns it learns inside the training folds."""
    ratings = gaps(data)
    _, unit = np.unique(ratings.group.astype(str), return_inverse=True)
    deals = [deal_folds(unit, generator=generator) for _ in range(2 if quick else 10)]
    sets: list[NDArray[np.bool_]] = []
    rungs: list[str] = []

    def product(seen: RatingTable, unseen: RatingTable) -> Answers:
        report = recalibrate(seen, incumbent=FIXED, context_columns=[CONTEXT])
        judged = (report.held or report.candidate).judge_rows(unseen.alignment, unseen.context)
        rungs.append(report.in_force)
        sets.append(
            np.column_stack(
                [judged.verdict_set[np.arange(len(unseen)), unseen.verdict], judged.verdict_set.sum(axis=1)]
            )
        )
        return judged.verdict, judged.probabilities

    procedures = {
        "fixed ±0.15": applying(FIXED),
        "untrained ±0.75": applying(LABEL_MAKERS),
        "tuned global pair": _tuned,
        GAP_ONLY: _logistic(with_context=False),
        "logistic, one-hot emotion": _logistic(with_context=True),
        "ours, one pair": _model(),
        "ours, by emotion": _model(CONTEXT),
        "ours, gated ladder": product,
    }
    rows = []
    pooled: list[NDArray[np.float64]] = []
    stated: dict[str, list[NDArray[np.float64]]] = {name: [] for name in procedures}
    for name, procedure in procedures.items():
        found = []
        for fold in deals:
            said = held_out(procedure, ratings, unit, fold)
            found.append(
                (
                    *scores(ratings.verdict, said.verdict),
                    log_loss(said.probabilities, ratings.verdict, ratings.weight),
                    calibration_error(said.probabilities, ratings.verdict, ratings.weight),
                )
            )
            stated[name].append(losses(said.probabilities, ratings.verdict))
            if procedure is product:
                pooled.append(said.probabilities)
        mean = np.mean(found, axis=0)
        rows.append((name, f"{mean[0]:.3f}", f"{mean[1]:.3f}", f"{mean[2]:.4f}", f"{mean[3]:.4f}"))
    perfect = perfect_calibration_error(pooled[0], draws=200 if quick else 2000, generator=generator)
    covered, size = np.vstack(sets).mean(axis=0)
    names, counts = np.unique(rungs, return_counts=True)
    against = np.mean(stated[GAP_ONLY], axis=0)
    saved = [
        mean_gain(
            against - np.mean(stated[name], axis=0), ratings.weight, unit, level=0.9, generator=generator
        )
        for name in ("ours, one pair", "ours, gated ladder")
    ]
    shuffled = [_opened(_permuted(ratings, generator)) for _ in range(5 if quick else 50)]
    notes = (
        f"{len(ratings)} answers of {unit.max() + 1} actors; mean of {len(deals)} deals into five folds by "
        "actor. Fixed pairs and the tuned pair get a slope fitted in the training folds for log-loss.",
        "",
        f"Verdict sets of the gated ladder on actors never seen: coverage {covered:.3f} (asked 0.90), mean "
        f"size {size:.3f}.",
        "",
        f"Calibration error: {CALIBRATION_BINS} bins of equal count, the three verdicts pooled; the 95th "
        f"percentile of a perfectly calibrated model of this size is {perfect:.4f}.",
        "",
        "Rungs the gate chose in the training folds: "
        + ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
        + f". With the emotions dealt out at random it chose context in {sum(shuffled)} of {len(shuffled)} "
        "tables.",
        "",
        "Log-loss saved over the logistic on the gap, the same rows compared and actors drawn again (90 % "
        "interval): "
        + "; ".join(
            f"{name} {gain.value:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
            for name, gain in zip(("one pair", "gated ladder"), saved, strict=True)
        )
        + ".",
    )
    header = ("procedure", "macro-F1", "QWK", "log-loss", "calibration error")
    return [Table("1. Real answers (cremad_gaps.csv)", header, tuple(rows), notes)]


def _permuted(ratings: RatingTable, generator: np.random.Generator) -> RatingTable:
    """The same answers with contexts that mean nothing."""
    dealt = ratings.context[CONTEXT][generator.permutation(len(ratings))]
    return replace(ratings, context={CONTEXT: dealt})


def _opened(ratings: RatingTable) -> bool:
    """Whether the gate opens thresholds by context."""
    return recalibrate(ratings, incumbent=FIXED, context_columns=[CONTEXT]).in_force == "context"
