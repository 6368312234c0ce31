"""Measure the shipped weights: ``python -m engine evaluate TASK PATH``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from engine.errors import UnknownNameError

Evaluator = Callable[[Path], dict[str, Any]]

HOMES: Final[Mapping[str, tuple[str, str]]] = {
    "text-emotion": ("engine.training.evaluate_text", "text_emotion"),
    "text-intensity": ("engine.training.evaluate_text", "text_intensity"),
    "voice-emotion": ("engine.training.evaluate_performance", "voice_emotion"),
    "voice-intensity": ("engine.training.evaluate_performance", "voice_intensity"),
    "face-emotion": ("engine.training.evaluate_faces", "face_emotion"),
    "face-sources": ("engine.training.face_sources", "face_sources"),
    "face-intensity": ("engine.training.evaluate_faces", "face_intensity"),
}
"""Module and function of each task; loaded when asked for, since each brings its own models."""

TASKS: Final = tuple(HOMES)


def evaluate(task: str, path: Path) -> dict[str, Any]:
    """Measure the shipped weights on a labelled file or folder.

    Parameters
    ----------
    task : str
        One of :data:`TASKS`.
    path : Path
        A CSV or a folder, as the task wants it.

    Returns
    -------
    dict
        The figures by name, ready for JSON; always ``n``, ``seen_in_training`` and ``skipped``, the
        last a count for each label the system does not name.

    Raises
    ------
    UnknownNameError
        If there is no such task.
    TableError, MediaError
        If the file or folder cannot be used.
    """
    if task not in HOMES:
        raise UnknownNameError(f"{task!r} is no task; use one of {', '.join(TASKS)}.")
    module, name = HOMES[task]
    evaluator: Evaluator = getattr(import_module(module), name)
    return {"task": task, **evaluator(Path(path))}
