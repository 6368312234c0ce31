"""Nothing of a held fold reaches a setting, a scale, a temperature or a fit."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.parts.nested import nested_shares
from engine.evaluation.parts.ravdess_models import linear, machine

FOLD = np.repeat(np.arange(5), 24)
MAKERS = [partial(linear, 0.1), partial(linear, 1.0), partial(machine, 1.0, 0.1)]


def columns_of(label: NDArray[np.int64]) -> NDArray[np.float64]:
    rng = np.random.default_rng(0)
    return np.asarray(2.0 * np.eye(3)[label] + rng.standard_normal((label.size, 3)))


def test_labels_and_columns_of_the_held_fold_change_nothing_that_is_learned() -> None:
    label = np.random.default_rng(1).integers(0, 3, FOLD.size)
    columns = columns_of(label)
    honest = nested_shares(MAKERS, columns, label, FOLD, held=2, classes=3)
    held = FOLD == 2
    twisted, moved = label.copy(), columns.copy()
    twisted[held] = (label[held] + 1) % 3
    moved[held] += 50.0
    other = nested_shares(MAKERS, moved, twisted, FOLD, held=2, classes=3)
    assert np.array_equal(honest.training[~held], other.training[~held])
    assert np.isnan(honest.training[held]).all()
    same = nested_shares(MAKERS, columns, twisted, FOLD, held=2, classes=3)
    assert np.array_equal(honest.held, same.held)


def test_a_training_row_is_answered_by_a_model_that_did_not_see_its_fold() -> None:
    """Random labels cannot be told by anyone who has not seen them."""
    rng = np.random.default_rng(2)
    label = rng.integers(0, 3, FOLD.size)
    columns = rng.standard_normal((FOLD.size, 40))  # enough columns to learn every label by heart
    found = nested_shares([partial(machine, 100.0, 0.05)], columns, label, FOLD, held=0, classes=3)
    training = FOLD != 0
    assert (found.training[training].argmax(axis=1) == label[training]).mean() < 0.55


def test_the_better_setting_is_chosen() -> None:
    label = np.random.default_rng(3).integers(0, 3, FOLD.size)
    columns = columns_of(label)
    wrong = partial(machine, 1.0, 1e4)  # a kernel so narrow that it knows only what it has seen
    for makers in ([wrong, partial(linear, 1.0)], [partial(linear, 1.0), wrong]):
        found = nested_shares(makers, columns, label, FOLD, held=1, classes=3)
        assert (found.held.argmax(axis=1) == label[FOLD == 1]).mean() > 0.6
