"""Says in one sentence that a text is too long to be pasted, before it is lost; draws nothing.

What a page holds in its fields goes to the server in one message, which is bounded
(:data:`dashboard.server.LARGEST_MESSAGE`): beyond it the connection ends, and what was typed with it.
"""

from __future__ import annotations

import json
from typing import Final

import streamlit as st

from dashboard.services import messages

MOST_CHARACTERS: Final = 300_000
"""Of one field, as browsers count: a film's script, in three bytes each less than half a message."""
SCRIPT: Final = """<script>
window.dailiesPaste = {said};
if (!window.dailiesPasteWatched) {{
  window.dailiesPasteWatched = true;
  document.addEventListener("paste", (event) => {{
    const field = event.target;
    const {{ most, sentence }} = window.dailiesPaste;
    if (!field || !["TEXTAREA", "INPUT"].includes(field.tagName)) return;
    const length = (event.clipboardData || {{ getData: () => "" }}).getData("text").length;
    const kept = field.value.length - (field.selectionEnd - field.selectionStart);
    if (length + kept <= most) return;
    event.preventDefault();
    event.stopPropagation();
    window.alert(sentence);
  }}, true);
}}
</script>"""


def watch() -> None:
    """Have the page refuse, in a sentence, what is longer than a field takes."""
    sentence = messages.say("app.paste_long", n=MOST_CHARACTERS)
    said = json.dumps({"most": MOST_CHARACTERS, "sentence": sentence}).replace("<", "\\u003c")
    st.html(SCRIPT.format(said=said), unsafe_allow_javascript=True)
