"""The heavy figures' way onto the page: asked for, waited for, shown with their age."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import background, messages, page_figures, thresholds
from dashboard.services.page_figures import PageFigures
from engine.errors import DailiesError

REFRESH_S: Final = 1
MINUTE_S: Final = 60
HOUR_S: Final = 3600


def ready(project_id: int) -> PageFigures | None:
    """The figures, ``None`` where there are none yet."""
    work = background.look(page_figures.name_of(project_id))
    if work is None or not work.is_done or work.error is not None:
        return None
    figures: PageFigures = work.answer
    return figures


def fetch(here: visit.Visit, view: thresholds.ThresholdsView, *, key: str) -> PageFigures | None:
    """The figures with their age above them, or what there is to say and to do without them."""
    project_id = here.project.id
    work = background.look(page_figures.name_of(project_id))
    if work is not None and not work.is_done:
        _working(project_id)
        return None
    figures = ready(project_id)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    if figures is not None:
        bar.caption(_age(figures, view))
    elif work is not None and isinstance(work.error, DailiesError):
        bar.info(boundary.sentence(work.error))
    elif work is not None and work.error is not None:
        raise work.error
    else:
        bar.caption(messages.say("thresholds.figures.what"))
    label = "start" if figures is None else "again"
    if bar.button(
        messages.say(f"thresholds.figures.{label}"), key=f"figures_{key}", icon=":material/insights:"
    ):
        page_figures.begin(project_id)
        st.rerun()
    return figures


@st.fragment(run_every=REFRESH_S)
def _working(project_id: int) -> None:
    work = background.look(page_figures.name_of(project_id))
    if work is None or work.is_done:
        st.rerun()
    st.progress(
        work.share or 0.0, text=messages.say("thresholds.figures.working", seconds=int(work.running_s))
    )


def _age(figures: PageFigures, view: thresholds.ThresholdsView) -> str:
    seconds = (datetime.now(UTC) - figures.at).total_seconds()
    if seconds < MINUTE_S:
        age = messages.say("thresholds.figures.age_now")
    elif seconds < HOUR_S:
        age = messages.say("thresholds.figures.age_minutes", n=int(seconds // MINUTE_S))
    else:
        age = messages.say("thresholds.figures.age_hours", n=int(seconds // HOUR_S))
    held = messages.say(f"thresholds.figures.{'actors' if figures.grouped_by_actor else 'clips'}")
    said = f"{age} {messages.say('thresholds.figures.from', n=len(figures.gaps), held=held)}"
    known = {gap.rating_id for gap in figures.gaps}
    newer = sum(gap.rating_id not in known for gap in view.gaps)
    return said if not newer else f"{said} {messages.say('thresholds.figures.newer', n=newer)}"
