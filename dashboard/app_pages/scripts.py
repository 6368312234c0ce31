"""Scripts: bring them in, see what each line demands over the whole, take a line to Perform."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import boundary, visit
from dashboard.components.arc_chart import arc_chart
from dashboard.services import messages, script_reading, scripts
from dashboard.services.permissions import Act, may
from dashboard.services.scripts import SeenScript
from db.records import ScriptRecord

REFRESH_S: Final = 2
_CHOSEN: Final = "scripts_chosen"
_ROUND: Final = "scripts_round"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("scripts.title"))
    every = scripts.listing(here.project.id, person_id=here.person.id)
    if may(here.role, Act.SET_UP):
        with st.expander(messages.say("scripts.add"), expanded=not every, icon=":material/note_add:"):
            _add(here)
    if not every:
        st.info(messages.say("scripts.none"))
        return
    chosen = _choose(every)
    seen = scripts.look(chosen, person_id=here.person.id)
    if seen.unread:
        _reading(chosen, here.person.id)
    st.plotly_chart(arc_chart(seen.lines), width="stretch", key="scripts_arc")
    st.caption(messages.say("scripts.arc_what"))
    _lines(seen)
    if may(here.role, Act.SET_UP):
        st.button(
            messages.say("scripts.remove"),
            key="scripts_remove",
            on_click=boundary.guarded(scripts.remove),
            args=(chosen,),
            kwargs={"person_id": here.person.id},
        )


def _add(here: visit.Visit) -> None:
    number = st.session_state.setdefault(_ROUND, 0)
    file = st.file_uploader(
        messages.say("scripts.file"),
        type=[suffix.lstrip(".") for suffix in script_reading.SUFFIXES],
        key=f"scripts_file_{number}",
        help=messages.say("scripts.file_help"),
    )
    title = st.text_input(messages.say("scripts.name"), key=f"scripts_title_{number}", max_chars=200)
    typed = st.text_area(messages.say("scripts.typed"), key=f"scripts_typed_{number}", height=140)
    if st.button(messages.say("scripts.bring_in"), type="primary", disabled=not (file or typed.strip())):
        with boundary.shown():
            read = (
                script_reading.read_typed(typed, title=title)
                if file is None
                else script_reading.read_script(file.getvalue(), name=file.name)
            )
            script = scripts.bring_in(here.project.id, read, person_id=here.person.id)
            st.session_state[_ROUND] = number + 1
            st.session_state[_CHOSEN] = script.id
            st.rerun()


def _choose(every: tuple[ScriptRecord, ...]) -> int:
    titles = {script.id: script.title for script in every}
    if st.session_state.get(_CHOSEN) not in titles:
        st.session_state[_CHOSEN] = next(iter(titles))
    chosen: int = st.selectbox(
        messages.say("scripts.which"), list(titles), format_func=lambda key: titles[key], key=_CHOSEN
    )
    return chosen


def _reading(script_id: int, person_id: int) -> None:
    @st.fragment(run_every=REFRESH_S)
    def shown() -> None:
        with boundary.shown():
            seen = scripts.look(script_id, person_id=person_id)
            if not seen.unread:
                st.rerun()
            done, total = len(seen.lines) - seen.unread, len(seen.lines)
            st.progress(done / total, text=messages.say("scripts.reading", done=done, total=total))

    shown()


def _lines(seen: SeenScript) -> None:
    say = messages.say
    table = pd.DataFrame(
        {
            say("scripts.column.number"): [line.position for line in seen.lines],
            say("scripts.column.speaker"): [line.speaker or "" for line in seen.lines],
            say("scripts.column.line"): [line.text for line in seen.lines],
            say("scripts.column.expected"): [line.expected_intensity for line in seen.lines],
            say("scripts.column.emotion"): [
                "" if line.emotion is None else say(f"emotion.{line.emotion.value}") for line in seen.lines
            ],
        }
    )
    event = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        key=f"scripts_lines_{seen.script.id}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            say("scripts.column.expected"): st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="%.2f"
            )
        },
    )
    rows = event["selection"]["rows"]
    chosen = seen.lines[rows[0]] if rows and rows[0] < len(seen.lines) else None
    st.button(
        say("scripts.perform"),
        type="primary",
        icon=":material/videocam:",
        key="scripts_perform",
        disabled=chosen is None,
        help=say("scripts.perform_help"),
        on_click=None if chosen is None else visit.go_to_perform,
        args=None if chosen is None else (chosen.id,),
    )
