"""Streamlit's search for components of other packages, left out.

It reads the description of every package that is installed, some two hundred, which takes half a second of
each start; every component here is our own and named where it is used.
"""

from __future__ import annotations

from streamlit.components.v2.component_manager import BidiComponentManager


def install() -> None:
    """Have Streamlit look for none when it starts."""
    BidiComponentManager.discover_and_register_components = _find_none  # type: ignore[method-assign]


def _find_none(_manager: BidiComponentManager, *, start_file_watching: bool = True) -> None:
    """In the place of Streamlit's own; there are no files of packages to watch either."""
