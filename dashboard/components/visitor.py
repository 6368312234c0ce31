"""Has the browser remember, and notice, who sits in front of it; draws nothing."""

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


WATCH: Final = """<script>
window.dailiesWatch = window.dailiesWatch || {{ person: {person} }};
window.dailiesWatch.person = {person};
if (!window.dailiesWatch.look) {{
  const watch = window.dailiesWatch;
  watch.look = async () => {{
    let answer;
    try {{
      answer = await fetch("/session", {{ cache: "no-store", credentials: "same-origin" }});
      if (answer.ok && (await answer.json()).person === watch.person) return;
    }} catch {{
      return; // no connection: that somebody is signed out is known only when the server says so
    }}
    if (answer.ok) location.reload();
    else if (answer.status === 401) {{
      location.assign("/sign-in?out=1&next=" + encodeURIComponent(location.pathname + location.search));
    }}
  }};
  setInterval(watch.look, {every_ms});
  window.addEventListener("focus", watch.look);
  window.addEventListener("online", watch.look);
}}
</script>"""
"""An open page of somebody who is signed out leads to the door, of somebody else starts anew."""
WATCHES_MS: Final = 10_000


def watch(person_id: int) -> None:
    """Have the page notice when its person is not signed in any more."""
    st.html(WATCH.format(person=int(person_id), every_ms=WATCHES_MS), unsafe_allow_javascript=True)


def remember(ticket: str) -> None:
    """Ask the server, from the browser, to be remembered under ``ticket``.

    Parameters
    ----------
    ticket : str
        Of :func:`dashboard.services.visitors.ticket`: letters, digits, dots, dashes and underscores.
    """
    st.html(SCRIPT.format(ticket=ticket), unsafe_allow_javascript=True)
