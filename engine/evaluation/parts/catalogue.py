"""Every part of the evaluation, and what no part can measure here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import UnknownNameError
from engine.evaluation.part import Part
from engine.evaluation.parts.ravdess_fusion import ravdess_parts
from engine.evaluation.parts.shipped_performance import shipped_performance_parts
from engine.evaluation.parts.shipped_systems import shipped_systems_parts
from engine.evaluation.parts.shipped_words import shipped_words_parts
from engine.evaluation.parts.words_baselines import words_parts


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A figure of the field that cannot be had with the data at hand.

    Attributes
    ----------
    figure, reason, way : str
        What it is, why it is not in the tables, and what whoever holds the media can run.
    """

    figure: str
    reason: str
    way: str


UNAVAILABLE: Final = (
    Unavailable(
        "MELD: voice alone, words and voice, and all three (tri-modal)",
        "the films and sounds are not available here; only the lines are",
        "`python -m engine corpora MELD.Raw` reads the owners' tree",
    ),
    Unavailable(
        "IEMOCAP: words and voice, four classes",
        "neither media nor labels are available here: they come on signed request",
        "`python -m engine corpora IEMOCAP_full_release` reads the owners' tree",
    ),
    Unavailable(
        "CMU-MOSEI: all figures",
        "neither media nor labels are available here",
        "`python -m engine corpora CMU_MOSEI` reads the owners' tree",
    ),
    Unavailable(
        "CREMA-D: voice and face from the clips",
        "the crowd's votes are at hand, the clips are not",
        "`python -m engine corpora CREMA-D` reads the owners' tree",
    ),
    Unavailable(
        "voice and face of one take, our own face branch",
        "RAVDESS's sounds are at hand, of its films only OpenFace's action-unit means, which stand in for "
        "the face branch",
        "`python -m engine corpora RAVDESS` reads the owners' films",
    ),
)


def every_part(data: Path) -> list[Part]:
    """All parts, the quickest first within each table.

    Parameters
    ----------
    data : Path
        The folder with ``text/``, ``audio/`` and ``faces/``.
    """
    return [
        *shipped_words_parts(data),
        *shipped_performance_parts(data),
        *shipped_systems_parts(data),
        *ravdess_parts(data),
        *words_parts(data),
    ]


def chosen_parts(parts: Sequence[Part], names: str) -> list[Part]:
    """The parts that names, separated by commas, begin; all of them where none is given.

    Raises
    ------
    UnknownNameError
        If a name begins no part's.
    """
    starts = [name.strip() for name in names.split(",") if name.strip()]
    for start in starts:
        if not any(part.name.startswith(start) for part in parts):
            known = ", ".join(part.name for part in parts)
            raise UnknownNameError(f"{start!r} begins the name of no part; there are {known}.")
    return [part for part in parts if not starts or any(part.name.startswith(start) for start in starts)]
