"""Trained networks kept fold by fold, so that a training or a table can be stopped and gone on with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from engine import weights
from engine.systems.stored_network import filled, packed
from engine.training.cached import write_cache

Network = TypeVar("Network", bound=nn.Module)


def kept_network(
    name: str,
    make: Callable[[], Network],
    train: Callable[[Network], Network],
    *,
    modules: tuple[object, ...],
    data: tuple[NDArray[Any], ...],
    settings: tuple[object, ...],
) -> Network:
    """The trained network of one fold: read where it was trained before, else trained and kept.

    Parameters
    ----------
    name : str
        Of the network and the fold; part of the file's name.
    make : callable
        Makes the untrained network.
    train : callable
        Trains it; called only where nothing is kept.
    modules : tuple of module
        The code it depends on; another code, another file.
    data : tuple of ndarray
        What tells one training set from another: fingerprints, rows, labels.
    settings : tuple
        Seed, epochs and whatever else the result depends on.

    Returns
    -------
    nn.Module
        In half precision widened, as it would be read from a weight file, so that figures are those of
        what ships.
    """
    digest = hashlib.sha256(repr(settings).encode())
    for module in modules:
        digest.update(Path(str(getattr(module, "__file__", ""))).read_bytes())
    for array in data:
        digest.update(np.ascontiguousarray(array).tobytes())
    folder = Path(os.environ.get("DAILIES_CACHE", weights.ROOT / ".cache")) / "training"
    path = folder / f"network-{name}-{digest.hexdigest()[:12]}.npz"
    network = make()
    if not path.is_file():
        write_cache(path, packed(train(network), ""))
    with np.load(path) as stored:
        return filled(network, dict(stored), "")
