"""Measure the shipped weights: ``python -m engine evaluate TASK PATH``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from engine.errors import UnknownNameError

Evaluator = Callable[..., dict[str, Any]]

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


ENROLLED_TASKS: Final = ("voice-emotion", "voice-intensity")
"""Tasks that can also be measured with each speaker's own clips known."""


def evaluate(task: str, path: Path, *, enrolled: bool = False) -> dict[str, Any]:
    """Measure the shipped weights on a labelled file or folder.

    Parameters
    ----------
    task : str
        One of :data:`TASKS`.
    path : Path
        A CSV or a folder, as the task wants it.
    enrolled : bool
        Add a second set of figures, ``enrolled``, for which each speaker's usual voice is learned from
        their clips in the folder, without the labels.

    Returns
    -------
    dict
        The figures by name, ready for JSON; always ``n``, ``seen_in_training`` and ``skipped``, the
        last a count for each label the system does not name.

    Raises
    ------
    UnknownNameError
        If there is no such task, or ``enrolled`` is asked of one that knows no speakers.
    TableError, MediaError
        If the file or folder cannot be used.
    """
    if task not in HOMES:
        raise UnknownNameError(f"{task!r} is no task; use one of {', '.join(TASKS)}.")
    if enrolled and task not in ENROLLED_TASKS:
        raise UnknownNameError(
            f"{task} knows no enrolled speakers; --enrolled goes with {ENROLLED_TASKS[0]}."
        )
    module, name = HOMES[task]
    evaluator: Evaluator = getattr(import_module(module), name)
    options = {"enrolled": True} if enrolled else {}
    return {"task": task, **evaluator(Path(path), **options)}
