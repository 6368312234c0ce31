"""The running mean of weights."""

from __future__ import annotations

import pytest
import torch

from engine.training.averaging import DECAY, RunningMean


def test_the_mean_of_a_weight_that_wavers_about_a_value_is_that_value() -> None:
    weight = torch.zeros(3, requires_grad=True)
    average = RunningMean([weight])
    generator = torch.Generator().manual_seed(0)
    for _ in range(2000):
        with torch.no_grad():
            weight.copy_(5.0 + torch.randn(3, generator=generator))
        average.update()
    assert average.mean[0].tolist() == pytest.approx([5.0] * 3, abs=0.4)


def test_the_start_is_soon_forgotten() -> None:
    weight = torch.full((1,), -100.0)
    average = RunningMean([weight])
    weight.fill_(1.0)
    for _ in range(30):
        average.update()
    assert average.mean[0].item() == pytest.approx(1.0, abs=0.01)
    assert DECAY**30 > 0.5  # a mean that did not know its beginning would still be far off


def test_the_mean_takes_the_place_of_the_weights_for_a_while_only() -> None:
    layer = torch.nn.Linear(2, 1)
    average = RunningMean(list(layer.parameters()))
    with torch.no_grad():
        layer.weight.fill_(3.0)
    average.update()
    with average.in_place():
        assert torch.equal(layer.weight, average.mean[0])
        assert not torch.equal(layer.weight, torch.full((1, 2), 3.0))
    assert torch.equal(layer.weight, torch.full((1, 2), 3.0))
