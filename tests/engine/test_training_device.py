"""Networks learn where there is something faster than the processor, and answer on the processor."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.training import classifier_loop
from engine.training.classifier_loop import Recipe, train_classifier
from engine.training.device import DEVICE_VARIABLE, moved, training_device


def present(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "name"),
    [(True, False, "cuda"), (True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_cuda_comes_before_mps_and_both_before_the_processor(
    monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool, name: str
) -> None:
    present(monkeypatch, cuda=cuda, mps=mps)
    assert training_device().type == name


def test_another_device_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    present(monkeypatch, cuda=True, mps=True)
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    assert training_device() == torch.device("cpu")


def test_tensors_move_together() -> None:
    assert {each.device.type for each in moved((torch.ones(1), torch.zeros(2)), torch.device("meta"))} == {
        "meta"
    }


class Head(nn.Linear):
    """A network that makes a tensor of its own on the way, as those with lengths do."""

    def forward(self, rows: Tensor) -> tuple[Tensor]:
        return (super().forward(rows) + torch.arange(3),)


def test_everything_of_a_step_lies_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inputs, labels, weights and what the network makes on the way; here on one that holds no numbers."""
    rows = np.random.default_rng(0).standard_normal((12, 4)).astype(np.float32)
    seen: list[str] = []

    def loss(logits: Tensor, truth: Tensor, *, weight: Tensor, label_smoothing: float) -> Tensor:
        seen.extend(each.device.type for each in (logits, truth, weight))
        raise InterruptedError(label_smoothing)

    monkeypatch.setattr(classifier_loop, "training_device", lambda: torch.device("meta"))
    monkeypatch.setattr(classifier_loop.functional, "cross_entropy", loss)
    with pytest.raises(InterruptedError):
        train_classifier(
            Head(4, 3),
            lambda batch, _: (torch.from_numpy(rows[batch]),),
            np.arange(12) % 3,
            np.arange(12),
            Recipe(epochs=1),
            classes=3,
            rng=np.random.default_rng(0),
        )
    assert seen == ["meta", "meta", "meta"]
