"""One row of the table of speed: what was found beside its floor or peer, measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What one measurement found.

    Attributes
    ----------
    work : str
        What was done.
    found : str
        What it took, in numbers with units.
    beside : str
        The floor or the peer, measured in the same run; empty where a row only shows how cost grows.
    target : str
        Empty where there is none.
    met : bool or None
        ``None`` where there is no target, or it cannot be measured here and ``detail`` says why.
    detail : str
        What limits it, or what a reader should know to judge the number.
    """

    work: str
    found: str
    beside: str = ""
    target: str = ""
    met: bool | None = None
    detail: str = ""
