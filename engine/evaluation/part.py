"""A part of the evaluation: one piece of work that can be stopped between its folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.evaluation.predictions import Predictions
from engine.vocabulary import SystemName


class Spread(StrEnum):
    """What the folds of a part are, and so what their spread means."""

    FOLDS = "folds"
    """Disjoint people or dialogues: figures are of all predictions together, the spread is over folds."""
    SEEDS = "seeds"
    """The same test set read by models of different seeds: figures are means over seeds."""


@dataclass(frozen=True, slots=True)
class Part:
    """What ``make evaluate`` runs, keeps and shows.

    Attributes
    ----------
    name : str
        By which it is chosen, such as ``words-forest``.
    table : str
        Title of the table its rows stand in; parts with one title share a table.
    folds : tuple of str
        Each a piece of work whose outcome is kept.
    spread : Spread
    run : callable
        From a fold to predictions by row of the table.
    protocol : str
        Split, tuning and seeds in sentences; stands beside the table.
    inputs : tuple of Path
        Data files that the outcome depends on.
    modules : tuple of str
        Names of the modules that the outcome depends on, this part's own first.
    seed : int
    target : str
        What was asked, empty where nothing was.
    system : SystemName or None
        The shipped system whose quality it tells; ``None`` for baselines and what is trained for the table.
    """

    name: str
    table: str
    folds: tuple[str, ...]
    spread: Spread
    run: Callable[[str], Mapping[str, Predictions]]
    protocol: str
    inputs: tuple[Path, ...]
    modules: tuple[str, ...]
    seed: int = 0
    target: str = ""
    system: SystemName | None = None
