"""What is known about anchoring, in sentences a teacher reads."""

from __future__ import annotations

from typing import Final

from dashboard.services.agreement_words import MINUS, number
from dashboard.services.anchoring import AnchoringReport, ControlComparison, Moves
from dashboard.services.given_answers import Field
from dashboard.services.messages import say
from engine.raters.crossed_draws import LEAST_ANSWERS, LEAST_CLIPS, LEAST_RATERS_DRAWN, Estimate

LEAST: Final = {"answers": LEAST_ANSWERS, "clips": LEAST_CLIPS}


def moves(found: Moves) -> tuple[str, ...]:
    """How answers about a field moved: how often, which way, by how much, and whether that helped."""
    what = say(f"agreement.field.{found.field.value}")
    counted = say(
        "anchoring.counted",
        answers=say("agreement.answers", n=found.answers),
        clips=say("agreement.clips", n=found.share_moved.clips),
        raters=say("agreement.raters", n=found.share_moved.raters),
    )
    if not found.moved:
        return (say("anchoring.unmoved", what=what, counted=counted),)
    said = [
        say("anchoring.moved", what=what, share=share(found.share_moved), n=found.moved, counted=counted),
        say(
            "anchoring.way",
            towards=found.towards,
            away=found.away,
            aside=found.moved - found.towards - found.away,
        ),
    ]
    if found.pull.value is None:
        return tuple(said)
    size = say(f"anchoring.unit.{found.field.value}", size=_sized(found.pull))
    if not found.pull.is_told:
        said.append(say("anchoring.pull_too_few", **LEAST))
    elif not found.pull.excludes(0.0):
        said.append(say("anchoring.pull_none", size=size))
    else:
        said.append(say(f"anchoring.pull_{'towards' if found.pull.value > 0 else 'away'}", size=size))
    return (*said, *_gain(found), *_scope(found.pull))


def _gain(found: Moves) -> tuple[str, ...]:
    if found.gain.value is None:
        return (say("anchoring.no_others"),)
    counts = say("anchoring.nearer", nearer=found.nearer, farther=found.farther, n=found.gain.answers)
    if not found.gain.is_told:
        return (counts, say("anchoring.gain_too_few", **LEAST))
    size = say(f"anchoring.unit.{found.field.value}", size=_sized(found.gain))
    if not found.gain.excludes(0.0):
        return (counts, say("anchoring.gain_none", size=size))
    return (counts, say(f"anchoring.gain_{'better' if found.gain.value > 0 else 'worse'}", size=size))


def controls(found: AnchoringReport, field: Field) -> tuple[str, ...]:
    """How many agree with the machine with and without its opinion before them; empty where unknown."""
    for each in found.controls:
        if each.field is field:
            lots = say(f"anchoring.{'drawn' if found.is_drawn else 'not_drawn'}")
            return (_compared(each), lots, *_scope(each.difference))
    return ()


def _compared(found: ControlComparison) -> str:
    told = say(
        "anchoring.compared",
        what=say(f"agreement.field.{found.field.value}"),
        shown=share(found.shown),
        shown_n=found.shown.answers,
        withheld=share(found.withheld),
        withheld_n=found.withheld.answers,
    )
    difference = found.difference
    if difference.value is None or difference.low is None or difference.high is None:
        return f"{told} {say('anchoring.difference_too_few', **LEAST)}"
    size = say(
        "anchoring.points",
        value=_points(difference.value),
        low=_points(difference.low),
        high=_points(difference.high),
    )
    if not difference.excludes(0.0):
        return f"{told} {say('anchoring.difference_none', size=size)}"
    way = "more" if difference.value > 0 else "less"
    return f"{told} {say(f'anchoring.difference_{way}', size=size)}"


def share(found: Estimate) -> str:
    """A rate with its interval, or as much of it as can be told."""
    if found.value is None:
        return say("anchoring.unknown")
    if found.low is None or found.high is None:
        return f"{found.value:.0%}"
    low, high = max(found.low, 0.0), min(found.high, 1.0)
    return say("anchoring.interval", value=f"{found.value:.0%}", low=f"{low:.0%}", high=f"{high:.0%}")


def sized(found: Estimate) -> str:
    """A mean with its interval, ``–`` where there is none to tell."""
    return "–" if found.value is None else _sized(found)


def _sized(found: Estimate) -> str:
    value = number(found.value or 0.0)
    if found.low is None or found.high is None:
        return value
    return say("anchoring.interval", value=value, low=number(found.low), high=number(found.high))


def _points(value: float) -> str:
    """Percentage points with sign."""
    return f"{100 * value:+.0f}".replace("-", MINUS)


def _scope(found: Estimate) -> tuple[str, ...]:
    """Whom an interval is about."""
    if not found.is_told:
        return ()
    whose = "these" if found.raters < LEAST_RATERS_DRAWN else "such"
    return (say(f"anchoring.{whose}_raters", least=LEAST_RATERS_DRAWN),)
