"""The heavy figures' way onto the page: asked for, waited for, shown with their age."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from dashboard import boundary, page_clock, visit
from dashboard.services import background, figures_basis, figures_store, messages, thresholds
from dashboard.services.page_figures import PageFigures
from engine.errors import DailiesError

REFRESH_S: Final = 1


def fetch(here: visit.Visit, view: thresholds.ThresholdsView, *, key: str) -> PageFigures | None:
    """The figures with their age above them, or what there is to say and to do without them.

    Figures that say too little about what there is now are worked out again unasked; until then the
    older ones are shown.
    """
    project_id = here.project.id
    basis = figures_basis.basis_of(project_id, person_id=visit.here().person.id)
    if basis is None:
        st.info(messages.say("thresholds.figures.untrained"))
        return None
    kept = figures_store.find(basis)
    work = background.look(figures_store.name_of(project_id))
    is_stale = kept is None or basis.has_outgrown(kept[0])
    failed = work is not None and work.error is not None
    if is_stale and not failed and (work is None or (work.is_done and work.answer != basis.key)):
        figures_store.begin(project_id, person_id=visit.here().person.id)
        work = background.look(figures_store.name_of(project_id))
    is_busy = work is not None and not work.is_done
    figures = None if kept is None else kept[1]
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    if figures is not None:
        bar.caption(_age(figures, view))
    if is_busy:
        _working(project_id)
        return figures
    if work is not None and isinstance(work.error, DailiesError):
        bar.info(boundary.sentence(work.error))
    elif work is not None and work.error is not None:
        raise work.error
    label = "start" if figures is None else "again"
    if (kept is None or basis.key != kept[0].key) and bar.button(
        messages.say(f"thresholds.figures.{label}"), key=f"figures_{key}", icon=":material/insights:"
    ):
        figures_store.begin(project_id, person_id=visit.here().person.id)
        st.rerun()
    return figures


@st.fragment(run_every=REFRESH_S)
def _working(project_id: int) -> None:
    work = background.look(figures_store.name_of(project_id))
    if work is None or work.is_done:
        st.rerun()
    st.progress(
        work.share or 0.0, text=messages.say("thresholds.figures.working", seconds=int(work.running_s))
    )


def _age(figures: PageFigures, view: thresholds.ThresholdsView) -> str:
    """When the figures were worked out, on the reader's clock, and from what."""
    local = page_clock.local(figures.at)
    when = messages.say(f"thresholds.figures.{local.day}", time=local.time, date=local.date)
    held = messages.say(f"thresholds.figures.{'actors' if figures.grouped_by_actor else 'clips'}")
    said = f"{when} {messages.say('thresholds.figures.from', n=len(figures.answers), held=held)}"
    newer = int((~np.isin(view.training.rating_id, figures.answers.rating_id)).sum())
    return said if not newer else f"{said} {messages.say('thresholds.figures.newer', n=newer)}"
