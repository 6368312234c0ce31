"""A report on thresholds as one HTML file that needs nothing else: for an appendix, or to send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go
import plotly.io
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from dashboard.components.certainty_charts import learning_chart, reliability_chart, risk_chart
from dashboard.components.gap_chart import ThresholdPair, gap_chart
from dashboard.components.level_chart import LevelGaps, level_chart
from dashboard.report import intensity_figures
from dashboard.services.context_words import LevelWords, column_name, describe, level_name
from dashboard.services.intensity_report import IntensityReport
from dashboard.services.messages import say
from dashboard.services.thresholds_report import ThresholdsReport
from dashboard.services.training_ratings import RatedGaps
from engine.errors import TableError
from engine.verdict.fixed import FIXED
from engine.verdict.intervals import INTERVAL_LEVEL, Interval, LevelThresholds
from engine.verdict.learned import LearnedPolicy
from engine.verdict.ratings_table import RatingTable
from engine.vocabulary import VERDICT_ORDER

TEMPLATE: Final = "thresholds.html.j2"
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
WIDTH: Final = 860
"""Pixels of every figure: fits a printed page."""


def write(report: ThresholdsReport, out: Path) -> None:
    """Write a report; a reader never meets half of one.

    Raises
    ------
    TableError
        If the file cannot be written.
    """
    text = render(report)
    temporary = out.with_name(out.name + ".part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TableError(f"The report cannot be written to {out}: {error.strerror}.") from error


def render(report: ThresholdsReport) -> str:
    """The report as HTML, its figures drawn by a script inside the file."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(say=say, column_name=column_name, level_name=level_name)
    pages.filters.update(signed=_signed, interval=_interval, percent=_percent, strong=_strong)
    return pages.get_template(TEMPLATE).render(
        report=report,
        fixed=FIXED,
        learned=report.policy if isinstance(report.policy, LearnedPolicy) else None,
        lower=report.policy.judge(0.0).lower,
        upper=report.policy.judge(0.0).upper,
        verdicts=[(code, say(f"zone.{verdict.value}")) for code, verdict in enumerate(VERDICT_ORDER)],
        contexts={
            column: (_words(column, levels), _embed(_level_figure(report, column, levels)))
            for column, levels in report.levels.items()
            if levels
        },
        level=f"{INTERVAL_LEVEL:.0%}",
        intensity=[_intensity(part) for part in report.intensity],
        plotly=Markup(_script()),
        **{name: _embed(figure) for name, figure in _figures(report).items()},
    )


def _figures(report: ThresholdsReport) -> dict[str, go.Figure]:
    fixed = ThresholdPair(say("thresholds.published"), FIXED.lower, FIXED.upper, is_learned=False)
    return {
        "gap_figure": gap_chart(_gaps(report.ratings), [fixed, _pair(report)]),
        "curve_figure": learning_chart(report.figures.curve),
        "reliability_figure": reliability_chart(report.figures.reliability),
        "risk_figure": risk_chart(report.figures.risk_coverage, report.fixed_risk),
    }


def _pair(report: ThresholdsReport) -> ThresholdPair:
    policy = report.policy
    judged = policy.judge(0.0)
    known = [policy.lower, policy.upper] if isinstance(policy, LearnedPolicy) else []
    return ThresholdPair(
        policy.version,
        judged.lower,
        judged.upper,
        is_learned=isinstance(policy, LearnedPolicy),
        intervals=tuple((each.low, each.high) for each in known),
    )


def _gaps(ratings: RatingTable) -> RatedGaps:
    return RatedGaps(ratings.alignment, ratings.verdict)


def _level_figure(report: ThresholdsReport, column: str, levels: dict[str, LevelThresholds]) -> go.Figure:
    ratings = report.ratings
    drawn = [
        LevelGaps(
            f"{level_name(column, level)}, n = {known.ratings}",
            _gaps(ratings.take(ratings.context[column] == level)),
            ThresholdPair(
                say("report.of_level"),
                known.lower.value,
                known.upper.value,
                is_learned=True,
                intervals=((known.lower.low, known.lower.high), (known.upper.low, known.upper.high)),
            ),
        )
        for level, known in levels.items()
    ]
    judged = report.policy.judge(0.0)
    return level_chart(
        drawn, ThresholdPair(say("report.pooled"), judged.lower, judged.upper, is_learned=False)
    )


def _words(column: str, levels: dict[str, LevelThresholds]) -> Sequence[LevelWords]:
    return describe(column, levels, interval_level=INTERVAL_LEVEL)


def _intensity(part: IntensityReport) -> tuple[IntensityReport, Markup, list[tuple[str, Any, Markup]]]:
    levels = [
        (column, words, _embed(intensity_figures.level_figure(part, column, words)))
        for column, words in part.levels
    ]
    return part, _embed(intensity_figures.map_figure(part)), levels


def _embed(figure: go.Figure) -> Markup:
    figure.update_layout(template="plotly_white", width=WIDTH, font={"size": 13})
    shown = plotly.io.to_html(
        figure, full_html=False, include_plotlyjs=False, config={"displayModeBar": False}
    )
    return Markup(shown)


def _script() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _strong(sentence: str) -> Markup:
    """A sentence of the catalogue with what it sets in bold."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(sentence))))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _interval(known: Interval) -> str:
    return say(
        "report.interval", value=_signed(known.value), low=_signed(known.low), high=_signed(known.high)
    )


def _percent(share: Any) -> str:
    return "" if share is None or share != share else f"{float(share):.0%}"
