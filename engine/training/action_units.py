"""What OpenFace's action units say of RAVDESS's takes: a stand-in for a face branch on the same moments.

The films themselves are not at hand, only the means of each action unit over each take; classical models of
them, out of fold, say what a face branch might have said.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from engine.errors import TableError
from engine.training.sound_set import SoundSet
from engine.training.voice_set import FOLDS_FILE

CODE_PARTS: Final = 5
"""The last parts of a name say what was acted and by whom, whatever the channel."""
LINES_PENALTY: Final = 0.2
MACHINE_PENALTY, MACHINE_WIDTH = 3.0, 0.02
LEAST_LOGIT: Final = -20.0
"""Of an emotion that nobody acted in the other folds."""


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
    """Out-of-fold logits, shape (n, classes), of a linear model and a support vector machine, added up.

    They read square roots of the means, since most intensities are small and skewed. Their settings stand
    in the middle of those that ``make evaluate`` chooses from.
    """
    columns = np.sqrt(np.maximum(means, 0.0))
    found = np.full((label.size, classes), LEAST_LOGIT)
    for one in np.unique(fold):
        fit, held = fold != one, fold == one
        lines = make_pipeline(StandardScaler(), LogisticRegression(C=LINES_PENALTY, max_iter=2000))
        machine = make_pipeline(StandardScaler(), SVC(C=MACHINE_PENALTY, gamma=MACHINE_WIDTH))
        lines.fit(columns[fit], label[fit])
        said = lines.predict_log_proba(columns[held])
        if lines.classes_.size > 2:  # of two classes the machine has one margin, not two
            said = said + machine.fit(columns[fit], label[fit]).decision_function(columns[held])
        found[np.ix_(held, lines.classes_)] = said
    return found


def _code(name: str) -> tuple[str, ...]:
    return tuple(name.split("-")[-CODE_PARTS:])
