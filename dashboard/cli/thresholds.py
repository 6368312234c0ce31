"""``thresholds``: learning thresholds from rated rows, applying them to rows, reporting on them."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from dashboard.cli import word_types
from dashboard.services import projects, thresholds_table
from engine.errors import TableError
from engine.verdict.gate_words import RUNG_WORDS
from engine.verdict.levels import fairness_notes


def add_thresholds(words: argparse.ArgumentParser) -> None:
    """The words of ``thresholds``."""
    actions = words.add_subparsers(required=True, metavar="fit|predict|report")
    fit_words = actions.add_parser("fit", help="learn thresholds from rated rows")
    fit_words.add_argument("ratings", type=Path, metavar="RATINGS.csv")
    fit_words.add_argument("--out", required=True, type=Path, metavar="POLICY.json")
    fit_words.add_argument(
        "--context", type=word_types.columns, default=(), metavar="a,b,…", help="context columns"
    )
    fit_words.add_argument("--group", metavar="COLUMN", help="never split between fitting and checking")
    fit_words.set_defaults(run=fit)
    predict_words = actions.add_parser("predict", help="apply thresholds to rows")
    predict_words.add_argument("policy", type=Path, metavar="POLICY.json")
    predict_words.add_argument("rows", type=Path, metavar="ROWS.csv")
    predict_words.add_argument("--out", required=True, type=Path, metavar="PREDICTIONS.csv")
    predict_words.set_defaults(run=predict)
    report_words = actions.add_parser("report", help="write figures and protocol as one HTML file")
    report_words.add_argument("ratings", nargs="?", type=Path, metavar="RATINGS.csv")
    report_words.add_argument("--project", metavar="NAME", help="instead of a table: this project's ratings")
    report_words.add_argument(
        "--policy", type=Path, metavar="POLICY.json", help="instead of learning from the table"
    )
    report_words.add_argument(
        "--context", type=word_types.columns, default=(), metavar="a,b,…", help="context columns"
    )
    report_words.add_argument("--group", metavar="COLUMN", help="never split between fitting and checking")
    report_words.add_argument(
        "--seed", type=word_types.seed, default=0, help="of folds and resampling (default %(default)s)"
    )
    report_words.add_argument("--out", required=True, type=Path, metavar="REPORT.html")
    report_words.set_defaults(run=report)


def fit(given: argparse.Namespace) -> int:
    """Write the policy learned from RATINGS.csv."""
    found = thresholds_table.fit_file(given.ratings, given.out, context=given.context, group=given.group)
    for note in fairness_notes(given.context):  # asked for is enough, whether or not the gate let it in
        print(note, file=sys.stderr)
    if not found.promoted:
        print(
            f"The gate stayed shut: {RUNG_WORDS[found.rung]} is only a candidate, so predictions are made "
            f"with {RUNG_WORDS[found.in_force]} until about {found.more_ratings.get('all', 0)} more "
            f"ratings are there; {given.out.name} says why under gate.",
            file=sys.stderr,
        )
    elif given.context and found.rung != "context":
        print(
            f"Thresholds by {', '.join(given.context)} were not shown to decide better than one learned "
            f"pair, so that pair is in force for all; {given.out.name} says why under gate.",
            file=sys.stderr,
        )
    print(f"{given.out}: policy {found.candidate.version}, in force: {RUNG_WORDS[found.in_force]}")
    return 0


def predict(given: argparse.Namespace) -> int:
    """Write the verdicts of a policy on ROWS.csv."""
    count = thresholds_table.predict_file(given.policy, given.rows, given.out)
    print(f"{given.out}: {count} rows judged")
    return 0


def report(given: argparse.Namespace) -> int:
    """Write the report on a project's thresholds, or on those of RATINGS.csv."""
    from dashboard.report import threshold_page  # draws: no other command should wait for it to load
    from dashboard.services import thresholds_report

    if (given.ratings is None) == (given.project is None):
        raise TableError("A report is about one thing: give either RATINGS.csv or --project NAME.")
    if given.project is not None:
        if given.policy is not None or given.context or given.group is not None:
            raise TableError("--policy, --context and --group belong to RATINGS.csv; a project has its own.")
        project = projects.by_name(given.project)
        about = thresholds_report.of_project(project.id, seed=given.seed, command=_command(given))
    else:
        about = thresholds_report.of_file(
            given.ratings,
            policy=given.policy,
            context=given.context,
            group=given.group,
            seed=given.seed,
            command=_command(given),
        )
    threshold_page.write(about, given.out)
    print(f"{given.out}: report on {about.policy.version}, {len(about.ratings)} ratings")
    return 0


def _command(given: argparse.Namespace) -> str:
    """The command in one line; files by name alone, since folders say nothing to a reader."""
    words = ["python", "-m", "dashboard", "thresholds", "report"]
    if given.project is not None:
        words += ["--project", given.project]
    else:
        words += [given.ratings.name]
    if given.policy is not None:
        words += ["--policy", given.policy.name]
    if given.context:
        words += ["--context", ",".join(given.context)]
    if given.group is not None:
        words += ["--group", given.group]
    return shlex.join([*words, "--seed", str(given.seed), "--out", given.out.name])
