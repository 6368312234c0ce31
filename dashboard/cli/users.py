"""``users``: accounts, by whoever owns the machine. Passwords are asked for or piped in, never words."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import Final

from dashboard.services import accounts, members, passwords, projects
from engine.errors import DailiesError
from engine.vocabulary import Role

LONGEST_INPUT: Final = 4 * passwords.LONGEST + 2
"""Bytes of a piped password in any script, with the end of its line."""


def add_users(words: argparse.ArgumentParser) -> None:
    """The words of ``users``."""
    actions = words.add_subparsers(required=True, metavar="add|list|disable|enable|passwd")
    add_words = actions.add_parser(
        "add", help="make an account; asks for the password, or reads it from a pipe"
    )
    add_words.add_argument("--admin", action="store_true", help="looks after the server: makes projects")
    add_words.add_argument(
        "--project", metavar="NAME", help="give a part in this project too, or another one"
    )
    add_words.add_argument(
        "--role", type=Role, choices=list(Role), default=Role.RATER, help="default %(default)s"
    )
    add_words.set_defaults(run=add)
    listed_words = actions.add_parser("list", help="say who has an account")
    listed_words.add_argument("--json", action="store_true", help="print one JSON list")
    listed_words.set_defaults(run=listed)
    disable_words = actions.add_parser("disable", help="close an account and sign its person out everywhere")
    disable_words.set_defaults(run=disable)
    enable_words = actions.add_parser("enable", help="open a closed account again")
    enable_words.set_defaults(run=enable)
    passwd_words = actions.add_parser(
        "passwd", help="replace a password; asks for it, or reads it from a pipe"
    )
    passwd_words.set_defaults(run=passwd)
    for action in (add_words, disable_words, enable_words, passwd_words):
        action.add_argument("name", metavar="NAME", help="what the person is called")


def add(given: argparse.Namespace) -> int:
    """Make an account, or give one that is there a part in a project."""
    project = None if given.project is None else projects.by_name(given.project)
    if project is None or accounts.find(given.name) is None:
        person = accounts.add(given.name, _password(), is_admin=given.admin)
        print(f"{person.name} can sign in.")
    if project is not None:
        person = accounts.required(given.name)
        members.take_in(project.id, person.id, given.role)
        print(f"{person.name} has the part of {given.role.value} in {project.name}.")
    return 0


def listed(given: argparse.Namespace) -> int:
    """Say who has an account, and whether it is open."""
    every = accounts.listing()
    if given.json:
        rows = [
            {
                "name": each.person.name,
                "admin": each.is_admin,
                "disabled_at": None if each.disabled_at is None else each.disabled_at.isoformat(),
            }
            for each in every
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for each in every:
        words = ["looks after the server"] if each.is_admin else []
        words += [f"closed {each.disabled_at:%Y-%m-%d}"] if each.disabled_at else []
        print(each.person.name + (f" ({', '.join(words)})" if words else ""))
    if not every:
        print("Nobody has an account; make one with: users add NAME.")
    return 0


def disable(given: argparse.Namespace) -> int:
    """Close an account."""
    accounts.disable(given.name)
    print(f"{given.name} is signed out everywhere and cannot sign in.")
    return 0


def enable(given: argparse.Namespace) -> int:
    """Open an account again."""
    accounts.enable(given.name)
    print(f"{given.name} can sign in again.")
    return 0


def passwd(given: argparse.Namespace) -> int:
    """Replace a password."""
    accounts.required(given.name)
    accounts.set_password(given.name, _password())
    print(f"{given.name} has another password, and is signed out everywhere.")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        piped = sys.stdin.readline(LONGEST_INPUT).rstrip("\r\n")
        if not piped:
            raise DailiesError("No password was given; type one, or pipe one line in.")
        return piped
    given = getpass.getpass(f"Password, at least {passwords.SHORTEST} characters: ")
    if getpass.getpass("Once more: ") != given:
        raise DailiesError("The two passwords differ; nothing was changed.")
    return given
