"""The head of a page that shows one of several things which were brought in: bring one in, choose one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from dashboard import visit
from dashboard.services.permissions import Act, may

Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Words:
    """What the head says: the page's title, how one is brought in, that there is none, which one it is."""

    title: str
    add: str
    none: str
    which: str


def head(
    here: visit.Visit,
    noun: str,
    titles: Mapping[Key, str],
    words: Words,
    *,
    icon: str,
    add: Callable[[visit.Visit], None],
) -> Key | None:
    """Draw the head; what is chosen, ``None`` where there is nothing yet.

    Parameters
    ----------
    noun : str
        Begins the keys of the page's state.
    titles : Mapping
        What there is, the newest first.
    add : callable
        Draws how another one is brought in.
    """
    st.header(words.title)
    if may(here.role, Act.SET_UP):
        with st.expander(words.add, expanded=not titles, icon=icon):
            add(here)
    if not titles:
        st.info(words.none)
        return None
    key = _key(noun)
    if st.session_state.get(key) not in titles:
        st.session_state[key] = next(iter(titles))
    chosen: Key = st.selectbox(words.which, list(titles), format_func=lambda one: titles[one], key=key)
    return chosen


def brought_in(noun: str, key: int | str) -> None:
    """Draw the page anew with what was just brought in chosen and the fields empty."""
    st.session_state[_key(noun)] = key
    st.session_state[_round(noun)] = turn(noun) + 1
    st.rerun()


def turn(noun: str) -> int:
    """Ends the keys of the fields in which something is brought in: with another number they are empty."""
    return int(st.session_state.setdefault(_round(noun), 0))


def _key(noun: str) -> str:
    return f"{noun}_chosen"


def _round(noun: str) -> str:
    return f"{noun}_round"
