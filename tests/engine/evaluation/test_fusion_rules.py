"""Rules that join two branches do what their names say, and learn from training folds alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.evaluation.parts.fusion_rules import Fusion, entropy_weighted, mean, product, tempered

EVEN = np.full((1, 4), 0.25)
SURE = np.array([[0.91, 0.03, 0.03, 0.03]])
UNSURE = np.array([[0.2, 0.4, 0.2, 0.2]])


def branch(
    label: NDArray[np.int64], *, right: float, seed: int, sharpness: float = 1.0
) -> NDArray[np.float64]:
    """Shares of a branch that points at the label with a strength of ``right``."""
    rng = np.random.default_rng(seed)
    logits = right * np.eye(4)[label] + rng.standard_normal((label.size, 4))
    raised = np.exp(sharpness * logits)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def test_every_rule_gives_shares_that_sum_to_one() -> None:
    label = np.random.default_rng(0).integers(0, 4, 200)
    branches = [branch(label, right=1.5, seed=1), branch(label, right=1.5, seed=2)]
    for name, shares in Fusion().fit(branches, label).rows(branches).items():
        assert np.allclose(shares.sum(axis=1), 1), name
        assert (shares >= 0).all(), name


def test_the_product_weighs_evidence_where_the_mean_averages_it() -> None:
    both = [np.array([[0.6, 0.3, 0.05, 0.05]])] * 2
    assert product(both)[0, 0] == pytest.approx(0.36 / (0.36 + 0.09 + 2 * 0.0025))
    assert mean(both)[0, 0] == pytest.approx(0.6)


def test_a_branch_that_knows_nothing_changes_neither_the_product_nor_the_entropy_rule() -> None:
    assert np.allclose(product([SURE, EVEN]), SURE)
    assert np.allclose(entropy_weighted([SURE, EVEN], [1, 1]), SURE, atol=1e-6)


def test_two_branches_that_know_nothing_stay_even() -> None:
    assert np.allclose(entropy_weighted([EVEN, EVEN], [1, 1]), EVEN)


def test_the_surer_branch_weighs_more_and_trust_can_turn_that_round() -> None:
    assert entropy_weighted([SURE, UNSURE], [1, 1]).argmax() == 0
    assert entropy_weighted([SURE, UNSURE], [0.001, 1]).argmax() == 1


def test_no_single_branch_has_a_veto() -> None:
    never = np.array([[0.0, 0.5, 0.5, 0.0]])
    said = product([never, np.array([[1.0, 0.0, 0.0, 0.0]])])
    assert np.isfinite(said).all()


def test_a_boasting_branch_gets_a_temperature_above_one() -> None:
    label = np.random.default_rng(3).integers(0, 4, 500)
    honest, boasting = branch(label, right=1.0, seed=4), branch(label, right=1.0, seed=4, sharpness=3.0)
    rule = Fusion().fit([honest, boasting], label)
    assert rule.temperatures_[1] > 2 * rule.temperatures_[0]
    assert np.allclose(tempered(boasting, 3.0), honest, atol=0.02)


def test_a_branch_of_noise_is_found_out_by_whatever_learns() -> None:
    label = np.random.default_rng(5).integers(0, 4, 600)
    useful, noise = branch(label, right=2.0, seed=6), branch(label, right=0.0, seed=7)
    rule = Fusion().fit([useful, noise], label)
    assert rule.powers_[1] < 0.3 * rule.powers_[0]
    assert rule.alpha_ <= 0.3
    assert rule.trust_[1] < rule.trust_[0]
    rows = rule.rows([useful, noise])
    right = {name: (shares.argmax(axis=1) == label).mean() for name, shares in rows.items()}
    assert right["product with learned powers"] > right["product"]


def test_learning_leaves_the_held_fold_untouched() -> None:
    label = np.random.default_rng(8).integers(0, 4, 300)
    branches = [branch(label, right=1.5, seed=9), branch(label, right=1.0, seed=10)]
    rule = Fusion().fit([one[:200] for one in branches], label[:200])
    held = [one[200:] for one in branches]
    again = Fusion().fit([one[:200] for one in branches], label[:200]).rows(held)
    for name, shares in rule.rows(held).items():
        assert np.array_equal(shares, again[name]), name
