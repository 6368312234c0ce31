"""Has the browser remember who sits in front of it; draws nothing."""

from __future__ import annotations

from typing import Final

import streamlit as st

SCRIPT: Final = """<script>
window.dailiesVisitor = fetch(
  "/visitor", {{ method: "POST", body: "{ticket}", credentials: "same-origin" }}
).catch(() => {{}});
</script>"""
"""A failure is no matter: the page works, and the next reload asks again. Whoever needs the answer, such as
the player of a take that only its student may see, can wait for it."""


def remember(ticket: str) -> None:
    """Ask the server, from the browser, to be remembered under ``ticket``.

    Parameters
    ----------
    ticket : str
        Of :func:`dashboard.services.visitors.ticket`: letters, digits, dots, dashes and underscores.
    """
    st.html(SCRIPT.format(ticket=ticket), unsafe_allow_javascript=True)
