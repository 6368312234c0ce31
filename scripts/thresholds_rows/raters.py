"""Row 4: raters made from real votes; their severity, their consensus and a planted pull are recovered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.raters.anchoring import anchoring_pull
from engine.raters.consensus import OrdinalConsensus
from engine.verdict.adaptive import AdaptiveThresholds
from engine.verdict.fixed import FIXED
from engine.verdict.gap import gap
from engine.verdict.intervals import severities
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER
from scripts.thresholds_rows.tables import Table, scores

RATERS, RATINGS_EACH, CLIPS = 40, 50, 200
TOLERANCE_Z = 0.75  # the label-maker's own: 0.15 of raw intensity
PERCEPTION_SD = 0.5  # z units: one person's momentary reading of one clip
PULL = 0.3
SPREADS = (0.6, 0.3, 0.15)
NAMES = {
    "ANG": ("A", "meanAngerResp"),
    "DIS": ("D", "meanDisgustResp"),
    "FEA": ("F", "meanFearResp"),
    "HAP": ("H", "meanHappyResp"),
    "SAD": ("S", "meanSadResp"),
}
Array = NDArray[np.float64]


def _clips(data: Path) -> tuple[Array, Array, NDArray[np.int8]]:
    """The instrument's gap, the voters' gap and the voters' verdict of each clip."""
    table = pd.read_csv(data / "cremad_gaps.csv").set_index("clip")
    votes = pd.read_csv(data / "cremad_votes.csv")
    votes = votes[votes["channel"] == "audio_visual"].set_index("clip").loc[table.index]
    strength = np.array(
        [
            max(row[NAMES[emotion][1]], 0.0) / 100 * row[NAMES[emotion][0]] / row["numResponses"]
            for emotion, (_, row) in zip(table["emotion"], votes.iterrows(), strict=True)
        ]
    )
    seen = gap(table["expected_intensity"], np.clip(strength, 0.0, 1.0))
    answer = np.where(seen < -TOLERANCE_Z, 0, np.where(seen > TOLERANCE_Z, 2, 1)).astype(np.int8)
    return gap(table["expected_intensity"], table["expressed_intensity"]), seen, answer


def measure(data: Path, *, quick: bool, generator: np.random.Generator) -> list[Table]:
    """Draw raters of known severity, let them answer, and recover what was planted."""
    measured, seen, truth = _clips(data)
    rows = []
    draws = 2 if quick else 10
    for spread in SPREADS:
        found = np.array([_one_draw(measured, seen, truth, spread, generator) for _ in range(draws)])
        mean = found.mean(axis=0)
        rows.append(
            (
                f"{spread}",
                f"{mean[0]:.3f} ({np.quantile(found[:, 0], 0.05):.3f})",
                f"{mean[1]:.3f}",
                f"{mean[2]:.3f}",
                f"{mean[3]:+.3f}",
                f"{mean[4]:.2f}",
            )
        )
    header = (
        "severity SD (z)",
        "severity, r (5th percentile)",
        "consensus, macro-F1",
        "head count, macro-F1",
        f"pull recovered (planted {PULL})",
        "its interval holds the planted pull",
    )
    notes = (
        f"{draws} draws of {RATERS} raters, {RATINGS_EACH} ratings each over {CLIPS} random clips (a "
        "connected design). A rater reads the clip's audio-visual strength from the votes, off by severity "
        f"and by noise of SD {PERCEPTION_SD} z, and answers by ±{TOLERANCE_Z} z; half of the answers are "
        f"given in sight of the fixed pair's verdict, which pulls the reading by {PULL} z. The model sees "
        "only the instrument's gap. Target: r ≥ 0.9 at 0.6.",
    )
    return [Table("4. Raters made from cremad_votes.csv", header, tuple(rows), notes)]


def _one_draw(
    measured: Array, seen: Array, truth: NDArray[np.int8], spread: float, generator: np.random.Generator
) -> tuple[float, ...]:
    chosen = generator.choice(measured.size, CLIPS, replace=False)
    clip = np.concatenate([generator.choice(chosen, RATINGS_EACH, replace=False) for _ in range(RATERS)])
    rater = np.repeat(np.arange(RATERS), RATINGS_EACH)
    severity = generator.normal(0.0, spread, RATERS)
    shown = FIXED.judge_rows(measured[clip]).verdict
    sight = generator.random(clip.size) < 0.5
    felt = seen[clip] + severity[rater] + generator.normal(0.0, PERCEPTION_SD, clip.size)
    felt += PULL * np.where(sight, shown.astype(float) - 1.0, 0.0)
    said = np.where(felt < -TOLERANCE_Z, 0, np.where(felt > TOLERANCE_Z, 2, 1)).astype(np.int8)
    ratings = RatingTable(
        measured[clip],
        said,
        np.ones(clip.size),
        rater.astype(str).astype(object),
        clip.astype(str).astype(object),
        {},
    )
    estimated = severities(AdaptiveThresholds().fit(ratings))
    recovered = float(np.corrcoef([estimated[str(number)].value for number in range(RATERS)], severity)[0, 1])
    model = OrdinalConsensus(len(VERDICT_ORDER)).fit(clip, rater, said)
    items = np.array(model.items_, dtype=np.intp)
    heads = np.array([np.bincount(said[clip == item], minlength=3).argmax() for item in items])
    words = np.where(sight, np.array([verdict.value for verdict in VERDICT_ORDER])[shown], "")
    pull = anchoring_pull(ratings, words)
    return (
        recovered,
        scores(truth[items], model.consensus.astype(np.int8))[0],
        scores(truth[items], heads.astype(np.int8))[0],
        pull.value,
        float(not pull.excludes(PULL)),
    )
