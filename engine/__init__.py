"""A clip and its line in, an :class:`~engine.analysis.Analysis` out.

The public names load on first use, so that ``db`` can read :mod:`engine.vocabulary` without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.analysis import Analysis
    from engine.systems.clip_analysis import analyze

__all__ = ["Analysis", "analyze"]

_HOMES = {"analyze": "engine.systems.clip_analysis", "Analysis": "engine.analysis"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
