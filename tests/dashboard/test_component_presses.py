"""What a component of the page hears."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    """A component whose browser tells each press twice, and one press once more much later."""
    from typing import Any

    import streamlit as st

    from dashboard.components.asset import HEARD_KEPT, Component

    shown: list[dict[str, Any]] = []
    callbacks: dict[str, Any] = {}

    def mount(**given: Any) -> None:
        shown.append(given["data"])
        callbacks.update({name: value for name, value in given.items() if name.startswith("on_")})

    acted: list[object] = []
    component = Component(mount)  # type: ignore[arg-type]  # it stands in for Streamlit's
    component(key="table", data={"rows": []}, acts={"act": acted.append, "other": acted.append})
    for press, value in [("a", "first"), ("a", "first"), ("b", None), ("a", "first"), ("b", None)]:
        st.session_state["table"] = {"act": {"press": press, "value": value}}
        callbacks["on_act_change"]()
        callbacks["on_other_change"]()
    st.session_state["acted"] = list(acted)
    for number in range(2 * HEARD_KEPT):
        st.session_state["table"] = {"act": {"press": str(number), "value": number}}
        callbacks["on_act_change"]()
    component(key="table", data={"rows": []}, acts={"act": acted.append})
    st.session_state["heard"] = shown[-1]["heard"]


def test_a_press_that_is_told_twice_is_acted_upon_once() -> None:
    page = AppTest.from_function(_page).run()
    assert not page.exception
    assert page.session_state["acted"] == ["first", None]


def test_the_browser_is_told_the_latest_presses_that_were_heard() -> None:
    page = AppTest.from_function(_page).run()
    assert page.session_state["heard"] == [str(number) for number in range(50, 100)]


def _forged() -> None:
    """What somebody sends who writes to the live connection by hand."""
    from typing import Any

    import streamlit as st

    from dashboard.boundary import PENDING
    from dashboard.components.asset import Component

    callbacks: dict[str, Any] = {}
    acted: list[object] = []

    def act(value: Any) -> None:
        acted.append(value["kind"])

    component = Component(lambda **given: callbacks.update(given))  # type: ignore[arg-type]  # the same
    component(key="table", data={}, acts={"act": act})
    callbacks["on_act_change"]()  # before the component has any state
    for sent in (None, 5, "x", [], {}, {"press": {}}, {"press": ["a"]}, {"press": "x" * 1000, "value": {}}):
        st.session_state["table"] = {"act": sent}
        callbacks["on_act_change"]()
    st.session_state["is_silent"] = PENDING not in st.session_state
    st.session_state["table"] = {"act": {"press": "a", "value": "no mapping"}}
    callbacks["on_act_change"]()
    st.session_state["acted"] = list(acted)
    st.session_state["told"] = st.session_state.get(PENDING)


def test_a_forged_press_is_passed_over_or_told_as_an_error_of_the_page() -> None:
    page = AppTest.from_function(_forged).run()
    assert not page.exception
    assert page.session_state["is_silent"]
    assert page.session_state["acted"] == []
    assert "Something went wrong" in page.session_state["told"]
