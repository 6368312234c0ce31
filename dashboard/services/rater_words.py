"""A rater's figures in sentences."""

from __future__ import annotations

from typing import Final

from dashboard.services import agreement_words, messages
from dashboard.services.accepted_answer import LEVELS
from dashboard.services.given_answers import Field
from dashboard.services.qualification import Qualification
from dashboard.services.rater_quality import RaterFigures, Tally
from dashboard.services.rater_signs import Sign, SignKind
from dashboard.services.steadiness import Steadiness
from engine.raters.agreement import Coefficient
from engine.raters.severity import LEAST_UNITS, Severity
from engine.verdict.intervals import INTERVAL_LEVEL

UNIT: Final = {Field.DELIVERY: "steps", Field.EXPECTED: "levels", Field.EXPRESSED: "levels"}
SCALE: Final = {Field.DELIVERY: 1.0, Field.EXPECTED: LEVELS - 1.0, Field.EXPRESSED: LEVELS - 1.0}
"""From the stored answer to the steps a person chooses among."""

COUNTED: Final = frozenset({SignKind.SAME_ANSWER, SignKind.KNOWN_LOW})
"""Signs told by a number; the others are told by a share."""


def pace(found: RaterFigures) -> str:
    """How long an answer takes, a dash where that is not known."""
    if found.seconds is None:
        return messages.say("my_work.raters.none")
    return messages.say("my_work.pace_value", seconds=f"{found.seconds:.0f}")


def severity(field: Field, found: Severity | None) -> str:
    """How much higher or lower than others somebody answers, spoken to them."""
    what = messages.say(f"my_work.severity.{field.value}")
    if found is None:
        return messages.say("my_work.severity.none", what=what, least=LEAST_UNITS)
    way = "same" if not found.differs else "higher" if found.value > 0 else "lower"
    scale = SCALE[field]
    return messages.say(
        f"my_work.severity.{way}",
        what=what,
        amount=f"{abs(found.value * scale):.2f}",
        unit=messages.say(f"my_work.severity.{UNIT[field]}"),
        percent=f"{INTERVAL_LEVEL:.0%}".removesuffix("%"),
        low=messages.signed(found.low * scale),
        high=messages.signed(found.high * scale),
        clips=messages.say("my_work.clips", n=found.units),
    )


def severity_short(found: Severity | None) -> str:
    """The same for a table."""
    if found is None:
        return messages.say("my_work.raters.too_few")
    bounds = messages.say(
        "my_work.steady.bounds", low=messages.signed(found.low), high=messages.signed(found.high)
    )
    return messages.signed(found.value) + bounds


def steadiness(found: Steadiness) -> tuple[str, ...]:
    """How alike somebody's two answers to the same clips are, spoken to them."""
    clips = messages.say("my_work.clips", n=found.clips)
    if not found.clips:
        return (messages.say("my_work.steady.none"),)
    if found.delivery is None:
        return (messages.say("my_work.steady.few", same=found.same, clips=clips),)
    if found.delivery.value is None:
        said = [messages.say("my_work.steady.undefined", same=found.same, clips=clips)]
    else:
        said = [
            messages.say(
                "my_work.steady.delivery",
                same=found.same,
                clips=clips,
                value=agreement_words.number(found.delivery.value),
                bounds=_bounds(found.delivery),
            )
        ]
    if found.expressed is not None and found.expressed.value is not None:
        said.append(
            messages.say(
                "my_work.steady.intensity",
                value=agreement_words.number(found.expressed.value),
                bounds=_bounds(found.expressed),
            )
        )
    return tuple(said)


def steadiness_short(found: Steadiness) -> str:
    """The same for a table."""
    if found.delivery is None:
        return messages.say("my_work.raters.too_few")
    if found.delivery.value is None:
        return agreement_words.why_undefined(found.delivery)
    return agreement_words.number(found.delivery.value) + _bounds(found.delivery)


def tally(found: Tally) -> str:
    """How many known clips were right, for a table."""
    if not found.asked:
        return messages.say("my_work.raters.none")
    return messages.say("my_work.raters.known", right=found.right, asked=found.asked)


def qualification(found: Qualification) -> str:
    """How somebody does in the round, spoken to them."""
    return messages.say(
        f"my_work.qualification.{found.stand.value}",
        answered=found.answered,
        right=found.right,
        asked=found.asked,
    )


def qualification_short(found: Qualification) -> str:
    """The same for a table."""
    return messages.say(
        f"my_work.qualification.short.{found.stand.value}",
        answered=found.answered,
        right=found.right,
        asked=found.asked,
    )


def sign(found: Sign) -> str:
    """What stands out, in a few words."""
    if found.kind in COUNTED:
        return messages.say(f"my_work.signs.{found.kind.value}", n=found.n, of=found.of)
    share = f"{found.n / found.of:.0%}".removesuffix("%")
    return messages.say(f"my_work.signs.{found.kind.value}", n=found.n, of=found.of, share=share)


def _bounds(found: Coefficient) -> str:
    if found.low is None or found.high is None:
        return ""
    low, high = agreement_words.number(found.low), agreement_words.number(found.high)
    return messages.say("my_work.steady.bounds", low=low, high=high)
