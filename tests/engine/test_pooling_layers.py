"""Pooled BiLSTMs and the gated multimodal unit do what their formulas say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from engine.systems.layers import GatedMultimodalUnit, PooledBiLSTM, Pooling, SegmentAttention


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def sequence(pooling: Pooling) -> PooledBiLSTM:
    torch.manual_seed(0)
    return PooledBiLSTM(5, hidden=4, dropout=0.3, pooling=pooling).eval()


@pytest.mark.parametrize("pooling", Pooling)
def test_padding_and_company_change_no_answer(pooling: Pooling) -> None:
    network = sequence(pooling)
    steps = torch.randn(1, 7, 5)
    alone, attention = network(steps, torch.tensor([7]))
    batch = torch.cat([torch.nn.functional.pad(steps, (0, 0, 0, 4), value=9.0), torch.randn(1, 11, 5)])
    together, wide = network(batch, torch.tensor([7, 11]))
    assert torch.allclose(together[0], alone[0], atol=1e-5)
    assert torch.allclose(wide[0, :7], attention[0], atol=1e-5)
    assert wide[0, 7:].abs().max() == 0
    assert attention.sum().item() == pytest.approx(1.0, abs=1e-5)


def test_the_mean_and_the_last_step_are_what_they_are_called() -> None:
    steps = torch.randn(1, 6, 5)
    mean = sequence(Pooling.MEAN)
    states, (final, _) = mean.lstm(steps)
    assert torch.allclose(mean(steps, torch.tensor([6]))[0], states.mean(dim=1), atol=1e-6)
    last = sequence(Pooling.LAST)(steps, torch.tensor([6]))[0]
    assert torch.allclose(last[0], torch.cat([final[0], final[1]], dim=1)[0], atol=1e-6)
    assert torch.allclose(last[0, :4], states[0, -1, :4], atol=1e-6)


def test_segments_are_pooled_inside_first_and_then_over_each_other() -> None:
    torch.manual_seed(1)
    layer = SegmentAttention(4, hidden=3)
    states = torch.randn(1, 6, 4)
    pooled, attention = layer(states, torch.tensor([[0, 0, 2, 2, 2, -1]]))
    assert attention.sum().item() == pytest.approx(1.0, abs=1e-5)
    assert attention[0, 5] == 0
    assert torch.allclose(pooled, torch.einsum("bt,btw->bw", attention, states), atol=1e-5)
    scores = layer.score(torch.tanh(layer.project(states)))[0, :, 0]
    ratio = (attention[0, 0] / attention[0, 1]).item()
    assert ratio == pytest.approx(torch.exp(scores[0] - scores[1]).item(), rel=1e-4)


def test_the_gate_mixes_the_two_sources_as_published() -> None:
    torch.manual_seed(2)
    unit = GatedMultimodalUnit(3, 2, hidden=4)
    first, second = torch.randn(1, 3), torch.randn(1, 2)
    joined, gate = unit(first, second)
    z = torch.sigmoid(unit.gate.weight @ torch.cat([first, second], dim=1)[0])
    h_a, h_l = torch.tanh(unit.first.weight @ first[0]), torch.tanh(unit.second.weight @ second[0])
    assert torch.allclose(gate[0], z, atol=1e-6)
    assert torch.allclose(joined[0], (z * h_a + (1 - z) * h_l), atol=1e-6)
