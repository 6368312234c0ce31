"""Scripts: bring them in, see what each line demands over the whole, take a line to Perform."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages import shelf
from dashboard.components import paste_limit
from dashboard.components.arc_chart import arc_chart
from dashboard.services import messages, script_reading, scripts
from dashboard.services.permissions import Act, may
from dashboard.services.scripts import SeenScript

REFRESH_S: Final = 2
NOUN: Final = "scripts"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    every = scripts.listing(here.project.id, person_id=here.person.id)
    titles = {script.id: script.title for script in every}
    chosen = shelf.head(here, NOUN, titles, _words_of_head(), icon=":material/note_add:", add=_add)
    if chosen is None:
        return
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


def _words_of_head() -> shelf.Words:
    say = messages.say
    return shelf.Words(say("scripts.title"), say("scripts.add"), say("scripts.none"), say("scripts.which"))


def _add(here: visit.Visit) -> None:
    number = shelf.turn(NOUN)
    file = st.file_uploader(
        messages.say("scripts.file"),
        type=[suffix.lstrip(".") for suffix in script_reading.SUFFIXES],
        key=f"scripts_file_{number}",
        help=messages.say("scripts.file_help"),
    )
    title = st.text_input(messages.say("scripts.name"), key=f"scripts_title_{number}", max_chars=200)
    paste_limit.watch()
    typed = st.text_area(
        messages.say("scripts.typed"),
        key=f"scripts_typed_{number}",
        height=140,
        max_chars=paste_limit.MOST_CHARACTERS,
    )
    if st.button(messages.say("scripts.bring_in"), type="primary", disabled=not (file or typed.strip())):
        with boundary.shown():
            read = (
                script_reading.read_typed(typed, title=title)
                if file is None
                else script_reading.read_script(file.getvalue(), name=file.name)
            )
            script = scripts.bring_in(here.project.id, read, person_id=here.person.id)
            shelf.brought_in(NOUN, script.id)


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
