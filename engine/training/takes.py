"""Voice and face of the same takes: how far their intensities go together."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

from engine.errors import TableError
from engine.systems.branch import MEMBERS
from engine.systems.performance import normal_score
from engine.training.calibration import reference_weights
from engine.training.voice_branch import level_of
from engine.training.voice_set import Recordings
from engine.verdict.scale import ReferenceScale

Numbers = NDArray[np.float64]


def correlation_with_voice(table: Path, found: Recordings, voice_scores: Numbers) -> float:
    """How voice and face intensity of the same takes go together, on the normal scale.

    The face side is read from the takes' mean action units by ridge regression, out of fold.

    Parameters
    ----------
    table : Path
        The takes' mean action units, ``clip`` and ``AU*_r``.
    found : Recordings
    voice_scores : ndarray, shape (n,)
        Raw voice intensity of each recording by networks that never heard its actor.

    Raises
    ------
    TableError
        If the table does not hold every take.
    """
    with table.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    units = [name for name in rows[0] if name.startswith("AU") and name.endswith("_r")]
    by_take = {tuple(row["clip"].split("-")[-5:]): [float(row[name]) for name in units] for row in rows}
    codes = [tuple(path.stem.split("-")[-5:]) for path in found.paths]
    if any(code not in by_take for code in codes):
        raise TableError(f"{table.name} does not hold every take of the recordings; use the file that does.")
    features = np.array([by_take[code] for code in codes])
    target = np.array([level_of(name) for name in found.names])
    guessed = np.zeros(len(target))
    for fold in range(MEMBERS):
        fit, held = found.fold != fold, found.fold == fold
        scaler = StandardScaler().fit(features[fit])
        model = RidgeCV(np.logspace(-1, 3, 9)).fit(scaler.transform(features[fit]), target[fit])
        guessed[held] = model.predict(scaler.transform(features[held]))
    rest = np.array([name.at_rest for name in found.names])
    strong = np.array([name.strong for name in found.names])
    share = reference_weights(rest, ~rest & strong)
    scores = [
        [normal_score(standing) for standing in ReferenceScale.fit(score, weights=share).standing(score)]
        for score in (voice_scores, guessed)
    ]
    covariance = np.cov(scores[0], scores[1], aweights=share)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
