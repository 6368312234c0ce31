"""Figures come from predictions alone, and from nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import TableError
from engine.evaluation.figures import levels_of, naming_figures, rating_figures
from engine.evaluation.predictions import Naming, Rating, predictions_from_json

CLASSES = ("anger", "joy", "neutral")


def said(truth: list[int], named: list[int], *, sure: float = 0.8) -> Naming:
    shares = np.full((len(truth), 3), (1 - sure) / 2)
    shares[np.arange(len(named)), named] = sure
    return Naming(CLASSES, np.array(truth), shares)


def test_figures_of_a_table_counted_by_hand() -> None:
    found = naming_figures(said([0, 0, 1, 1, 2, 2, 2, 2], [0, 1, 1, 1, 2, 2, 2, 0]))
    assert found.accuracy == 6 / 8
    assert found.confusion.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 3]]
    assert found.by_class["anger"].precision == 1 / 2
    assert found.by_class["joy"].recall == 1
    assert found.recall == pytest.approx((1 / 2 + 1 + 3 / 4) / 3)
    f1 = [1 / 2, 4 / 5, 6 / 7]
    assert found.macro_f1 == pytest.approx(np.mean(f1))
    assert found.weighted_f1 == pytest.approx((2 * f1[0] + 2 * f1[1] + 4 * f1[2]) / 8)


def test_a_class_nobody_labelled_is_left_out_of_the_means_but_not_of_the_matrix() -> None:
    found = naming_figures(said([0, 0, 2, 2], [0, 1, 2, 2]))
    assert set(found.by_class) == {"anger", "neutral"}
    assert found.recall == pytest.approx(3 / 4)
    assert found.confusion.shape == (3, 3)


def test_a_curve_climbs_from_nothing_to_all_and_its_area_tells_right_from_chance() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    right = np.eye(3)[truth] + rng.uniform(0, 1.5, (600, 3))
    chance = rng.uniform(0, 1, (600, 3))
    good, bad = (
        naming_figures(Naming(CLASSES, truth, one / one.sum(axis=1, keepdims=True)))
        for one in (right, chance)
    )
    curve = good.by_class["joy"].curve
    assert np.all(np.diff(curve) >= 0)
    assert curve[-1] == 1
    assert good.auc is not None
    assert bad.auc is not None
    assert good.auc > 0.8
    assert bad.auc == pytest.approx(0.5, abs=0.06)


def test_honest_probabilities_stay_below_the_limit_and_boasting_ones_do_not() -> None:
    rng = np.random.default_rng(1)
    honest = rng.dirichlet([1.0, 1.0, 1.0], 1500)
    truth = (rng.random((1500, 1)) > honest.cumsum(axis=1)[:, :-1]).sum(axis=1)
    boasting = honest**4 / (honest**4).sum(axis=1, keepdims=True)
    good, bad = (naming_figures(Naming(CLASSES, truth, one)) for one in (honest, boasting))
    assert good.calibration_error is not None
    assert good.calibration_limit is not None
    assert bad.calibration_error is not None
    assert bad.calibration_limit is not None
    assert good.calibration_error < 1.5 * good.calibration_limit
    assert bad.calibration_error > 3 * bad.calibration_limit


def test_margins_have_a_curve_and_no_calibration_error() -> None:
    margins = Naming(CLASSES, np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 1]] * 5 - 2, calibrated=False)
    found = naming_figures(margins)
    assert found.calibration_error is None
    assert found.reliability == ()
    assert found.auc is not None


def test_intensities_are_correlated_within_each_emotion_not_across_them() -> None:
    truth = np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9])
    answers = np.array([0.3, 0.2, 0.1, 0.9, 0.8, 0.7])  # right across emotions, wrong way within each
    found = rating_figures(Rating(truth, answers, ("anger",) * 3 + ("joy",) * 3))
    assert found.pearson == pytest.approx(-1)
    assert found.mae == pytest.approx(4 * 0.2 / 6)


def test_intensities_without_spread_have_no_correlation() -> None:
    found = rating_figures(Rating(np.array([0.1, 0.5, 0.9]), np.full(3, 0.4), ("joy",) * 3))
    assert found.pearson is None
    assert found.by_emotion == {"joy": None}


def test_levels_are_cut_at_a_third_and_two_thirds_on_both_sides() -> None:
    values = np.array([0.0, 0.32, 0.33, 0.65, 0.66, 1.0])
    levels = levels_of(Rating(values, values, ("joy",) * 6))
    assert levels.truth.tolist() == [0, 0, 1, 1, 2, 2]
    assert levels.named.tolist() == [0, 0, 1, 1, 2, 2]


def test_kept_predictions_come_back_as_they_were() -> None:
    naming = said([0, 1, 2], [0, 1, 1])
    back = predictions_from_json(naming.as_json())
    assert isinstance(back, Naming)
    assert back.classes == naming.classes
    assert np.allclose(back.shares, naming.shares)
    rating = Rating(np.array([0.25]), np.array([0.5]), ("joy",), remark="seen")
    again = predictions_from_json(rating.as_json())
    assert isinstance(again, Rating)
    assert again.remark == "seen"


def test_tables_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(TableError, match="do not fit"):
        Naming(CLASSES, np.array([0, 1]), np.ones((3, 3)) / 3)
    with pytest.raises(TableError, match="do not fit"):
        Rating(np.array([0.1]), np.array([0.1, 0.2]), ("joy",))
    with pytest.raises(TableError, match="cannot be pooled"):
        Naming.pooled([said([0], [0]), Naming(("anger", "joy"), np.array([0]), np.array([[1.0, 0.0]]))])
