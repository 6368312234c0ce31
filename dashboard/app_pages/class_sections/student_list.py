"""Everybody's work on what was set, each of whom can be opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.services import messages
from dashboard.services.grading import Desk
from dashboard.services.marks import GradeState

ICONS: Final = {
    GradeState.NOTHING: ":material/hourglass_empty:",
    GradeState.TO_MARK: ":material/radio_button_unchecked:",
    GradeState.SECOND: ":material/group:",
    GradeState.DISPUTED: ":material/balance:",
    GradeState.DONE: ":material/check_circle:",
}


def show(desk: Desk, current: int, *, on_open: Callable[[int], None]) -> None:
    """List the students.

    Parameters
    ----------
    on_open : callable
        Gets the number of who was chosen, before the page runs again.
    """
    with st.expander(messages.say("classes.desk.list"), icon=":material/list:"):
        for row in desk.rows:
            line = st.container(horizontal=True, vertical_alignment="center", gap="small")
            line.button(
                messages.plain(row.student.name),
                key=f"student_{row.student.id}",
                type="tertiary",
                icon=ICONS[row.standing.state],
                disabled=row.student.id == current,
                on_click=on_open,
                args=(row.student.id,),
            )
            said = messages.say(f"classes.state_name.{row.standing.state.value}")
            grade = row.standing.grade
            line.text(said if grade is None else f"{said} · {grade:.2f}")
