"""What OpenFace's action units say of RAVDESS's takes: a stand-in for a face branch on the same moments.

The films themselves are not at hand, only the means of each action unit over each take; a logistic
regression on them, out of fold, says what a face branch might have said.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.errors import TableError
from engine.training.sound_set import SoundSet
from engine.training.voice_set import FOLDS_FILE

CODE_PARTS = 5
"""The last parts of a name say what was acted and by whom, whatever the channel."""


def action_unit_means(data: Path, sounds: SoundSet) -> NDArray[np.float64]:
    """Means of the action units in the takes of these recordings, shape (n, units).

    Raises
    ------
    TableError
        If the table is missing or does not hold every take.
    """
    path = data / FOLDS_FILE
    try:
        with path.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        units = [name for name in rows[0] if name.startswith("AU")]
        found = {_code(row["clip"]): [float(row[name]) for name in units] for row in rows}
        return np.array([found[_code(recording.stem)] for recording in sounds.paths])
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise TableError(
            f"{path.name} must hold AU means of every take of the recordings ({error})."
        ) from None


def face_stand_in(
    means: NDArray[np.float64], label: NDArray[np.int64], fold: NDArray[np.int64], *, classes: int
) -> NDArray[np.float64]:
    """Out-of-fold log-probabilities, shape (n, classes), of a logistic regression on the means."""
    found = np.full((label.size, classes), -20.0)
    for one in np.unique(fold):
        fit, held = fold != one, fold == one
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
        model.fit(means[fit], label[fit])
        found[np.ix_(held, model.classes_)] = model.predict_log_proba(means[held])
    return found


def _code(name: str) -> tuple[str, ...]:
    return tuple(name.split("-")[-CODE_PARTS:])
