"""The words of the command line."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Final, NoReturn

from dashboard.cli import (
    agreement,
    analyzing,
    backup,
    consent,
    importing,
    keeping,
    models,
    projects,
    serving,
    thresholds,
    users,
)
from dashboard.log_format import LogFormat
from dashboard.services.export import Format
from dashboard.services.export_content import UNSTATED_LICENCE
from dashboard.services.sign_in_mode import SignIn
from engine.raters.answers import Level
from engine.vocabulary import Role, SystemName

MOST_JOBS: Final = 64
BAD_WORDS: Final = 2


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        """Print the complaint and where help is, and leave with status 2."""
        words = " ".join(message.split())
        print(f"{words[:1].upper()}{words[1:]}; see {self.prog} --help.", file=sys.stderr)
        sys.exit(BAD_WORDS)


def parser() -> argparse.ArgumentParser:
    """The parser of ``python -m dashboard``; ``run`` of what it returns is the command's function."""
    top = OneLineParser(
        prog="python -m dashboard", description="Does the delivery match what the line demands?"
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _serve(commands.add_parser("serve", help="serve the dashboard"))
    _analyze(commands.add_parser("analyze", help="say what the models find in clips"))
    _import(commands.add_parser("import", help="bring clips into a project and analyse them"))
    _recalibrate(
        commands.add_parser(
            "recalibrate", help="learn a project's thresholds and intensity maps from its ratings"
        )
    )
    _export(commands.add_parser("export", help="write a project's ratings and predictions to files"))
    _thresholds(commands.add_parser("thresholds", help="learn thresholds from a table and apply them"))
    _agreement(commands.add_parser("agreement", help="say how far the raters of a table agree"))
    _models(commands.add_parser("models", help="list and fetch models that are not shipped"))
    _consent(
        commands.add_parser(
            "consent", help="say who is filmed, withdraw, and keep clips no longer than meant"
        )
    )
    _backup(commands.add_parser("backup", help="copy database and media while people rate"))
    _restore(commands.add_parser("restore", help="put a backup in the place of what is there"))
    keeping.add_move(commands.add_parser("move", help="copy everything, or a project, into another database"))
    keeping.add_audit(commands.add_parser("audit", help="say whether the audit log is as it was written"))
    _users(commands.add_parser("users", help="make, list and close accounts"))
    return top


def _serve(words: argparse.ArgumentParser) -> None:
    words.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    words.add_argument("--port", type=_whole, default=8501, help="default %(default)s; 0 takes a free one")
    words.add_argument("--demo", action="store_true", help="set up the demo project")
    words.add_argument(
        "--sign-in",
        type=SignIn,
        choices=list(SignIn),
        help="how people get in: accounts of this server (default), an identity provider, or by naming "
        "themselves, on this machine alone",
    )
    words.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a name browsers may address it by"
    )
    words.add_argument(
        "--frame-ancestor",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="whose pages may show this server in a frame, such as https://huggingface.co; else nobody's",
    )
    words.add_argument("--tls-cert", type=Path, metavar="PEM", help="serve over TLS with this certificate")
    words.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's private key")
    words.add_argument(
        "--log-format", type=LogFormat, choices=list(LogFormat), help="lines of text (default) or of JSON"
    )
    words.set_defaults(run=serving.run)


def _analyze(words: argparse.ArgumentParser) -> None:
    words.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    line = words.add_mutually_exclusive_group()
    line.add_argument("--line", metavar="TEXT", help="the line that is spoken")
    line.add_argument("--lines", type=Path, metavar="LINES.csv", help="table with the columns clip,line")
    words.add_argument("--system", type=SystemName, choices=list(SystemName), default=SystemName.ALIGNMENT)
    words.add_argument(
        "--face", type=_face, metavar="N", help="read this face, from 1 at the left; else the one that speaks"
    )
    policy = words.add_mutually_exclusive_group()
    policy.add_argument(
        "--policy", default="fixed", metavar="fixed|FILE", help="thresholds (default %(default)s)"
    )
    policy.add_argument("--project", metavar="NAME", help="use the thresholds this project has in force")
    words.add_argument("--json", action="store_true", help="print one JSON object a line, one line a clip")
    words.set_defaults(run=analyzing.run)


def _import(words: argparse.ArgumentParser) -> None:
    words.add_argument(
        "path", type=Path, metavar="PATH", help="a clip, a folder of clips, or a table of answers"
    )
    words.add_argument("--project", required=True, metavar="NAME", help="made if there is none of that name")
    words.add_argument(
        "--skip-bad-rows",
        action="store_true",
        help="of a table, take the good rows; else one bad row keeps it out",
    )
    words.add_argument("--lines", type=Path, metavar="LINES.csv", help="table with the columns clip,line")
    where = words.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_jobs, default=1, metavar="N", help="analyse so many clips at once, each in a process"
    )
    where.add_argument(
        "--ray", metavar="ADDRESS", help="analyse on a Ray cluster; local starts one on this machine"
    )
    words.set_defaults(run=importing.run)


def _recalibrate(words: argparse.ArgumentParser) -> None:
    words.add_argument("--project", required=True, metavar="NAME")
    words.add_argument("--promote", action="store_true", help="put them in force if they are better")
    words.set_defaults(run=projects.recalibrate)


def _export(words: argparse.ArgumentParser) -> None:
    words.add_argument("--project", required=True, metavar="NAME")
    words.add_argument("--format", required=True, metavar="FORMAT", help=", ".join(Format))
    words.add_argument("--out", required=True, type=Path, metavar="PATH", help="a folder, or a file's name")
    words.add_argument("--history", action="store_true", help="also answers superseded or taken back")
    words.add_argument("--names", action="store_true", help="names, ids and dates in place of pseudonyms")
    words.add_argument(
        "--media",
        action=argparse.BooleanOptionalAction,
        help="the clips' files too; left out but with huggingface",
    )
    words.add_argument("--licence", default=UNSTATED_LICENCE, metavar="NAME", help="such as cc-by-nc-4.0")
    words.set_defaults(run=projects.export)


def _thresholds(words: argparse.ArgumentParser) -> None:
    actions = words.add_subparsers(required=True, metavar="fit|predict|report")
    fit = actions.add_parser("fit", help="learn thresholds from rated rows")
    fit.add_argument("ratings", type=Path, metavar="RATINGS.csv")
    fit.add_argument("--out", required=True, type=Path, metavar="POLICY.json")
    fit.add_argument("--context", type=_columns, default=(), metavar="a,b,…", help="context columns")
    fit.add_argument("--group", metavar="COLUMN", help="never split between fitting and checking")
    fit.set_defaults(run=thresholds.fit)
    predict = actions.add_parser("predict", help="apply thresholds to rows")
    predict.add_argument("policy", type=Path, metavar="POLICY.json")
    predict.add_argument("rows", type=Path, metavar="ROWS.csv")
    predict.add_argument("--out", required=True, type=Path, metavar="PREDICTIONS.csv")
    predict.set_defaults(run=thresholds.predict)
    report = actions.add_parser("report", help="write figures and protocol as one HTML file")
    report.add_argument("ratings", nargs="?", type=Path, metavar="RATINGS.csv")
    report.add_argument("--project", metavar="NAME", help="instead of a table: this project's ratings")
    report.add_argument(
        "--policy", type=Path, metavar="POLICY.json", help="instead of learning from the table"
    )
    report.add_argument("--context", type=_columns, default=(), metavar="a,b,…", help="context columns")
    report.add_argument("--group", metavar="COLUMN", help="never split between fitting and checking")
    report.add_argument("--seed", type=_seed, default=0, help="of folds and resampling (default %(default)s)")
    report.add_argument("--out", required=True, type=Path, metavar="REPORT.html")
    report.set_defaults(run=thresholds.report)


def _agreement(words: argparse.ArgumentParser) -> None:
    words.add_argument("ratings", type=Path, metavar="RATINGS.csv", help="one row per answer")
    words.add_argument("--unit", required=True, metavar="COL", help="what was rated")
    words.add_argument("--rater", metavar="COL", help="who answered; without it raters are unnamed")
    words.add_argument("--value", required=True, metavar="COL", help="what was answered")
    words.add_argument("--level", required=True, choices=[level.value for level in Level])
    words.add_argument("--json", action="store_true", help="print one JSON object")
    words.set_defaults(run=agreement.run)


def _models(words: argparse.ArgumentParser) -> None:
    actions = words.add_subparsers(required=True, metavar="list|fetch")
    known = actions.add_parser("list", help="say what can be fetched and what is here; asks no network")
    known.set_defaults(run=models.listed)
    fetch = actions.add_parser("fetch", help="say exactly what would be fetched, ask, and fetch it")
    fetch.add_argument("names", nargs="*", metavar="NAME", help="as in the list; else the usual ones")
    fetch.add_argument("--yes", action="store_true", help="fetch without asking")
    fetch.add_argument("--hub", metavar="ADDRESS", help="a mirror of the hub, over https")
    fetch.set_defaults(run=models.fetch)


def _consent(words: argparse.ArgumentParser) -> None:
    actions = words.add_subparsers(required=True, metavar="list|record|withdraw|retention")
    listed = actions.add_parser("list", help="say who is filmed in a project and what they agreed to")
    listed.add_argument("--json", action="store_true", help="print one JSON list")
    listed.set_defaults(run=consent.listed)
    record = actions.add_parser("record", help="put on record what a filmed person agrees to")
    record.add_argument(
        "--scope",
        required=True,
        type=consent.scopes,
        metavar="a,b,…",
        help="of analysis, rating, export, training",
    )
    record.add_argument(
        "--until", type=consent.day, metavar="DAY", help="such as 2027-06-30; without it until withdrawn"
    )
    record.add_argument("--note", default="", metavar="TEXT", help="where what they signed lies")
    record.set_defaults(run=consent.record)
    withdraw = actions.add_parser("withdraw", help="remove everything that shows a person; asks first")
    withdraw.add_argument("--reason", default="", metavar="TEXT")
    withdraw.add_argument("--yes", action="store_true", help="remove without asking")
    withdraw.set_defaults(run=consent.withdraw)
    keep = actions.add_parser("retention", help="say how long clips are kept and which are due")
    keep.add_argument(
        "--days", type=consent.days, metavar="N|never", help="keep clips so long after they came in"
    )
    keep.add_argument("--with-consent", choices=("yes", "no"), help="remove clips when the consent expires")
    keep.add_argument("--apply", action="store_true", help="remove what is due")
    keep.set_defaults(run=consent.keep)
    for action in (listed, record, withdraw, keep):
        action.add_argument("--project", required=True, metavar="NAME")
    for action in (record, withdraw):
        action.add_argument(
            "--subject", required=True, metavar="NAME", help="the filmed person, as the clips say"
        )


def _backup(words: argparse.ArgumentParser) -> None:
    words.add_argument("path", type=Path, metavar="PATH", help="a folder that is not there yet")
    words.add_argument(
        "--like", type=Path, metavar="BACKUP", help="share media with this earlier backup on the same disk"
    )
    words.set_defaults(run=backup.make)


def _restore(words: argparse.ArgumentParser) -> None:
    words.add_argument(
        "path", type=Path, metavar="PATH", help="a backup, or a .db file kept before an upgrade"
    )
    words.set_defaults(run=backup.restore)


def _users(words: argparse.ArgumentParser) -> None:
    actions = words.add_subparsers(required=True, metavar="add|list|disable|enable|passwd")
    add = actions.add_parser("add", help="make an account; asks for the password, or reads it from a pipe")
    add.add_argument("--admin", action="store_true", help="looks after the server: makes projects")
    add.add_argument("--project", metavar="NAME", help="give a part in this project too, or another one")
    add.add_argument("--role", type=Role, choices=list(Role), default=Role.RATER, help="default %(default)s")
    add.set_defaults(run=users.add)
    listed = actions.add_parser("list", help="say who has an account")
    listed.add_argument("--json", action="store_true", help="print one JSON list")
    listed.set_defaults(run=users.listed)
    disable = actions.add_parser("disable", help="close an account and sign its person out everywhere")
    disable.set_defaults(run=users.disable)
    enable = actions.add_parser("enable", help="open a closed account again")
    enable.set_defaults(run=users.enable)
    passwd = actions.add_parser("passwd", help="replace a password; asks for it, or reads it from a pipe")
    passwd.set_defaults(run=users.passwd)
    for action in (add, disable, enable, passwd):
        action.add_argument("name", metavar="NAME", help="what the person is called")


def _whole(word: str) -> int:
    if not word.lstrip("-").isdecimal() or not math.isfinite(float(word)):
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number")
    return int(word)


def _seed(word: str) -> int:
    if (number := _whole(word)) < 0:
        raise argparse.ArgumentTypeError(f"{word} is no seed; give 0 or a positive whole number")
    return number


def _face(word: str) -> int:
    if (number := _whole(word)) < 1:
        raise argparse.ArgumentTypeError(f"{word} is no face; they are counted from 1 at the left")
    return number


def _jobs(word: str) -> int:
    if not 1 <= (number := _whole(word)) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{word} jobs cannot be run; give 1 to {MOST_JOBS}")
    return number


def _columns(word: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in word.split(","))
    if not all(names) or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"{word!r} is no list of different columns such as emotion,language")
    return names
