"""A feedback sheet as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.services import messages
from dashboard.services.feedback import FeedbackSheet

TEMPLATE: Final = "feedback.html.j2"
SECONDS: Final = 60


def render(sheet: FeedbackSheet) -> str:
    """The sheet in the language spoken now."""
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["base64"] = lambda content: base64.b64encode(content).decode("ascii")
    pages.filters["clock"] = clock
    return pages.get_template(TEMPLATE).render(
        sheet=sheet,
        say=messages.say,
        made=made_on(sheet),
        language=messages.spoken(),
        direction=messages.direction(),
    )


def clock(at_s: float) -> str:
    """A moment as ``minutes:seconds`` with a tenth."""
    tenths = round(10 * at_s)
    return f"{tenths // (10 * SECONDS)}:{tenths / 10 % SECONDS:04.1f}"


def made_on(sheet: FeedbackSheet) -> str:
    """The day a sheet was made, as the language writes it."""
    return format_date(sheet.made_at, locale=messages.catalogue(messages.spoken()).locale)
