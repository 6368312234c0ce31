"""Responsible use: what this is for, what it is never for, and what it does and does not do."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.services import messages

PARTS: Final = ("performance", "never", "advice", "law", "does", "does_not")


def show() -> None:
    """Draw the page."""
    st.header(messages.say("responsible.title"))
    for part in PARTS:
        st.markdown(f"#### {messages.say(f'responsible.{part}.title')}")
        sentences = messages.say(f"responsible.{part}.text").split(" · ")
        if len(sentences) == 1:
            st.markdown(sentences[0])
        else:
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
