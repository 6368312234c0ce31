"""Where networks learn: CUDA where it is present, else Apple's MPS, else the processor.

What is learned comes back to the processor, where it answers. The same seed draws other numbers on another
device, so figures are reproduced on the device that made them.
"""

from __future__ import annotations

import os
from typing import Final

import torch
from torch import Tensor

DEVICE_VARIABLE: Final = "DAILIES_TRAINING_DEVICE"
"""Names another one, such as ``cpu`` or ``cuda:1``."""


def training_device() -> torch.device:
    """The device to learn on; used as a context too, so that what is made on the way lies there."""
    named = os.environ.get(DEVICE_VARIABLE)
    if named:
        return torch.device(named)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def moved(tensors: tuple[Tensor, ...], device: torch.device) -> tuple[Tensor, ...]:
    """The tensors on the device."""
    return tuple(each.to(device) for each in tensors)
