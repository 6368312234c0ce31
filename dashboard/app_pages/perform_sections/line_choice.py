"""Which line is performed: one of a script, one that is typed, or one that is recognised."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import visit
from dashboard.services import assigned_lines, messages, scripts
from dashboard.services.lines_table import MAX_LINE_CHARACTERS
from dashboard.services.takes import Wanted
from db.records import ScriptLineRecord
from engine.errors import DailiesError

WAYS: Final = ("script", "typed", "recognised")
_WAY: Final = "perform_way"
_SCRIPT: Final = "perform_script"
_LINE: Final = "perform_line"
_TYPED: Final = "perform_typed"
_KEPT: Final = "perform_kept"
"""What was chosen, over a look at another page, which drops what fields hold."""
LONGEST_SHOWN: Final = 90


def choose(here: visit.Visit) -> Wanted:
    """Draw the choice and say what is to be performed."""
    assignment = _number(visit.ASSIGNMENT_PARAMETER)
    number = _number(visit.NUMBER_PARAMETER) or 1
    given = None if assignment is None else assigned_lines.line_of(assignment, number, here.person.id)
    if given is not None:
        _prompt(given)
        return Wanted(given, assignment_id=assignment)
    _recall(here)
    way = st.segmented_control(
        messages.say("perform.which"),
        WAYS,
        key=_WAY,
        format_func=lambda name: messages.say(f"perform.way.{name}"),
        label_visibility="collapsed",
    )
    wanted = Wanted(assignment_id=assignment)
    if way == "script":
        wanted = _of_script(here, assignment)
    elif way == "typed":
        typed = st.text_area(
            messages.say("perform.line"), key=_TYPED, max_chars=MAX_LINE_CHARACTERS, height=80
        )
        wanted = Wanted(" ".join(typed.split()), assignment_id=assignment)
    else:
        st.caption(messages.say("perform.recognised_what"))
    st.session_state[_KEPT] = {name: st.session_state.get(name) for name in (_WAY, _SCRIPT, _LINE, _TYPED)}
    return wanted


def _recall(here: visit.Visit) -> None:
    asked = _number(visit.LINE_PARAMETER)
    if asked is not None:
        st.query_params.pop(visit.LINE_PARAMETER, None)
        try:
            line = scripts.line(asked, project_id=here.project.id, person_id=here.person.id)
        except DailiesError:
            pass  # an old address: the choice below stands in
        else:
            st.session_state[_WAY] = "script"
            st.session_state[_SCRIPT], st.session_state[_LINE] = line.script_id, line.id
    for name, value in st.session_state.get(_KEPT, {}).items():
        if value is not None:
            st.session_state.setdefault(name, value)
    if _WAY not in st.session_state:
        has_script = bool(scripts.listing(here.project.id, person_id=here.person.id))
        st.session_state[_WAY] = "script" if has_script else "typed"


def _of_script(here: visit.Visit, assignment: int | None) -> Wanted:
    every = {each.id: each for each in scripts.listing(here.project.id, person_id=here.person.id)}
    if not every:
        st.info(messages.say("perform.no_script"))
        return Wanted(assignment_id=assignment)
    if st.session_state.get(_SCRIPT) not in every:
        st.session_state[_SCRIPT] = next(iter(every))
    script_id = st.selectbox(
        messages.say("perform.script"), list(every), format_func=lambda key: every[key].title, key=_SCRIPT
    )
    lines = {line.id: line for line in scripts.look(script_id, person_id=here.person.id).lines}
    if st.session_state.get(_LINE) not in lines:
        st.session_state[_LINE] = next(iter(lines))
    line_id = st.selectbox(
        messages.say("perform.line"), list(lines), format_func=lambda key: _shown(lines[key]), key=_LINE
    )
    line = lines[line_id]
    _prompt(line.text, line)
    return Wanted(line.text, script_line_id=line.id, assignment_id=assignment)


def _prompt(text: str, line: ScriptLineRecord | None = None) -> None:
    """The line in large letters, to be read from while the camera runs."""
    st.markdown(f"### {messages.plain(text)}")
    if line is None:
        return
    about = [line.speaker, f"({line.direction})" if line.direction else None]
    if line.expected_intensity is not None:
        about.append(messages.say("perform.asks", expected=f"{line.expected_intensity:.2f}"))
    if told := " · ".join(each for each in about if each):
        st.caption(messages.plain(told))


def _shown(line: ScriptLineRecord) -> str:
    text = f"{line.position}. " + (f"{line.speaker}: " if line.speaker else "") + line.text
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _number(parameter: str) -> int | None:
    asked = st.query_params.get(parameter, "")
    return int(asked) if asked.isdecimal() and len(asked) < 10 else None
