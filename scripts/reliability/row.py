"""One row of the table of reliability: what was promised and what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What one measurement found.

    Attributes
    ----------
    name : str
        What was done to Dailies, as the table says it.
    target : str
        What was promised.
    found : str
        What happened, in numbers.
    met : bool or None
        Whether that is what was promised; ``None`` where it cannot be measured on this machine, and
        ``detail`` says why.
    seconds : float
        How long it took; the runner measures it where 0 is given.
    detail : str
        What a reader should know to judge the number, or to repeat it.
    """

    name: str
    target: str
    found: str
    met: bool | None
    seconds: float = 0.0
    detail: str = ""
