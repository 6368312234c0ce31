"""Entry of the dashboard: the frame around the pages, who is here, and which page is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import boundary, font_routes, language, sidebar, visit
from dashboard.page_modules import drawn_by
from dashboard.services import classes, messages
from dashboard.services.permissions import Act, may
from engine.vocabulary import Role

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ICON = Path(__file__).resolve().parent / "icon.png"
SIDEBAR_WIDTH = 236  # pixels
REVIEW = "review"
MY_CLASS = "my_class"
RESPONSIBLE_USE = "responsible_use"
PERFORM = "perform"
# Name in the address and of the module that draws it, icon, and what somebody must be allowed to do to have
# it. A comment: Streamlit writes a text that stands alone in the entry file onto the page.
PAGES = (
    (REVIEW, "slideshow", Act.RATE),
    ("my_work", "assignment_ind", Act.RATE),
    (PERFORM, "videocam", Act.RATE),
    ("adjudicate", "gavel", Act.ADJUDICATE),
    ("clips", "video_library", Act.SEE_MACHINE),
    ("scenes", "view_timeline", Act.SEE_MACHINE),
    ("scripts", "article", Act.SEE_MACHINE),
    ("thresholds", "tune", Act.TEACH),
    ("agreement", "diversity_3", Act.SEE_MACHINE),
    ("models", "account_tree", Act.SEE_MACHINE),
    ("export", "download", Act.EXPORT),
    ("consent", "privacy_tip", Act.SET_UP),
    ("project", "settings", Act.SET_UP),
)
CLASS_PAGES = (  # only in a class, before the others
    ("grading", "grading", Act.GRADE),
    ("class_room", "school", Act.SET_UP),
)
FAMILY = "Source Sans"  # of Streamlit's theme
LETTERS = f"<style>{font_routes.faces(FAMILY)}</style>"
STYLE = """
<style>
.stAppHeader { height: 2.6rem; min-height: 0; }
.stMainBlockContainer { padding: 2.7rem 1.8rem 2rem; max-width: 1560px; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 2.9rem 0.8rem 1.5rem; } }
.stSidebar .stCaption { font-size: 0.9rem; }
[data-testid="stSidebarHeader"] { height: 2.2rem; margin-bottom: 0; padding-block: 0.2rem; }
[data-testid="stSidebarNavLinkContainer"] { height: 1.7rem; }
[data-testid="stSidebarUserContent"] { padding-bottom: 1rem; }
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
    st.html(STYLE + LETTERS)
    is_visited = False
    with boundary.shown():
        is_visited = sidebar.show()  # drawn before any turn: fields a run leaves out lose what they hold
    pages = _pages(visit.here() if is_visited else None)
    page = st.navigation(list(pages.values()))
    with boundary.shown():
        if visit.is_turning() and REVIEW in pages and page is not pages[REVIEW]:
            st.switch_page(pages[REVIEW], query_params=st.query_params.to_dict())
        if PERFORM in pages and (wanted := visit.wanted_performance()) is not None:
            st.switch_page(pages[PERFORM], query_params={**st.query_params.to_dict(), **wanted})
        st.sidebar.page_link(pages[RESPONSIBLE_USE])
        if is_visited or page is pages[RESPONSIBLE_USE]:
            page.run()
    if page is pages.get(REVIEW):
        visit.arrived()


def _pages(here: visit.Visit | None) -> dict[str, StreamlitPage]:
    """The pages there are for a part in the project.

    Review comes first, but for the students of a class, who see their own takes alone.
    """
    role = Role.RATER if here is None else here.role
    is_class = here is not None and classes.is_class(here.project)
    first = REVIEW if not is_class or may(role, Act.GRADE) else MY_CLASS
    offered = [*(CLASS_PAGES if is_class else ()), *PAGES]
    chosen = [each for each in offered if may(role, each[2]) or (each[0] == REVIEW == first)]
    if first == MY_CLASS:
        chosen = [
            (MY_CLASS, "school", Act.HAND_IN),
            (PERFORM, "videocam", Act.HAND_IN),
        ]
    chosen.sort(key=lambda each: each[0] != first)  # the first stays first, the others keep their order
    chosen.append((RESPONSIBLE_USE, "shield_person", Act.RATE))
    return {
        name: st.Page(
            drawn_by(name),
            title=messages.say(f"app.page.{name}"),
            icon=f":material/{icon}:",
            url_path=name,
            default=name == first,
            visibility="hidden" if name == RESPONSIBLE_USE else "visible",  # its link stands in the sidebar
        )
        for name, icon, _ in chosen
    }


if __name__ == "__main__":  # a process that is spawned while a page is drawn reads this file too
    main()
