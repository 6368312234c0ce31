"""``move`` and ``audit verify``: the database as a whole."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from dashboard.services import audit_check, moving

TAMPERED: Final = 1
"""Exit status where the audit log does not hold; a script must not take it for a mistyped word."""


def add_move(words: argparse.ArgumentParser) -> None:
    """The words of ``move``."""
    words.add_argument(
        "--to",
        required=True,
        metavar="ADDRESS",
        help="of an empty database, as DAILIES_DATABASE_URL names one; a password may stand in ~/.pgpass",
    )
    words.add_argument("--project", metavar="NAME", help="this project alone, with the people it names")
    words.set_defaults(run=move)


def add_audit(words: argparse.ArgumentParser) -> None:
    """The words of ``audit``."""
    actions = words.add_subparsers(required=True, metavar="verify")
    verify_words = actions.add_parser("verify", help="say whether the log is as it was written")
    verify_words.add_argument(
        "--last-hash", metavar="HASH", help="of an earlier check: it must still be there"
    )
    verify_words.set_defaults(run=verify)


def move(given: argparse.Namespace) -> int:
    """Copy everything into another database and say what came over."""
    moved = moving.move(given.to, project=given.project)
    for table in moved.tables:
        if table.rows:
            print(f"{table.name}: {table.rows} rows, sha256 {table.sha256}")
    print(
        f"{moved.rows} rows are in {moved.place}, each as it was. End the servers, name that database in "
        "DAILIES_DATABASE_URL and start them again; what is stored here from now on does not go there."
    )
    return 0


def verify(given: argparse.Namespace) -> int:
    """Check the chain of the audit log; status 1 where it does not hold."""
    found = audit_check.verify(known_hash=given.last_hash)
    if found.broken_line is not None:
        print(
            f"The audit log was tampered with: line {found.broken_line} of {found.lines} does not fit the "
            "chain.",
            file=sys.stderr,
        )
        return TAMPERED
    if not found.has_known:
        print("The audit log was tampered with: the line of that hash is gone.", file=sys.stderr)
        return TAMPERED
    print(f"The audit log holds: {found.lines} lines, the last one's hash is {found.last_hash}.")
    return 0
