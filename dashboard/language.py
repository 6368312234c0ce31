"""Which language the pages speak: chosen in the sidebar, kept in the address, at first the browser's."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.services import messages

PARAMETER: Final = "language"
_CHOSEN: Final = "chosen_language"
_SPOKEN: Final = "spoken_language"
_FIELD: Final = "language_field"

STYLE: Final = """
<style>
.stApp { direction: ltr; }
[class*="st-key-text_rtl"], [class*="st-key-text_rtl"] * { direction: rtl; text-align: start; }
</style>
"""
RIGHT_TO_LEFT_STYLE: Final = """
<style>
.stApp, div[data-baseweb="popover"], div[role="dialog"] { direction: rtl; }
.stPlotlyChart, .stDataFrame, .stSlider, .stCode { direction: ltr; }
[class*="st-key-text_ltr"], [class*="st-key-text_ltr"] * { direction: ltr; text-align: start; }
.stHeading, .stHeading *, .stMarkdown, .stMarkdown * { text-align: start; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { text-align: start; }
.stMarkdown ul, .stMarkdown ol { padding-inline: 1.6rem 0; }
.stMarkdown li { margin-inline: 0; }
[data-testid="stMetricValue"] { direction: ltr; text-align: right; }
[data-testid="stMetricValue"] * { unicode-bidi: plaintext; }
/* Streamlit slides a folded sidebar out to the left, which from the right is across the page. */
[data-testid="stSidebar"][aria-expanded="false"] { display: none; }
[class*="st-key-previous_"] span[translate="no"], [class*="st-key-next_"] span[translate="no"] {
  transform: scaleX(-1);
}
</style>
"""
"""Pictures, grids of numbers and sliders keep their sides: what is less stands left in every language.
Arrows that mean the one before and the one after turn round."""


def settle() -> None:
    """Choose what this run speaks: what was chosen in the sidebar, else the address, else the browser."""
    asked = st.query_params.get(PARAMETER)
    if asked in messages.languages():
        st.session_state[_CHOSEN] = asked
    elif _CHOSEN in st.session_state:
        st.query_params[PARAMETER] = st.session_state[_CHOSEN]  # turning a page empties the address
    st.session_state[_SPOKEN] = st.session_state.get(_CHOSEN) or of_browser(st.context.locale)
    messages.speak(st.session_state[_SPOKEN])
    st.html(RIGHT_TO_LEFT_STYLE if messages.direction() == "rtl" else STYLE)


def choose() -> None:
    """Draw the list to choose from, each language by its own name."""
    every = messages.languages()
    st.session_state[_FIELD] = messages.spoken()
    st.selectbox(
        messages.say("app.language"),
        every,
        key=_FIELD,
        format_func=messages.own_name,
        on_change=_take,
    )


def of_browser(locale: str | None) -> str:
    """The shipped language nearest to a browser's, such as ``"hi"`` for ``"hi-IN"``."""
    wanted = (locale or "").partition("-")[0].lower()
    return wanted if wanted in messages.languages() else messages.DEFAULT_LANGUAGE


def _recalled() -> str | None:
    """What this window spoke last; ``None`` outside of a window, such as in a route."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    found: str | None = st.session_state.get(_SPOKEN)
    return found


messages.remember_by(_recalled)


def _take() -> None:
    chosen = st.session_state[_FIELD]
    st.session_state[_CHOSEN] = chosen
    st.query_params[PARAMETER] = chosen
