"""The encoder while it is trained: LoRA (Hu et al. 2022) through ``peft`` on its upper layers."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.errors import DailiesError
from engine.features.adapter import arrays_of
from engine.features.encoder import TextEncoder

RANK: Final = 24
SCALE: Final = 2.0
"""What the product of the factors is multiplied by, as usual for LoRA (alpha = 2 × rank)."""

LAYERS: Final = (2, 3, 4, 5)
"""Layers that are changed, of six. The two lowest know words rather than what is said; leaving them
alone saves a sixth of the time."""

HIDDEN_DROPOUT: Final = 0.0
"""In three epochs so few weights do not learn by heart; the network above has its own."""


def with_adapter(encoder: TextEncoder) -> Any:
    """The encoder's model with trainable factors beside every linear layer of :data:`LAYERS`."""
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise DailiesError(
            "Training the text brain needs peft, which running Dailies does not; install "
            "requirements-dev.txt."
        ) from error
    config = LoraConfig(
        r=RANK,
        lora_alpha=int(RANK * SCALE),
        target_modules=["query", "key", "value", "dense"],
        layers_to_transform=list(LAYERS),
        layers_pattern="layer",
        lora_dropout=0.0,
    )
    model = get_peft_model(encoder.model, config)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = HIDDEN_DROPOUT
    return model


def adapter_arrays(model: Any) -> dict[str, NDArray[np.float16]]:
    """The factors as a weight file keeps them, the scale multiplied in."""
    factors = {}
    for name, layer in model.get_base_model().named_modules():
        if hasattr(layer, "lora_A"):
            (which,) = layer.lora_A
            down, up = layer.lora_A[which].weight, layer.lora_B[which].weight
            factors[name] = (down.detach().cpu().numpy(), layer.scaling[which] * up.detach().cpu().numpy())
    return arrays_of(factors)


def parameters(model: Any) -> list[nn.Parameter]:
    """What is trained of the encoder."""
    return [each for each in model.parameters() if each.requires_grad]


def hidden_states(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Last hidden states [batch, time, 384]."""
    states: torch.Tensor = model(input_ids=ids, attention_mask=mask).last_hidden_state
    return states
