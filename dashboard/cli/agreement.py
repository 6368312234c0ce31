"""``agreement``: how far the raters of a table agree."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from dashboard.services import agreement_table, agreement_words
from engine.raters.agreement import Agreement, Coefficient
from engine.raters.answers import Level

PLACES: Final = 3


def add_agreement(words: argparse.ArgumentParser) -> None:
    """The words of ``agreement``."""
    words.add_argument("ratings", type=Path, metavar="RATINGS.csv", help="one row per answer")
    words.add_argument("--unit", required=True, metavar="COL", help="what was rated")
    words.add_argument("--rater", metavar="COL", help="who answered; without it raters are unnamed")
    words.add_argument("--value", required=True, metavar="COL", help="what was answered")
    words.add_argument("--level", required=True, choices=[level.value for level in Level])
    words.add_argument("--json", action="store_true", help="print one JSON object")
    words.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print every coefficient that fits the level."""
    found = agreement_table.of_file(
        given.ratings, unit=given.unit, value=given.value, level=Level(given.level), rater=given.rater
    )
    if given.json:
        print(json.dumps(agreement_table.document(found), ensure_ascii=False))
    else:
        print("\n".join(_lines(given.ratings.name, found)))
    return 0


def _lines(name: str, found: Agreement) -> list[str]:
    raters = "" if found.raters is None else f", {found.raters} raters"
    named = {agreement_words.coefficient_name(each.name): each for each in found.coefficients}
    wide = max(map(len, named))
    return [
        f"{name}, {found.level.value}: {found.units} units with two answers or more{raters}, "
        f"{found.answers} answers, {found.pairs} pairs",
        *(f"  {words:<{wide}}  {_value(each, found)}" for words, each in named.items()),
        *(f"- {note}" for note in agreement_words.notes(found)),
    ]


def _value(each: Coefficient, found: Agreement) -> str:
    if each.value is None:
        return agreement_words.why_undefined(each)
    value = f"{each.value:+.{PLACES}f}"
    if each.low is None or each.high is None:
        return value
    return f"{value}  ({found.interval_level:.0%} interval {each.low:+.{PLACES}f} to {each.high:+.{PLACES}f})"
