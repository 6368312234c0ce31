"""A network as arrays of a weight file, in half precision, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def packed(network: nn.Module, prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays of a network, each name behind ``prefix``; whole numbers stay whole."""
    return {
        prefix + name: value.numpy().astype(np.float16) if value.is_floating_point() else value.numpy()
        for name, value in network.state_dict().items()
    }


def filled(network: Network, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Network:
    """Fill a network with the arrays behind ``prefix``, half precision widened; ready to answer.

    Raises
    ------
    RuntimeError
        If the arrays are those of another network.
    """
    state = {
        name.removeprefix(prefix): torch.from_numpy(
            array.astype(np.float32) if array.dtype == np.float16 else np.asarray(array)
        )
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    network.load_state_dict(state)
    return network.eval()
