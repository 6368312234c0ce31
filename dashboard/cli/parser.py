"""The words of the command line: every command's name here, its own words in the command's module."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final, NoReturn

BAD_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command is, and what it is for.

    Attributes
    ----------
    module : str
        Below :mod:`dashboard.cli`.
    words : str
        The function there that adds its words.
    """

    module: str
    words: str
    help: str


COMMANDS: Final = {
    "serve": Command("serving", "add_serve", "serve the dashboard"),
    "analyze": Command("analyzing", "add_analyze", "say what the models find in clips"),
    "import": Command("importing", "add_import", "bring clips into a project and analyse them"),
    "recalibrate": Command(
        "projects", "add_recalibrate", "learn a project's thresholds and intensity maps from its ratings"
    ),
    "export": Command("projects", "add_export", "write a project's ratings and predictions to files"),
    "thresholds": Command("thresholds", "add_thresholds", "learn thresholds from a table and apply them"),
    "agreement": Command("agreement", "add_agreement", "say how far the raters of a table agree"),
    "models": Command("models", "add_models", "list and fetch models that are not shipped"),
    "consent": Command(
        "consent", "add_consent", "say who is filmed, withdraw, and keep clips no longer than meant"
    ),
    "backup": Command("backup", "add_backup", "copy database and media while people rate"),
    "restore": Command("backup", "add_restore", "put a backup in the place of what is there"),
    "move": Command("keeping", "add_move", "copy everything, or a project, into another database"),
    "audit": Command("keeping", "add_audit", "say whether the audit log is as it was written"),
    "users": Command("users", "add_users", "make, list and close accounts"),
}


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and where help is, and leave with status 2."""
        words = " ".join(message.split())
        print(f"{words[:1].upper()}{words[1:]}; see {self.prog} --help.", file=sys.stderr)
        sys.exit(BAD_WORDS)


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """Make out the words behind ``python -m dashboard``; ``run`` of the result is the command's function.

    Only the command that is named is loaded: what ``agreement`` needs is no business of a server's start, nor
    of each process of the analysis, which reads the program's first file again.
    """
    top = OneLineParser(
        prog="python -m dashboard", description="Does the delivery match what the line demands?"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    named = next((word for word in words if not word.startswith("-")), None)
    for name, command in COMMANDS.items():
        its_words = commands.add_parser(name, help=command.help)
        if name == named:
            getattr(import_module(f"dashboard.cli.{command.module}"), command.words)(its_words)
    return top.parse_args(words)
