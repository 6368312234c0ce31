"""Resamples of clips and raters: an answer counts as often as its clip and its rater were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from engine.raters.crossed_draws import CrossedDraws
from engine.verdict.intervals import INTERVAL_LEVEL


@pytest.mark.parametrize(("clips", "raters"), [(30, 3), (30, 12), (1500, 12)])
def test_a_mean_is_that_of_a_count_answer_by_answer(clips: int, raters: int) -> None:
    """Few raters are not drawn; many clips are drawn in blocks."""
    generator = np.random.default_rng(3)
    answers = 4 * clips
    clip, rater = generator.integers(0, clips, answers), generator.integers(0, raters, answers)
    amount, among = generator.random(answers), generator.random(answers) > 0.3
    draws = CrossedDraws.of(clip, rater, generator=np.random.default_rng(0))
    assert (draws.rater_draws is None) == (raters < 5)
    weights = draws.clip_draws.weights[:, draws.clip_draws.block[draws.clip]]
    if draws.rater_draws is not None:
        weights = weights * draws.rater_draws.weights[:, draws.rater_draws.block[draws.rater]]
    by_hand = (weights * among) @ amount / (weights @ among)
    found = draws.mean(amount, among)
    assert found.value == pytest.approx(float(amount[among].mean()))
    assert found.value == pytest.approx(float(by_hand[0]))
    assert found.low is not None
    assert found.high is not None
    low, high = np.quantile(by_hand[1:], [(1 - INTERVAL_LEVEL) / 2, (1 + INTERVAL_LEVEL) / 2])
    assert found.low <= low + 1e-9  # stretched to the t distribution
    assert found.high >= high - 1e-9
    against = (weights * ~among) @ amount / (weights @ ~among)
    assert draws.difference(amount, among, ~among).value == pytest.approx(float((by_hand - against)[0]))
    sums = draws._sums([np.where(among, amount, 0.0), among.astype(np.float64)])
    assert sums[:, 0] / sums[:, 1] == pytest.approx(by_hand)
