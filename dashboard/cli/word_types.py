"""What a word of the command line may be; each says in one line what is wrong with it."""

from __future__ import annotations

import argparse
import math
from typing import Final

MOST_JOBS: Final = 64


def whole(word: str) -> int:
    """A whole number."""
    if not word.lstrip("-").isdecimal() or not math.isfinite(float(word)):
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number")
    return int(word)


def seed(word: str) -> int:
    """Where chance begins, from 0."""
    if (number := whole(word)) < 0:
        raise argparse.ArgumentTypeError(f"{word} is no seed; give 0 or a positive whole number")
    return number


def face(word: str) -> int:
    """Which face, counted from 1 at the left."""
    if (number := whole(word)) < 1:
        raise argparse.ArgumentTypeError(f"{word} is no face; they are counted from 1 at the left")
    return number


def jobs(word: str) -> int:
    """How many clips at once, from 1 to :data:`MOST_JOBS`."""
    if not 1 <= (number := whole(word)) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{word} jobs cannot be run; give 1 to {MOST_JOBS}")
    return number


def columns(word: str) -> tuple[str, ...]:
    """Names of different columns, separated by commas."""
    names = tuple(name.strip() for name in word.split(","))
    if not all(names) or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"{word!r} is no list of different columns such as emotion,language")
    return names
