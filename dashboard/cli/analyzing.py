"""``analyze``: what the models find in clips, as JSON or to be read."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from dashboard.cli import word_types
from dashboard.services import analyze_json, judging, projects
from dashboard.services.intensity_judging import NOTHING_KNOWN, RatersIntensity, raters_intensity
from dashboard.services.lines_table import LineRow, LinesTable, read_lines
from dashboard.services.predictions import draft_of
from dashboard.services.script_words import script_sentence
from db.records import IntensitySide
from db.session import reading
from engine.analysis import Analysis, ModalityReading
from engine.errors import MediaError
from engine.media import probe
from engine.verdict.fixed import FIXED
from engine.verdict.policy import Policy
from engine.verdict.policy_file import read_policy_in_force
from engine.vocabulary import LineSource, SystemName

FIXED_WORD: Final = "fixed"
BAD_INPUT: Final = 2


def add_analyze(words: argparse.ArgumentParser) -> None:
    """The words of ``analyze``."""
    words.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    line = words.add_mutually_exclusive_group()
    line.add_argument("--line", metavar="TEXT", help="the line that is spoken")
    line.add_argument("--lines", type=Path, metavar="LINES.csv", help="table with the columns clip,line")
    words.add_argument("--system", type=SystemName, choices=list(SystemName), default=SystemName.ALIGNMENT)
    words.add_argument(
        "--face",
        type=word_types.face,
        metavar="N",
        help="read this face, from 1 at the left; else who speaks",
    )
    policy = words.add_mutually_exclusive_group()
    policy.add_argument(
        "--policy", default="fixed", metavar="fixed|FILE", help="thresholds (default %(default)s)"
    )
    policy.add_argument("--project", metavar="NAME", help="use the thresholds this project has in force")
    words.add_argument("--json", action="store_true", help="print one JSON object a line, one line a clip")
    words.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Analyse each clip; one that cannot be used costs its own answer and the exit status only."""
    lines = None if given.lines is None else read_lines(given.lines)
    for note in () if lines is None else lines.notes:
        print(note, file=sys.stderr)
    policy = _policy(given)
    status = 0
    for clip in given.clips:
        try:
            analysis, raters = _judged(clip, given, _row(clip, given, lines), policy)
        except MediaError as error:
            print(" ".join(str(error).split()), file=sys.stderr)
            status = BAD_INPUT
            continue
        shown = analyze_json.as_object(analysis, raters=raters)
        print(
            json.dumps(shown, ensure_ascii=False, allow_nan=False)
            if given.json
            else _readable(analysis, NOTHING_KNOWN if raters is None else raters),
            flush=True,
        )
    return status


def _judged(
    clip: Path, given: argparse.Namespace, row: LineRow, policy: Policy | None
) -> tuple[Analysis, RatersIntensity | None]:
    probe(clip)  # what is no clip is said before the models are loaded, which takes seconds
    from engine import analyze

    analysis = analyze(clip, line=row.line or None, system=given.system, face=given.face)
    prediction = draft_of(analysis, clip_id="")
    warnings = analysis.warnings
    raters = None
    if policy is None:
        project = projects.by_name(given.project)
        with reading() as session:
            found = judging.in_force(session, project.id, prediction)
            raters = raters_intensity(session, project.id, row, prediction)
        policy = found.policy
        if found.suspended is not None:
            warnings += (
                f"The project's thresholds {found.suspended.version} were learned for other weights; "
                f"{policy.version} stands in.",
            )
    judged = replace(analysis, judgement=judging.judge(policy, row, prediction), warnings=warnings)
    return judged, raters


def _policy(given: argparse.Namespace) -> Policy | None:
    """The thresholds asked for; ``None`` where the project decides clip by clip."""
    if given.project is not None:
        projects.by_name(given.project)  # an unknown one is said before any clip is analysed
        return None
    return FIXED if given.policy == FIXED_WORD else read_policy_in_force(Path(given.policy))


def _row(clip: Path, given: argparse.Namespace, lines: LinesTable | None) -> LineRow:
    row = None if lines is None else lines.row_of(clip.name)
    return row or LineRow(clip=clip.name, line=" ".join((given.line or "").split()))


def _readable(analysis: Analysis, raters: RatersIntensity) -> str:
    judgement = analysis.judgement
    verdicts = {"under": "too little", "correct": "right", "over": "too much"}
    emotion = "unknown" if analysis.emotion is None else analysis.emotion.label.value
    rows: Mapping[str, str] = {
        "line": _line(analysis),
        "emotion": emotion,
        "the line asks for": _intensity(analysis.expected_intensity, raters, IntensitySide.EXPECTED),
        "the performance shows": _intensity(analysis.expressed_intensity, raters, IntensitySide.EXPRESSED),
        "verdict": "unknown" if judgement.verdict is None else verdicts[judgement.verdict],
        "thresholds": f"{judgement.policy_version} ({judgement.lower:+.2f} to {judgement.upper:+.2f})",
        "trust": ", ".join(f"{name} {reading.trust:.2f}" for name, reading in analysis.modalities.items()),
    }
    told = [f"{analysis.clip} ({analysis.duration_s:.1f} s)"]
    told += [f"  {name}: {value}" for name, value in rows.items()]
    told += [] if analysis.script is None else [f"  script: {script_sentence(analysis.script)}"]
    told += [f"  {name}: {_opinion(reading)}" for name, reading in analysis.branches.items()]
    told += [f"  the face: {analysis.ekman.sentence}"] if analysis.ekman is not None else []
    told += [f"  note: {analysis.amplification}"] if analysis.amplification is not None else []
    told += [f"  warning: {warning}" for warning in (*analysis.warnings, *raters.suspended)]
    return "\n".join(told)


def _line(analysis: Analysis) -> str:
    said = analysis.line or "(none)"
    return f"{said} (recognised)" if analysis.line_source is LineSource.RECOGNISED else said


def _opinion(reading: ModalityReading) -> str:
    named = "unknown" if reading.emotion is None else reading.emotion.label.value
    return f"{named}, weight {reading.weight:.2f}"


def _intensity(value: float | None, raters: RatersIntensity, side: IntensitySide) -> str:
    said = "unknown" if value is None else f"{value:.2f}"
    return f"{said} (raters here would say {raters.values[side]:.2f})" if side in raters.values else said
