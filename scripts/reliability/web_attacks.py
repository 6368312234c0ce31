"""What somebody tries who wants in, at the door, at the routes, and by what they type, in a real browser."""

from __future__ import annotations

from typing import Final

from scripts.reliability.row import Row
from scripts.reliability.tested import is_whole, tested

FILES: Final = (
    "tests/dashboard/test_web_attacks.py",
    "tests/dashboard/test_accounts.py",
    "tests/dashboard/test_door.py",
    "tests/dashboard/test_routes.py",
    "tests/browser/test_sign_in.py",
)


def run() -> Row:
    """Try each of them."""
    found = tested(*FILES)
    bad = found["failed"] + found["error"]
    return Row(
        "session theft, fixation, replay, CSRF, enumeration, brute force, open redirect, traversal, stored "
        "XSS in every text field (in a real browser)",
        "none works",
        f"{found['passed']} tries, {bad} worked",
        met=is_whole(found),
        detail="Tries are tests; stored XSS is typed into the fields of tests/browser/test_sign_in.py "
        "(names, lines, comments, drafts, remarks, notes, guidelines, labels, scripts, scenes, consents, "
        "decisions, work that is set; a trace holds numbers and no text) and looked for on its pages.",
    )
