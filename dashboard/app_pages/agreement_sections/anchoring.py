"""Anchoring: whether seeing the machine's opinion moves answers, in sentences, a chart and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import aside_note, visit
from dashboard.components.moves_chart import moves_chart
from dashboard.services import anchoring, anchoring_file, anchoring_words, messages
from dashboard.services.anchoring import AnchoringReport, Moves
from dashboard.services.given_answers import Field
from engine.verdict.intervals import INTERVAL_LEVEL


def show(here: visit.Visit) -> None:
    """Draw the report."""
    st.caption(messages.say("anchoring.what"))
    with st.spinner(messages.say("anchoring.working")):
        told = anchoring.report(here.project.id, person_id=here.person.id)
    aside_note.show(told)
    found = told.value
    if found is None:
        return
    if found.is_empty:
        st.info(messages.say("anchoring.nothing"))
        return
    if found.moves:
        _moves(found)
    if found.controls:
        st.markdown(f"#### {messages.say('anchoring.controls_title')}")
        for each in found.controls:
            st.markdown("- " + " ".join(anchoring_words.controls(found, each.field)))
    st.download_button(
        messages.say("anchoring.download"),
        data=anchoring_file.table(found),
        file_name="anchoring.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="anchoring_download",
    )


def _moves(found: AnchoringReport) -> None:
    st.markdown(f"#### {messages.say('anchoring.moves_title')}")
    st.plotly_chart(moves_chart(found.moves), width="stretch", key="anchoring_chart")
    for each in found.moves:
        st.markdown("- " + " ".join(anchoring_words.moves(each)))
    st.markdown(f"#### {messages.say('anchoring.raters_title')}")
    field = st.segmented_control(
        messages.say("agreement.about"),
        [each.field for each in found.moves],
        default=found.moves[0].field,
        required=True,
        format_func=lambda asked: messages.say(f"agreement.field.{Field(asked).value}"),
        key="anchoring_field",
        label_visibility="collapsed",
    )
    rows = [_row(each) for each in found.raters_of(Field(field))]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="anchoring_raters")


def _row(moves: Moves) -> dict[str, Any]:
    percent = f"{INTERVAL_LEVEL:.0%}".removesuffix("%")
    return {
        messages.say("anchoring.column.rater"): moves.rater,
        messages.say("anchoring.column.answers"): moves.answers,
        messages.say("anchoring.column.moved"): moves.moved,
        messages.say("anchoring.column.towards"): moves.towards,
        messages.say("anchoring.column.away"): moves.away,
        messages.say("anchoring.column.pull", percent=percent): anchoring_words.sized(moves.pull),
        messages.say("anchoring.column.nearer"): moves.nearer,
        messages.say("anchoring.column.farther"): moves.farther,
    }
