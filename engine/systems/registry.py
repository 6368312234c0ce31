"""Which system that names emotions answers to which name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from engine.errors import UnknownNameError
from engine.systems.naming import NamingSystem
from engine.systems.threads import hold_threads
from engine.vocabulary import SystemName

HOMES: Final[Mapping[SystemName, tuple[str, str]]] = {
    SystemName.MMMLA: ("engine.systems.mmmla", "MmmlaSystem"),
    SystemName.MELD: ("engine.systems.meld", "MeldSystem"),
    SystemName.RAVDESS: ("engine.systems.ravdess", "RavdessSystem"),
}
"""Module and class of each; loaded when asked for, since each is optional."""


def naming_system(name: SystemName | str) -> NamingSystem:
    """Load the system of that name, once per process.

    Raises
    ------
    UnknownNameError
        If it is no system that names emotions.
    WeightsError
        If its weight file is missing or damaged.
    """
    if name not in HOMES:
        raise UnknownNameError(f"There is no system {name!s} to analyse clips; use {', '.join(SystemName)}.")
    hold_threads()
    module, kind = HOMES[SystemName(name)]
    load: Callable[[], NamingSystem] = getattr(import_module(module), kind).load
    return load()
