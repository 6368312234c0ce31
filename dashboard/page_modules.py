"""The modules that draw the pages: each is loaded when it is first shown, or before, while nobody waits.

All of them together bring a second of tables, charts and statistics, which whoever opens the first page does
not need.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Final

from streamlit import env_util

from engine.loading import unswept

FIRST: Final = ("review", "perform", "my_class")
"""What people open first."""
REST: Final = (
    "clips",
    "my_work",
    "thresholds",
    "agreement",
    "adjudicate",
    "project",
    "models",
    "export",
    "consent",
    "scenes",
    "scripts",
    "grading",
    "class_room",
    "responsible_use",
)
FIRST_PARTS: Final = ("PIL.Image", "streamlit.emojis")
"""What Streamlit itself loads when it first draws a page with an icon."""
QUIET_S: Final = 5.0
"""After the start, in which the first page has the processor to itself."""


def drawn_by(name: str) -> Callable[[], None]:
    """What draws a page; its module is loaded when it is called."""

    def show() -> None:
        import_module(f"dashboard.app_pages.{name}").show()

    return show


def load_ahead(stopping: threading.Event) -> None:
    """Load every page's module, those people open first at once and the others a little later.

    Streamlit has all objects looked through for garbage after every run of a page: what is loaded here is
    left out of that, or each answer would wait a tenth of a second for it.
    """
    with unswept():
        for name in (*FIRST_PARTS, *(f"dashboard.app_pages.{page}" for page in FIRST)):
            import_module(name)
        env_util.is_repl()  # asked when a page is first drawn: it looks up the file of every module, once
    if stopping.wait(QUIET_S):
        return
    with unswept():
        for name in REST:
            if stopping.is_set():
                return
            import_module(f"dashboard.app_pages.{name}")
