"""Streamlit's queue of runs, in which no press of a key gets lost.

In Streamlit 1.60, the newest that installs beside MediaPipe, requests that come close together overwrite
each other: a refresh of a fragment takes the place of a waiting run of the whole page, what a component
has sent is dropped where two requests are joined, and a run that is cut short takes its callbacks along.
Upstream mended a part of this later (streamlit/streamlit pull request 16765). Here presses wait in line,
each run draws to its end, and only refreshes are joined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from streamlit import config
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

_WITH_DATA: Final = ("string_trigger_value", "chat_input_value")


class PressQueue(ScriptRequests):
    """Requests of one session in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[RerunData] = []
        self._own: RerunData | None = None
        self._has_run = False

    def request_rerun(self, new_data: RerunData) -> bool:
        """Take a request; ``False`` where the session has ended.

        What the script asks for itself, by ``st.rerun`` or ``st.switch_page``, comes before all that waits.
        """
        with self._lock:
            if self._state is ScriptRequestType.STOP:
                return False
            if get_script_run_ctx(suppress_warning=True) is not None:
                self._own = new_data
                self._state = ScriptRequestType.RERUN
                return True
            if new_data.fragment_id:
                new_data = replace(new_data, fragment_id=None, fragment_id_queue=[new_data.fragment_id])
            if self._waiting and not _presses(new_data.widget_states):
                self._waiting[-1] = joined(self._waiting[-1], new_data)
            else:
                self._waiting.append(new_data)
            self._state = ScriptRequestType.RERUN
            return True

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """Only the script itself, or the end of the session, ends a run before its time."""
        with self._lock:
            if self._state is ScriptRequestType.STOP:
                return ScriptRequest(ScriptRequestType.STOP)
            return self._next() if self._own is not None else None

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """The request that waited longest, or the end where none does."""
        with self._lock:
            found = self._next() if self._state is ScriptRequestType.RERUN else None
            if found is None:
                self._state = ScriptRequestType.STOP
            return found or ScriptRequest(ScriptRequestType.STOP)

    def _next(self) -> ScriptRequest | None:
        data, self._own = self._own, None
        while data is None and self._waiting:
            data = _on_this_page(self._waiting.pop(0))
            if data is not None and self._has_run:
                data = _at_this_address(data)
        if not self._waiting:
            self._state = ScriptRequestType.CONTINUE
        if data is None:
            return None
        self._has_run = True
        return ScriptRequest(ScriptRequestType.RERUN, data)


def install() -> None:
    """Have every session that begins from now on use the queue."""
    script_runner.ScriptRequests = PressQueue  # type: ignore[misc]  # it stands in for the class it extends
    config.set_option("runner.fastReruns", False)  # or a second press would go past the queue


def joined(waiting: RerunData, new: RerunData) -> RerunData:
    """One request for two: fields as in the newer, the presses of the older.

    A run of the whole page draws its fragments too; so where either is one, the two together are one.
    ``new`` carries no press.
    """
    states = _with_presses(new.widget_states, _presses(waiting.widget_states))
    if not new.fragment_id_queue:
        return replace(new, widget_states=states)
    if not waiting.fragment_id_queue:
        return replace(waiting, widget_states=states, cached_message_hashes=new.cached_message_hashes)
    queue = list(dict.fromkeys([*waiting.fragment_id_queue, *new.fragment_id_queue]))
    return replace(new, widget_states=states, fragment_id_queue=queue)


def _on_this_page(data: RerunData) -> RerunData | None:
    """A refresh asked for by a page that has been left since would draw that page, empty: it is dropped,
    unless something was pressed, which is then heard where the person is now.
    """
    script = get_script_run_ctx(suppress_warning=True)
    if script is None or not data.fragment_id_queue or data.page_script_hash == script.page_script_hash:
        return data
    if not _presses(data.widget_states):
        return None
    return replace(data, page_script_hash=script.page_script_hash)


def _at_this_address(data: RerunData) -> RerunData:
    """What was pressed while another run changed the address happens at the new one, not back at the old."""
    script = get_script_run_ctx(suppress_warning=True)
    if script is None or not (data.fragment_id_queue or _presses(data.widget_states)):
        return data
    return replace(data, query_string=script.query_string)


def _presses(states: WidgetStates | None) -> list[WidgetState]:
    """What was pressed or sent once, in distinction to fields that hold a value."""
    return [state for state in states.widgets if _is_press(state)] if states is not None else []


def _is_press(state: WidgetState) -> bool:
    kind = state.WhichOneof("value")
    if kind in _WITH_DATA:
        return bool(getattr(state, kind).HasField("data"))
    return (kind == "trigger_value" and state.trigger_value) or (
        kind == "json_trigger_value" and bool(state.json_trigger_value)
    )


def _with_presses(states: WidgetStates | None, presses: list[WidgetState]) -> WidgetStates | None:
    if not presses:
        return states
    pressed = {press.id for press in presses}
    together = WidgetStates()
    together.widgets.extend(state for state in (states.widgets if states else ()) if state.id not in pressed)
    together.widgets.extend(presses)
    return together
