"""Rules that join branches: weights follow confidence and trust, learned shares find the better branch."""

from __future__ import annotations

import numpy as np
import pytest

from engine.systems.fusion import (
    confidences,
    entropy_weights,
    learned_alpha,
    learned_powers,
    learned_trust,
    pooled,
    product,
    weighted_mean,
)
from engine.training.fusion_rules import compared

EVEN = np.full(4, 0.25)
SURE = np.array([0.97, 0.01, 0.01, 0.01])


def branches(rng: np.random.Generator, truth: np.ndarray, *sharpness: float) -> list[np.ndarray]:
    """Logits of branches that know the truth the better the sharper they are."""
    noise = [rng.standard_normal((truth.size, 4)) for _ in sharpness]
    return [each + sharp * np.eye(4)[truth] for each, sharp in zip(noise, sharpness, strict=True)]


def shares(logits: np.ndarray) -> np.ndarray:
    found = np.exp(logits)
    return found / found.sum(axis=1, keepdims=True)


def test_confidence_is_one_minus_relative_entropy() -> None:
    found = confidences(np.stack([EVEN, SURE, [1.0, 0.0, 0.0, 0.0]]))
    entropy = -(0.97 * np.log(0.97) + 3 * 0.01 * np.log(0.01))
    assert found == pytest.approx([0.0, 1 - entropy / np.log(4), 1.0])


def test_a_sure_branch_outweighs_an_unsure_one_and_trust_scales_it() -> None:
    pair = np.stack([[SURE, [0.4, 0.2, 0.2, 0.2]]])
    even = entropy_weights(pair, [1.0, 1.0])
    assert even.sum() == pytest.approx(1.0)
    assert even[0, 0] > 0.9
    halved = entropy_weights(pair, [0.5, 1.0])
    assert halved[0, 0] / halved[0, 1] == pytest.approx(even[0, 0] / even[0, 1] / 2)


def test_where_nobody_is_sure_trust_alone_weighs() -> None:
    assert entropy_weights(np.stack([[EVEN, EVEN]]), [3.0, 1.0]) == pytest.approx(np.array([[0.75, 0.25]]))


def test_no_trust_in_anything_weighs_nothing() -> None:
    assert not entropy_weights(np.stack([[SURE, EVEN]]), [0.0, 0.0]).any()


def test_the_product_agrees_where_both_do_and_is_a_distribution() -> None:
    first, second = np.array([0.6, 0.4]), np.array([0.7, 0.3])
    found = product(np.stack([[first, second]]))
    assert found[0] == pytest.approx([0.42 / 0.54, 0.12 / 0.54])


def test_a_pool_of_equal_powers_is_the_product_and_power_zero_leaves_a_branch_out() -> None:
    pair = np.stack([[SURE, np.array([0.1, 0.2, 0.3, 0.4])]])
    assert pooled(pair, [1.0, 1.0]) == pytest.approx(product(pair))
    assert pooled(pair, [0.0, 1.0]) == pytest.approx(pair[:, 1])
    halved = pooled(pair[:, :1], [0.5])[0]
    assert halved == pytest.approx(np.sqrt(SURE) / np.sqrt(SURE).sum())


def test_learned_powers_pass_over_the_branch_that_knows_nothing_and_never_turn_negative() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 800)
    good, other = branches(rng, truth, 2.0, 1.5)
    noise = rng.standard_normal((800, 4))
    stacked = np.stack([shares(good), shares(other), shares(noise)], axis=1)
    powers = learned_powers(stacked, truth)
    assert (powers >= 0).all()
    assert powers[2] < 0.15 < powers[1]
    right = (pooled(stacked, powers).argmax(axis=1) == truth).mean()
    assert right > max((stacked[:, at].argmax(axis=1) == truth).mean() for at in range(3))


def test_learned_powers_count_what_two_branches_say_alike_once() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 4, 800)
    (one,) = (shares(each) for each in branches(rng, truth, 2.0))
    alone = learned_powers(one[:, None], truth)
    twice = learned_powers(np.stack([one, one], axis=1), truth)
    assert twice.sum() == pytest.approx(alone.sum(), rel=0.05)
    assert twice[0] == pytest.approx(twice[1], rel=0.05)


def test_learned_trust_finds_the_branch_that_is_sure_and_wrong() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 600)
    good, _ = branches(rng, truth, 2.5, 0.0)
    wrong = 3 * rng.standard_normal((600, 4))  # sure of itself, and knows nothing
    stacked = np.stack([shares(good), shares(wrong)], axis=1)
    trust = learned_trust(stacked, truth)
    assert trust[0] == 1.0
    assert trust[1] < 0.4
    weighted = weighted_mean(stacked, entropy_weights(stacked, trust))
    assert (weighted.argmax(axis=1) == truth).mean() > 0.7


def test_the_learned_alpha_leans_to_the_better_source() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 4, 400)
    better, worse = (shares(each) for each in branches(rng, truth, 3.0, 0.5))
    assert learned_alpha(better, worse, truth) > 0.7
    assert learned_alpha(worse, better, truth) < 0.3


def test_rules_are_compared_on_each_fold_with_what_the_others_taught() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 500)
    fold = np.arange(500) % 5
    found = {score.rule: score for score in compared(branches(rng, truth, 2.0, 1.5), ("a", "b"), truth, fold)}
    assert all(len(score.accuracy) == len(score.macro_f1) == 5 for score in found.values())
    assert found["best branch (chosen on the other folds)"].accuracy == found["a alone"].accuracy
    for rule in (
        "mean",
        "product of posteriors",
        "product, learned powers",
        "entropy, temperature",
        "learned combiner",
    ):
        assert np.mean(found[rule].accuracy) > np.mean(found["a alone"].accuracy)
