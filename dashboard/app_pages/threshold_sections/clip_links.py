"""A list of clips, each of which opens in Review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard import visit
from dashboard.services import messages

MOST_LISTED: Final = 12
MORE: Final = 48
COLUMNS: Final = 2


@dataclass(frozen=True, slots=True)
class ClipLink:
    """A clip and what is to be said about it."""

    clip_id: str
    name: str
    words: str


def show(links: Sequence[ClipLink], *, key: str) -> None:
    """List the first links, more on request; the page turns to Review when one is chosen."""
    counter = f"{key}_listed"
    most = st.session_state.get(counter, MOST_LISTED)
    shown = links[:most]
    rows = -(-len(shown) // COLUMNS)
    for number, column in enumerate(st.columns(COLUMNS) if shown else ()):
        with column:
            for link in shown[number * rows : (number + 1) * rows]:
                _link(link, key=f"{key}_{link.clip_id}")
    left = len(links) - most
    if left > 0:
        st.button(
            messages.say("thresholds.clips_left", n=left),
            key=f"{key}_more",
            type="tertiary",
            icon=":material/expand_more:",
            on_click=st.session_state.__setitem__,
            args=(counter, most + MORE),
        )


def _link(link: ClipLink, *, key: str) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    if row.button(
        messages.plain(link.name),
        icon=":material/slideshow:",
        help=messages.say("thresholds.open_clip"),
        key=key,
        type="tertiary",
    ):
        visit.go_to_review(link.clip_id)
        st.rerun()  # the frame turns the page
    row.text(link.words)
