"""Moments as the reader of a page counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """A moment on the reader's clock.

    Attributes
    ----------
    day : str
        ``today`` or ``earlier``: the end of the key of a message.
    time, date : str
    """

    day: str
    time: str
    date: str


def local(at: datetime) -> LocalMoment:
    """A moment on the clock of whoever reads the page."""
    clock = ZoneInfo(st.context.timezone) if st.context.timezone else UTC
    here = at.astimezone(clock)
    day = "today" if here.date() == datetime.now(clock).date() else "earlier"
    return LocalMoment(day, f"{here:%H:%M}", f"{here:%Y-%m-%d}")
