"""When two ways of writing a line are the same line."""

from __future__ import annotations

import unicodedata


def line_key(line: str) -> str:
    """What two ways of writing one line have in common."""
    plain = unicodedata.normalize("NFKC", line).casefold()
    return " ".join(
        "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in plain).split()
    )
