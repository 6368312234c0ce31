"""What is found when groups of answers are compared: the shapes, with units."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.verdict.intervals import Interval


class Finding(StrEnum):
    """What can be said about a group."""

    NO_EVIDENCE = "no_evidence"
    DIFFERS = "differs"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class StepTest:
    """One step of the comparison.

    Attributes
    ----------
    ratio : float
        Twice the gain in log-likelihood.
    inflation : float
        What it was divided by for clustering.
    freedom : int
        Effects tested.
    p : float
        After that division; ``adjusted`` after Holm's correction too.
    adjusted : float
    """

    ratio: float
    inflation: float
    freedom: int
    p: float
    adjusted: float


@dataclass(frozen=True, slots=True)
class GroupFunctioning:
    """One group compared with others.

    Attributes
    ----------
    group : str
    against : str
        The other group where there are two, ``""`` where it is all the others.
    answers, clips, raters : int
        Of the group; ``raters`` is 0 where nobody is named.
    shared_raters : int
        Raters who answered on both sides; with none, people and groups cannot be told apart.
    finding : Finding
    lower, upper : Interval or None
        The group's lines between under and correct and between correct and over, minus the others', z
        units; ``None`` where they cannot be estimated.
    uniform, non_uniform : StepTest or None
    """

    group: str
    against: str
    answers: int
    clips: int
    raters: int
    shared_raters: int
    finding: Finding
    lower: Interval | None = None
    upper: Interval | None = None
    uniform: StepTest | None = None
    non_uniform: StepTest | None = None


@dataclass(frozen=True, slots=True)
class ItemFunctioning:
    """What was found about all groups of a column.

    Attributes
    ----------
    groups : tuple of GroupFunctioning
        Empty where there is one group only.
    interval_level : float
    """

    groups: tuple[GroupFunctioning, ...]
    interval_level: float

    @property
    def finding(self) -> Finding:
        """One word for all: a difference anywhere, else too few anywhere, else no evidence."""
        found = {group.finding for group in self.groups}
        if Finding.DIFFERS in found:
            return Finding.DIFFERS
        return Finding.TOO_FEW if Finding.TOO_FEW in found or not found else Finding.NO_EVIDENCE
