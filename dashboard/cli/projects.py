"""``recalibrate`` and ``export``: what is done with a project's ratings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from dashboard.services import export as exporting
from dashboard.services import intensity_maps, projects
from dashboard.services import recalibrate as recalibrating
from dashboard.services.export import Format
from dashboard.services.export_content import UNSTATED_LICENCE

ENDS: Final = (0.2, 0.8)
"""Stated intensities by which a map is shown in a line: a restrained delivery and a strong one."""


def add_recalibrate(words: argparse.ArgumentParser) -> None:
    """The words of ``recalibrate``."""
    words.add_argument("--project", required=True, metavar="NAME")
    words.add_argument("--promote", action="store_true", help="put them in force if they are better")
    words.set_defaults(run=recalibrate)


def add_export(words: argparse.ArgumentParser) -> None:
    """The words of ``export``."""
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
    words.set_defaults(run=export)


def recalibrate(given: argparse.Namespace) -> int:
    """Learn a project's thresholds and intensity maps; say what came of each and why."""
    project = projects.by_name(given.project)
    result = recalibrating.recalibrate(project.id, promote=given.promote)
    for note in result.notes:
        print(note, file=sys.stderr)
    if result.policy is None:
        print(f"{project.name}: no thresholds were learned. {result.reason}")
    else:
        state = "in force" if result.promoted else "a candidate"
        print(
            f"{project.name}: thresholds {result.policy.version} ({result.lower:+.3f} to "
            f"{result.upper:+.3f}) are {state}. {result.reason}"
        )
    for learned in intensity_maps.learn(project.id, promote=given.promote):
        for note in learned.notes:
            if note not in result.notes:
                print(f"{learned.side} intensity: {note}", file=sys.stderr)
        print(f"{project.name}: {_map_in_words(learned)} {learned.reason}")
    return 0


def _map_in_words(learned: intensity_maps.MapLearning) -> str:
    if learned.record is None:
        return f"no map of the {learned.side} intensity was learned."
    low, high = learned.map.apply(ENDS)
    state = "in force" if learned.promoted else "a candidate"
    return (
        f"{learned.side} intensity map {learned.record.version} "
        f"({ENDS[0]:.1f} to {low:.2f}, {ENDS[1]:.1f} to {high:.2f}) is {state}."
    )


def export(given: argparse.Namespace) -> int:
    """Write a project's answers and predictions in one of the formats."""
    exporting.format_named(given.format)
    project = projects.by_name(given.project)
    written = exporting.export(
        project.id,
        format_name=given.format,
        out=given.out,
        history=given.history,
        names=given.names,
        media=given.media,
        licence=given.licence,
    )
    for note in written.notes:
        print(note, file=sys.stderr)
    if written.form in exporting.TABLES:
        print(f"{written.ratings_file}: {written.ratings} ratings")
        print(f"{written.predictions_file}: {written.predictions} predictions")
    else:
        print(
            f"{written.place}: {written.ratings} ratings, {written.predictions} predictions, "
            f"{written.clips} clips"
        )
    return 0
