"""A guideline as a rater reads it: in its own direction, its example clips below."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard import visit
from dashboard.routes import media_url
from dashboard.services import guidelines, messages
from dashboard.services.guidelines import Guideline
from db.errors import UnknownRowError


def draw(guideline: Guideline, *, name: str) -> None:
    """Draw the text and the examples.

    Parameters
    ----------
    name : str
        Tells this one apart from others on the same page.
    """
    with st.container(key=f"text_{guideline.direction}_{name}"):
        st.markdown(guideline.text)
    if guideline.examples:
        st.subheader(messages.say("project.examples"))
    for example in guideline.examples:
        try:
            clip = guidelines.clip_of(example, person_id=visit.here().person.id)
        except UnknownRowError:  # the clip was removed since; what was said about it stays
            st.markdown(messages.plain(example.note))
            continue
        source = escape(media_url(clip.playable_key), quote=True)
        st.html(f'<video controls preload="metadata" style="max-width: 100%" src="{source}"></video>')
        st.markdown(messages.plain(example.note))
