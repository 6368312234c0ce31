"""A component's files beside this module: real .js and .css files, handed to Streamlit as strings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

FOLDER: Final = Path(__file__).resolve().parent
SHARED_STYLE: Final = "palette.css"
SHARED_SCRIPT: Final = "dom.js"


def renderer(name: str, *, scripts: tuple[str, ...], styles: tuple[str, ...] = ()) -> ComponentRenderer:
    """Register a component and return the function that mounts it.

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
    files = (SHARED_SCRIPT, *scripts, f"{name}.js")
    return st.components.v2.component(
        f"dailies_{name}",
        css="\n".join(_text(file) for file in (SHARED_STYLE, *styles, f"{name}.css")),
        js="\n".join(_text(file) for file in files),
    )


def _text(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")
