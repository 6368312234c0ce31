"""Presses that come close together: each is heard, in order, and none is cut short by a refresh."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import SCRIPT_RUN_CONTEXT_ATTR_NAME

from dashboard.press_queue import PressQueue

PAGE, OTHER_PAGE = "review", "clips"
ADDRESS = "clip=second"


def _states(**values: str | bool | int) -> WidgetStates:
    states = WidgetStates()
    for name, value in values.items():
        if isinstance(value, bool):
            states.widgets.append(WidgetState(id=name, trigger_value=value))
        elif isinstance(value, str):
            states.widgets.append(WidgetState(id=name, json_trigger_value=value))
        else:
            states.widgets.append(WidgetState(id=name, int_value=value))
    return states


def _request(page: str = PAGE, fragment: str | None = None, **values: str | bool | int) -> RerunData:
    return RerunData(page_script_hash=page, fragment_id=fragment, widget_states=_states(**values))


def _served(queue: PressQueue) -> list[tuple[tuple[str, ...], str, dict[str, object]]]:
    """Fragments, page and values of every run that is started, in order."""
    runs = []
    while (request := queue.on_scriptrunner_ready()).type is ScriptRequestType.RERUN:
        data = request.rerun_data
        assert data.widget_states is not None
        values = {state.id: getattr(state, state.WhichOneof("value")) for state in data.widget_states.widgets}
        runs.append((tuple(data.fragment_id_queue), data.page_script_hash, values))
    return runs


def test_a_refresh_of_a_fragment_takes_neither_the_press_nor_the_drawing_of_a_run_that_waits() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(form='{"event": "decide"}', field=1))
    queue.request_rerun(_request(fragment="progress", field=2))
    assert _served(queue) == [((), PAGE, {"form": '{"event": "decide"}', "field": 2})]


def test_a_run_of_the_page_that_meets_a_waiting_refresh_draws_the_page_and_keeps_its_press() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(fragment="rows", inside='{"event": "open"}'))
    queue.request_rerun(_request(field=2))
    assert _served(queue) == [((), PAGE, {"inside": '{"event": "open"}', "field": 2})]


def test_two_presses_alike_are_two_runs() -> None:
    queue = PressQueue()
    for _ in range(2):
        queue.request_rerun(_request(form='{"event": "move"}'))
    assert [values for *_, values in _served(queue)] == [{"form": '{"event": "move"}'}] * 2


def test_a_button_and_a_component_pressed_at_once_are_both_heard() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(button=True, form=""))
    queue.request_rerun(_request(form='{"event": "move"}', button=False))
    first, second = (values for *_, values in _served(queue))
    assert first["button"] is True
    assert second == {"form": '{"event": "move"}', "button": False}


def test_a_turn_to_another_page_outlives_a_refresh_of_the_page_before() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(OTHER_PAGE))
    queue.request_rerun(_request(PAGE, fragment="progress"))
    assert [(fragments, page) for fragments, page, _ in _served(queue)] == [((), OTHER_PAGE)]


def test_refreshes_of_several_fragments_are_one_run_that_has_each_once() -> None:
    queue = PressQueue()
    for name in ("rows", "progress", "rows"):
        queue.request_rerun(_request(fragment=name))
    assert [fragments for fragments, *_ in _served(queue)] == [("rows", "progress")]


def test_a_run_is_drawn_to_its_end_whatever_is_pressed_meanwhile() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(button=True))
    queue.on_scriptrunner_ready()
    queue.request_rerun(_request(button=True))
    assert queue.on_scriptrunner_yield() is None
    assert len(_served(queue)) == 1


def test_the_end_of_a_session_ends_its_run_and_takes_no_more() -> None:
    queue = PressQueue()
    queue.request_rerun(_request())
    queue.request_stop()
    ending = queue.on_scriptrunner_yield()
    assert ending is not None
    assert ending.type is ScriptRequestType.STOP
    assert not queue.request_rerun(_request())


def test_what_the_script_asks_for_itself_ends_its_run_and_comes_before_presses_that_wait() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(button=True))
    with ThreadPoolExecutor(1) as script:
        script.submit(_as_script, queue.request_rerun, _request(OTHER_PAGE)).result()
    turned = queue.on_scriptrunner_yield()
    assert turned is not None
    assert turned.rerun_data.page_script_hash == OTHER_PAGE
    assert [values for *_, values in _served(queue)] == [{"button": True}]


def _as_script(act: Callable[[RerunData], bool], data: RerunData) -> None:
    setattr(threading.current_thread(), SCRIPT_RUN_CONTEXT_ATTR_NAME, object())
    act(data)


def test_a_refresh_of_a_page_that_was_left_is_dropped_and_a_press_on_it_is_heard_where_one_is_now() -> None:
    queue = PressQueue()
    queue.request_rerun(_request(PAGE, fragment="rows"))
    queue.request_rerun(_request(PAGE, fragment="rows", button=True))
    with ThreadPoolExecutor(1) as script:
        script.submit(_stand_on, OTHER_PAGE).result()
        assert script.submit(_served, queue).result() == [(("rows",), OTHER_PAGE, {"button": True})]


def _stand_on(page: str) -> None:
    setattr(
        threading.current_thread(),
        SCRIPT_RUN_CONTEXT_ATTR_NAME,
        SimpleNamespace(page_script_hash=page, query_string=ADDRESS),
    )


def test_a_press_that_waited_for_a_run_that_changed_the_address_does_not_change_it_back() -> None:
    queue = PressQueue()
    for values in ({"form": "stored"}, {"form": "move"}, {}):
        queue.request_rerun(replace(_request(**values), query_string="clip=first"))
    with ThreadPoolExecutor(1) as script:
        script.submit(_stand_on, PAGE).result()
        addresses = [script.submit(_next_address, queue).result() for _ in range(2)]
    assert addresses == ["clip=first", ADDRESS]


def _next_address(queue: PressQueue) -> str:
    return queue.on_scriptrunner_ready().rerun_data.query_string
