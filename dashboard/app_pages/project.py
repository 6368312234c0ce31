"""Project: what it is called, how it is rated, which emotions are asked for, what raters go by."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import basics, faces, guideline, labels, members, rules, saving
from dashboard.services import messages


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("project.title"))
    saving.confirm()
    parts = {
        "basics": basics,
        "rules": rules,
        "labels": labels,
        "guideline": guideline,
        "members": members,
        "faces": faces,
    }
    tabs = st.tabs([messages.say(f"project.tab.{name}") for name in parts])
    for tab, part in zip(tabs, parts.values(), strict=True):
        with tab:
            part.draw(here)
