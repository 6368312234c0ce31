"""``recalibrate`` and ``export``: what is done with a project's ratings."""

from __future__ import annotations

import argparse
import sys

from dashboard.services import export as exporting
from dashboard.services import projects
from dashboard.services import recalibrate as recalibrating


def recalibrate(given: argparse.Namespace) -> int:
    """Learn a project's thresholds; say what came of it and why."""
    project = projects.by_name(given.project)
    result = recalibrating.recalibrate(project.id, promote=given.promote)
    for note in result.notes:
        print(note, file=sys.stderr)
    if result.policy is None:
        print(f"{project.name}: no thresholds were learned. {result.reason}")
        return 0
    state = "in force" if result.promoted else "a candidate"
    print(
        f"{project.name}: thresholds {result.policy.version} ({result.lower:+.3f} to {result.upper:+.3f}) "
        f"are {state}. {result.reason}"
    )
    return 0


def export(given: argparse.Namespace) -> int:
    """Write a project's ratings and predictions."""
    exporting.format_named(given.format)
    project = projects.by_name(given.project)
    written = exporting.export(project.id, format_name=given.format, out=given.out)
    print(f"{written.ratings_file}: {written.ratings} ratings")
    print(f"{written.predictions_file}: {written.predictions} predictions")
    return 0
