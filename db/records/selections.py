"""Which clips the queue chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SelectionDraft:
    """A clip chosen for a person to rate.

    Attributes
    ----------
    probability : float
        With which the clip came into its batch, in (0, 1].
    even_probability : float
        With which it would have come into a batch drawn with even chances.
    """

    clip_id: str
    person_id: int
    probability: float
    even_probability: float

    @property
    def weight(self) -> float:
        """What makes ratings of chosen clips speak about all clips: 1 where all chances were even."""
        return self.even_probability / self.probability


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRecord(SelectionDraft):
    """A stored selection; ids rise in the order in which the clips are to be shown."""

    id: int
    created_at: datetime
