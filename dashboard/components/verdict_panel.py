"""The verdict in words, on a meter and as two bars."""

from __future__ import annotations

from dataclasses import dataclass

import dashboard.components.asset as asset
from dashboard.services import messages
from dashboard.services.messages import signed
from engine.vocabulary import Verdict

_mount = asset.renderer("verdict_panel", scripts=())


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What the panel shows.

    Attributes
    ----------
    sentence : str
        The two intensities and the verdict in words.
    gap, lower, upper : float or None, float, float
        z units; the thresholds are those in force for this clip.
    expected, expressed : float or None
        In [0, 1].
    before : float or None
        Expressed intensity without the amplifier rule, where it struck.
    raters_expected, raters_expressed : float or None
        What raters here would say instead, in [0, 1], where that was learned; the gap does not use it.
    notes : tuple of str
        Sentences that must not be overlooked.
    """

    verdict: Verdict | None
    headline: str
    sentence: str
    gap: float | None = None
    lower: float = 0.0
    upper: float = 0.0
    expected: float | None = None
    expressed: float | None = None
    before: float | None = None
    raters_expected: float | None = None
    raters_expressed: float | None = None
    notes: tuple[str, ...] = ()


def verdict_panel(view: VerdictView, *, key: str = "verdict_panel") -> None:
    """Show ``view``."""
    labels = messages.part("panel")
    _mount(
        key=key,
        data={
            "verdict": None if view.verdict is None else view.verdict.value,
            "headline": view.headline,
            "sentence": view.sentence,
            "gap": view.gap,
            "lower": view.lower,
            "upper": view.upper,
            "expected": view.expected,
            "expressed": view.expressed,
            "before": view.before,
            "raters": {
                "expected": _raters(view.raters_expected),
                "expressed": _raters(view.raters_expressed),
            },
            "notes": list(view.notes),
            "thresholds": {"lower": signed(view.lower), "upper": signed(view.upper)},
            "numbers": {
                "gap": labels["unknown"] if view.gap is None else signed(view.gap),
                "lower": signed(view.lower),
                "upper": signed(view.upper),
                "expected": _intensity(view.expected, labels["unknown"]),
                "expressed": _intensity(view.expressed, labels["unknown"]),
            },
            "labels": labels,
            "advisory": messages.say("app.advisory"),
        },
    )


def _raters(value: float | None) -> dict[str, float | str] | None:
    if value is None:
        return None
    return {"value": value, "words": messages.say("panel.raters", value=f"{value:.2f}")}


def _intensity(value: float | None, unknown: str) -> str:
    return unknown if value is None else f"{value:.2f}"
