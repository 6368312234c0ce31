"""Low-rank changes to the encoder: what is merged is what was trained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import WeightsError
from engine.features.adapter import DOWN, PREFIX, UP
from engine.features.encoder import TextEncoder
from engine.training.text_adapter import adapter_arrays, parameters, with_adapter

LINES = ["How dare you! Get out of my house!", "The train leaves at four."]
LAYER = "encoder.layer.5.output.dense"


def states(encoder: TextEncoder) -> list[np.ndarray]:
    return [encoded.states for encoded in encoder.encode(LINES)]


@pytest.fixture(scope="module")
def published() -> list[np.ndarray]:
    return states(TextEncoder.load())


def test_the_merged_encoder_says_what_the_trained_one_said(published: list[np.ndarray]) -> None:
    trained = TextEncoder.load()
    model = with_adapter(trained)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for factor in parameters(model):
            factor.copy_(torch.randn(factor.shape, generator=generator).half().float() * 0.05)
    model.eval()
    merged = TextEncoder.load()
    merged.adapt(adapter_arrays(model))
    for said, kept, before in zip(states(trained), states(merged), published, strict=True):
        assert np.allclose(said, kept, atol=5e-3)
        assert not np.allclose(said, before, atol=0.1)


def test_an_untrained_adapter_changes_nothing(published: list[np.ndarray]) -> None:
    merged = TextEncoder.load()
    merged.adapt(adapter_arrays(with_adapter(TextEncoder.load())))
    assert all(np.array_equal(now, then) for now, then in zip(states(merged), published, strict=True))


def test_arrays_of_other_parts_are_passed_over(published: list[np.ndarray]) -> None:
    merged = TextEncoder.load()
    merged.adapt({"network.emotion.weight": np.ones((7, 192), dtype=np.float16)})
    assert all(np.array_equal(now, then) for now, then in zip(states(merged), published, strict=True))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({f"no.such.layer{DOWN}": (2, 384), f"no.such.layer{UP}": (384, 2)}, "no.such.layer does not fit"),
        ({f"{LAYER}{DOWN}": (2, 1536)}, "does not fit the encoder"),
        ({f"{LAYER}{DOWN}": (2, 384), f"{LAYER}{UP}": (384, 2)}, r"has the shape \(384, 384\)"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(arrays: dict[str, tuple[int, int]], says: str) -> None:
    stored = {PREFIX + name: np.ones(shape, dtype=np.float16) for name, shape in arrays.items()}
    with pytest.raises(WeightsError, match=says):
        TextEncoder.load().adapt(stored)
