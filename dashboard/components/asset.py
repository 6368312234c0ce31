"""A component's files beside this module: real .js and .css files, handed to Streamlit as strings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard import boundary

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

FOLDER: Final = Path(__file__).resolve().parent
SHARED_STYLE: Final = "palette.css"
SHARED_SCRIPTS: Final = ("presses.js", "dom.js")
HEARD_KEPT: Final = 50
"""Presses remembered of a component; the browser asks about a few seconds' worth."""

LONGEST_PRESS: Final = 64
"""Characters of a press's name: 16 bytes as a browser writes them, and to spare."""

Act = Callable[[Any], object]


class Component:
    """Mounts a component, and hears each of its presses once.

    The browser tells a press until the page says that it has heard it (``presses.js``), so it may come
    twice.
    """

    def __init__(self, mount: ComponentRenderer) -> None:
        self._mount = mount

    def __call__(
        self, *, data: Mapping[str, Any], key: str | None = None, acts: Mapping[str, Act] | None = None
    ) -> None:
        """Show the component.

        Parameters
        ----------
        data : Mapping
            What it draws; can be written as JSON.
        key : str, optional
            Names it in the session; needed where there are acts.
        acts : Mapping of str to callable, optional
            By the name of the press: gets what was sent with it, before the page runs again.
        """
        if key is None or not acts:
            self._mount(data=dict(data), key=key)
            return
        listening: dict[str, Any] = {f"on_{name}_change": _once(key, name, act) for name, act in acts.items()}
        self._mount(data={**data, "heard": list(_heard(key))}, key=key, **listening)


def renderer(name: str, *, scripts: tuple[str, ...], styles: tuple[str, ...] = ()) -> Component:
    """Register a component and return what mounts it.

    Parameters
    ----------
    name : str
        The component's name; ``{name}.css`` is its style and ``{name}.js`` its entry.
    scripts : tuple of str
        File names of the classes it is built from, in the order in which they need one another. They
        declare, and only ``{name}.js`` exports: the parts are joined, since a component is one module.
    styles : tuple of str
        File names of other components' styles that it is drawn in as well, before its own.
    """
    files = (*SHARED_SCRIPTS, *scripts, f"{name}.js")
    return Component(
        st.components.v2.component(
            f"dailies_{name}",
            css="\n".join(_text(file) for file in (SHARED_STYLE, *styles, f"{name}.css")),
            js="\n".join(_text(file) for file in files),
        )
    )


def _once(key: str, name: str, act: Act) -> Callable[[], None]:
    """Hear a press once; what no script of ours sends is passed over, or told as any error of a page."""
    guarded = boundary.guarded(act)

    def pressed() -> None:
        sent = st.session_state.get(key, {}).get(name)
        press = sent.get("press") if isinstance(sent, Mapping) else None
        heard = _heard(key)
        if not isinstance(press, str) or len(press) > LONGEST_PRESS or press in heard:
            return
        heard.append(press)
        del heard[:-HEARD_KEPT]
        guarded(sent.get("value"))

    return pressed


def _heard(key: str) -> list[str]:
    heard: list[str] = st.session_state.setdefault(f"{key}.heard", [])
    return heard


def _text(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
