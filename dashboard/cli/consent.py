"""``consent``: who is filmed and what they agreed to, withdrawal, and how long clips are kept."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime, time
from typing import Final

from dashboard.services import consents, projects, removal, retention
from dashboard.services.filmed import Filmed
from dashboard.services.removal import Removed
from dashboard.services.retention import Rule
from db.records import ConsentScope
from engine.errors import DailiesError

END_OF_DAY: Final = time(23, 59, 59)
YES: Final = frozenset({"y", "yes"})


def add_consent(words: argparse.ArgumentParser) -> None:
    """The words of ``consent``."""
    actions = words.add_subparsers(required=True, metavar="list|record|withdraw|retention")
    listed_words = actions.add_parser("list", help="say who is filmed in a project and what they agreed to")
    listed_words.add_argument("--json", action="store_true", help="print one JSON list")
    listed_words.set_defaults(run=listed)
    record_words = actions.add_parser("record", help="put on record what a filmed person agrees to")
    record_words.add_argument(
        "--scope",
        required=True,
        type=scopes,
        metavar="a,b,…",
        help="of analysis, rating, export, training",
    )
    record_words.add_argument(
        "--until", type=day, metavar="DAY", help="such as 2027-06-30; without it until withdrawn"
    )
    record_words.add_argument("--note", default="", metavar="TEXT", help="where what they signed lies")
    record_words.set_defaults(run=record)
    withdraw_words = actions.add_parser("withdraw", help="remove everything that shows a person; asks first")
    withdraw_words.add_argument("--reason", default="", metavar="TEXT")
    withdraw_words.add_argument("--yes", action="store_true", help="remove without asking")
    withdraw_words.set_defaults(run=withdraw)
    keep_words = actions.add_parser("retention", help="say how long clips are kept and which are due")
    keep_words.add_argument(
        "--days", type=days, metavar="N|never", help="keep clips so long after they came in"
    )
    keep_words.add_argument(
        "--with-consent", choices=("yes", "no"), help="remove clips when the consent expires"
    )
    keep_words.add_argument("--apply", action="store_true", help="remove what is due")
    keep_words.set_defaults(run=keep)
    for action in (listed_words, record_words, withdraw_words, keep_words):
        action.add_argument("--project", required=True, metavar="NAME")
    for action in (record_words, withdraw_words):
        action.add_argument(
            "--subject", required=True, metavar="NAME", help="the filmed person, as the clips say"
        )


def listed(given: argparse.Namespace) -> int:
    """Print everybody filmed in a project and where their consent stands."""
    project = projects.by_name(given.project)
    found = consents.register(project.id, person_id=None)
    if given.json:
        print(json.dumps([_object(each) for each in found.filmed], ensure_ascii=False))
        return 0
    for each in found.filmed:
        scopes = ", ".join(scope.value for scope in ConsentScope if scope in each.scopes) or "–"
        shown = f"{len(each.clips)} clips, {len(each.scenes)} scenes"
        print(f"{each.subject}: {each.state.value}; {scopes}; {shown}")
    if found.unnamed:
        print(f"{len(found.unnamed)} clips name nobody.")
    if found.unnamed_scenes:
        print(f"{len(found.unnamed_scenes)} scenes do not say whom they show.")
    print(f"{len(found.tombstones)} clips and {len(found.scene_tombstones)} scenes were removed.")
    return 0


def record(given: argparse.Namespace) -> int:
    """Put on record what a filmed person agrees to."""
    project = projects.by_name(given.project)
    until = None if given.until is None else datetime.combine(given.until, END_OF_DAY, UTC)
    stored = consents.record(
        project.id,
        given.subject,
        scopes=given.scope,
        person_id=None,
        expires_at=until,
        evidence=given.note,
    )
    print(f"{stored.subject}: {', '.join(stored.scopes)}; until {given.until or 'withdrawn'}.")
    return 0


def withdraw(given: argparse.Namespace) -> int:
    """Say what would go, ask, and remove it."""
    project = projects.by_name(given.project)
    what = removal.preview(project.id, given.subject, person_id=None)
    print(f"{what.subject}: {_counted(what)} in {project.name}.")
    if not (given.yes or _agreed("Remove them for good? [y/N] ")):
        print("Nothing was removed.")
        return 0
    done = removal.withdraw(project.id, given.subject, person_id=None, reason=given.reason)
    print(f"Removed {_counted(done)}; their tombstones stay.")
    return 0


def keep(given: argparse.Namespace) -> int:
    """Change a project's rule if asked, say what is due, and remove it if asked."""
    project = projects.by_name(given.project)
    rule = retention.rule_of(project)
    if given.days is not None or given.with_consent is not None:
        days = rule.days if given.days is None else given.days or None
        tied = rule.with_consent if given.with_consent is None else given.with_consent == "yes"
        rule = Rule(days, tied)
        retention.set_rule(project.id, rule, person_id=None)
    kept = "for ever" if rule.days is None else f"for {rule.days} days"
    tied_words = ", and no longer than their consent" if rule.with_consent else ""
    print(f"{project.name}: clips are kept {kept}{tied_words}.")
    if not given.apply:
        due = retention.due(project.id, person_id=None)
        print(f"{due} clips and scenes are due; --apply removes them.")
        return 0
    gone = retention.apply(project.id, person_id=None)
    print(f"Removed {gone} clips and scenes; their tombstones stay.")
    return 0


def scopes(word: str) -> tuple[ConsentScope, ...]:
    """Scopes as they are typed, apart by commas."""
    known = ", ".join(ConsentScope)
    try:
        return tuple(ConsentScope(each.strip()) for each in word.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} are no scopes; give some of {known}") from None


def day(word: str) -> date:
    """A day as it is typed."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word!r} is no day; give one such as 2027-06-30") from None


def days(word: str) -> int:
    """A number of days, 0 for ``never``."""
    if word == "never":
        return 0
    if not word.isdecimal() or not 1 <= int(word) <= retention.MOST_DAYS:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no number of days; give 1 to {retention.MOST_DAYS}, or never"
        )
    return int(word)


def _counted(what: Removed) -> str:
    copies = f", {len(what.copies)} clips released from it into other projects" if what.copies else ""
    return f"{len(what.clips)} clips, {len(what.scenes)} scenes, {what.files} files{copies}"


def _object(each: Filmed) -> dict[str, object]:
    end = None if each.consent is None else each.consent.expires_at
    return {
        "subject": each.subject,
        "state": each.state.value,
        "scopes": [scope.value for scope in ConsentScope if scope in each.scopes],
        "until": None if end is None else end.isoformat(),
        "clips": [clip.id for clip in each.clips],
        "scenes": [scene.id for scene in each.scenes],
    }


def _agreed(question: str) -> bool:
    print(question, end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print()
        raise DailiesError("Nobody is there to agree, so nothing was removed; say --yes to remove unasked.")
    return answer.strip().casefold() in YES
