"""Low-rank changes to the encoder's linear layers (LoRA, Hu et al. 2022), merged when it is loaded.

They are trained by :mod:`engine.training.text_adapter`; here they are plain matrices, added to the
encoder's own, so that reading a line costs what it costs without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import WeightsError

PREFIX: Final = "adapter."
DOWN, UP = ".down", ".up"
"""Endings of the two factors of a layer's change, [rank, in] and [out, rank]; their product is added."""


def arrays_of(factors: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]) -> dict[str, NDArray[np.float16]]:
    """The arrays a weight file keeps, half precision.

    Parameters
    ----------
    factors : mapping of str to (down, up)
        By the name of the linear layer inside the encoder; shapes [rank, in] and [out, rank].
    """
    kept: dict[str, NDArray[np.float16]] = {}
    for name, (down, up) in factors.items():
        kept[PREFIX + name + DOWN] = down.astype(np.float16)
        kept[PREFIX + name + UP] = up.astype(np.float16)
    return kept


@torch.no_grad()
def merge(model: torch.nn.Module, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Add every stored change to its layer's weights, in place.

    Parameters
    ----------
    model : Module
        The encoder as published.
    arrays : mapping of str to ndarray
        A weight file's arrays; those that are no adapter's are passed over.

    Raises
    ------
    WeightsError
        If a change names a layer the encoder lacks, lacks one of its factors, or has another shape.
    """
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, torch.nn.Linear)}
    stored = [name for name in arrays if name.startswith(PREFIX)]
    for name in sorted({name.removeprefix(PREFIX).rpartition(".")[0] for name in stored}):
        layer, down, up = layers.get(name), arrays.get(PREFIX + name + DOWN), arrays.get(PREFIX + name + UP)
        if layer is None or down is None or up is None:
            raise WeightsError(
                f"The stored change of the encoder's layer {name} does not fit the encoder; restore "
                "the weights folder from the repository."
            )
        change = up.astype(np.float32) @ down.astype(np.float32)
        if change.shape != tuple(layer.weight.shape):
            raise WeightsError(
                f"The stored change of the encoder's layer {name} has the shape {change.shape}, not "
                f"{tuple(layer.weight.shape)}; restore the weights folder from the repository."
            )
        layer.weight += torch.from_numpy(change)
