"""What was decided before: about the clip on the table, and in the whole project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.services import decision_words, messages
from dashboard.services.adjudication import Case
from dashboard.services.case_table import CaseTable
from dashboard.services.label_sets import LabelSet
from db.records import AdjudicationRecord

MOST_LISTED: Final = 12
MORE: Final = 48
_COUNTER: Final = "decided_listed"


def of_clip(table: CaseTable, labels: LabelSet) -> None:
    """Every decision about the clip, the one that counts first; nothing before the first."""
    if not table.decisions:
        return
    st.markdown(f"#### {messages.say('adjudicate.history')}")
    rows = [
        {
            messages.say("adjudicate.column.at"): _moment(made.record),
            messages.say("adjudicate.column.by"): made.by,
            messages.say("adjudicate.column.counts"): messages.say(
                f"adjudicate.{'stands' if place == 0 else 'replaced'}"
            ),
            messages.say("adjudicate.column.decision"): decision_words.content(made.record, labels),
            messages.say("adjudicate.column.reason"): made.record.reason,
            messages.say("adjudicate.column.answers"): len(made.record.considered),
        }
        for place, made in enumerate(table.decisions)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="case_decisions")


def of_project(cases: Sequence[Case], labels: LabelSet, *, on_open: Callable[[str], None]) -> None:
    """The cases that have a decision, the newest first, each of which can be opened again."""
    decided = [(case, case.decision) for case in cases if case.decision is not None]
    if not decided:
        return
    st.markdown(f"#### {messages.say('adjudicate.decided_title')}")
    newest = sorted(decided, key=lambda each: -each[1].id)
    most = st.session_state.get(_COUNTER, MOST_LISTED)
    for case, decision in newest[:most]:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.button(
            messages.plain(case.name),
            key=f"decided_{case.clip_id}",
            type="tertiary",
            icon=":material/check:",
            on_click=on_open,
            args=(case.clip_id,),
        )
        row.text(f"{decision_words.content(decision, labels)} · {decision.reason}")
    left = len(newest) - most
    if left > 0:
        st.button(
            messages.say("adjudicate.more_cases", n=min(left, MORE)),
            key="more_decided",
            type="tertiary",
            icon=":material/expand_more:",
            on_click=st.session_state.__setitem__,
            args=(_COUNTER, most + MORE),
        )


def _moment(record: AdjudicationRecord) -> str:
    return f"{record.created_at:%Y-%m-%d %H:%M}"
