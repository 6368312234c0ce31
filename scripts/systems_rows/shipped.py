"""Whether a table may read the shipped networks in place of training the same ones once more."""

from __future__ import annotations

from typing import Final

from engine import weights
from engine.errors import WeightsError

FOLDS: Final = 5
SHIPPED_NOTE: Final = "Rows of what ships are read from the shipped weights of the same seed."


def is_shipped(file: str, *, seed: int) -> bool:
    """Whether the shipped weight file lies here and was trained from this seed."""
    try:
        entry = weights.manifest()["files"].get(file)
        weights.load(file)
    except WeightsError:
        return False
    return entry is not None and entry.get("seed") == seed


def folds_note(folds: int) -> str:
    """What has to be said where not all folds were measured; empty where they were."""
    if folds == 0:
        return " **Variants that do not ship were not trained for this table**, for want of processor time."
    if folds == FOLDS:
        return ""
    return (
        f" **Measured on {folds} of the five folds**, for want of processor time: n counts their recordings."
    )
