"""Entry of the dashboard: the frame around the pages, who is here, and which page is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import boundary, language, sidebar, visit
from dashboard.app_pages import (
    adjudicate,
    agreement,
    clips,
    export,
    models,
    my_work,
    perform,
    project,
    review,
    scenes,
    scripts,
    thresholds,
)
from dashboard.services import messages
from dashboard.services.permissions import Act, may
from engine.vocabulary import Role

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ICON = Path(__file__).resolve().parent / "icon.png"
SIDEBAR_WIDTH = 236  # pixels
REVIEW = "review"
PERFORM = "perform"
# Name in the address, what draws it, icon, and what somebody must be allowed to do to have it. A comment:
# Streamlit writes a text that stands alone in the entry file onto the page.
PAGES = (
    (REVIEW, review.show, "slideshow", Act.RATE),
    ("my_work", my_work.show, "assignment_ind", Act.RATE),
    (PERFORM, perform.show, "videocam", Act.RATE),
    ("adjudicate", adjudicate.show, "gavel", Act.ADJUDICATE),
    ("clips", clips.show, "video_library", Act.SEE_MACHINE),
    ("scenes", scenes.show, "view_timeline", Act.SEE_MACHINE),
    ("scripts", scripts.show, "article", Act.SEE_MACHINE),
    ("thresholds", thresholds.show, "tune", Act.TEACH),
    ("agreement", agreement.show, "diversity_3", Act.SEE_MACHINE),
    ("models", models.show, "account_tree", Act.SEE_MACHINE),
    ("export", export.show, "download", Act.EXPORT),
    ("project", project.show, "settings", Act.SET_UP),
)
STYLE = """
<style>
.stAppHeader { height: 2.6rem; min-height: 0; }
.stMainBlockContainer { padding: 2.7rem 1.8rem 2rem; max-width: 1560px; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 2.9rem 0.8rem 1.5rem; } }
.stSidebar .stCaption { font-size: 0.9rem; }
</style>
"""


def main() -> None:
    """Draw one run of the app."""
    st.set_page_config(
        page_title=messages.say("app.name"),
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=SIDEBAR_WIDTH,
    )
    language.settle()
    st.html(STYLE)
    is_visited = False
    with boundary.shown():
        is_visited = sidebar.show()  # drawn before any turn: fields a run leaves out lose what they hold
    pages = _pages(visit.here().role if is_visited else Role.RATER)
    page = st.navigation(list(pages.values()))
    with boundary.shown():
        if visit.is_turning() and page is not pages[REVIEW]:
            st.switch_page(pages[REVIEW], query_params=st.query_params.to_dict())
        if is_visited and (line := visit.wanted_line()) is not None:
            asked = {**st.query_params.to_dict(), visit.LINE_PARAMETER: str(line)}
            st.switch_page(pages[PERFORM], query_params=asked)
        if is_visited:
            page.run()
    if page is pages[REVIEW]:
        visit.arrived()


def _pages(role: Role | None) -> dict[str, StreamlitPage]:
    """The pages there are for a part in the project, Review among them for everybody."""
    return {
        name: st.Page(
            show,
            title=messages.say(f"app.page.{name}"),
            icon=f":material/{icon}:",
            url_path=name,
            default=name == REVIEW,
        )
        for name, show, icon, act in PAGES
        if name == REVIEW or may(role, act)
    }


main()
