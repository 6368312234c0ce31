"""What is known about raters' agreement, in sentences."""

from __future__ import annotations

from typing import Final

from dashboard.services.messages import plain, say, signed
from engine.raters.agreement import Agreement, Coefficient, CoefficientName
from engine.raters.functioning import Finding, GroupFunctioning, ItemFunctioning

STRENGTHS: Final = (
    (0.0, "none"),
    (0.2, "slight"),
    (0.4, "fair"),
    (0.6, "moderate"),
    (0.8, "substantial"),
    (1.0, "strong"),
)
"""Up to and with each value, that word (Landis & Koch 1977, who call the last "almost perfect")."""

MINUS: Final = "−"


def coefficient_name(name: CoefficientName) -> str:
    """A coefficient as people call it."""
    return say(f"agreement.coefficient.{name.value}")


def number(value: float) -> str:
    """A coefficient with two places, minus as −."""
    return f"{value + 0.0:.2f}".replace("-", MINUS)


def interval(coefficient: Coefficient) -> str:
    """The interval in words, ``""`` where there is none."""
    if coefficient.low is None or coefficient.high is None:
        return ""
    return say("agreement.interval", low=number(coefficient.low), high=number(coefficient.high))


def strength(value: float) -> str:
    """How far people agree, as an adverb."""
    word = next(word for most, word in STRENGTHS if value <= most)
    return say(f"agreement.strength.{word}")


def why_undefined(coefficient: Coefficient) -> str:
    """Why a coefficient has no value, ``""`` where it has one."""
    return "" if coefficient.undefined is None else say(f"agreement.undefined.{coefficient.undefined.value}")


def summary(what: str, found: Agreement) -> str:
    """The main coefficient about one thing in a plain sentence.

    Parameters
    ----------
    what : str
        What was rated, as people read it.
    """
    main = found.main
    if main.value is None:
        return say("agreement.no_sentence", what=what, why=why_undefined(main), counted=counted(found))
    bounds = f" ({interval(main)})" if interval(main) else ""
    return say(
        "agreement.sentence",
        strength=strength(main.value),
        what=what,
        value=number(main.value),
        bounds=bounds,
        counted=counted(found),
    )


def short(found: Agreement) -> str:
    """How far people agree, without the figures that stand beside it."""
    if found.main.value is None:
        return why_undefined(found.main)
    return say("agreement.short", strength=strength(found.main.value))


def counted(found: Agreement) -> str:
    """How many clips and raters there are, in words."""
    clips = say("agreement.clips", n=found.units)
    if found.raters is None:
        return clips
    return say("agreement.counted", clips=clips, raters=say("agreement.raters", n=found.raters))


def notes(found: Agreement) -> tuple[str, ...]:
    """What was left out or counted otherwise, in sentences."""
    return tuple(say(f"agreement.note.{note.value}", n=count) for note, count in found.notes.items())


def functioning(found: ItemFunctioning) -> tuple[str, ...]:
    """Whether the delivery means the same in every group, one sentence each."""
    return tuple(_group(group, found.interval_level) for group in found.groups)


def _group(group: GroupFunctioning, level: float) -> str:
    against = plain(group.against) if group.against else say("agreement.functioning.others")
    names = {"group": plain(group.group), "against": against}
    counts = say(
        "agreement.functioning.counted",
        answers=say("agreement.answers", n=group.answers),
        clips=say("agreement.clips", n=group.clips),
        raters=say("agreement.raters", n=group.raters),
    )
    if group.upper is None or group.lower is None:
        return say("agreement.functioning.not_compared", **names, counts=counts)
    lines = say(
        "agreement.functioning.lines",
        percent=f"{level:.0%}".removesuffix("%"),
        upper=_later(group.upper.value),
        upper_low=signed(group.upper.low),
        upper_high=signed(group.upper.high),
        lower=_later(group.lower.value),
        lower_low=signed(group.lower.low),
        lower_high=signed(group.lower.high),
    )
    said = [say(f"agreement.functioning.{group.finding.value}", **names, counts=counts), lines]
    if group.finding is Finding.DIFFERS:
        said.append(say("agreement.functioning.do_not_pool"))
    if group.raters and not group.shared_raters:
        said.append(say("agreement.functioning.no_shared"))
    return " ".join(said)


def _later(shift: float) -> str:
    """How much later, or sooner, a line lies, z units."""
    return say(f"agreement.functioning.{'sooner' if shift < 0 else 'later'}", size=number(abs(shift)))
