"""How a project's clips are handed out and checked: every field of its rating protocol, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import saving
from dashboard.components.keymap import QUESTIONS, cap, keymap_of
from dashboard.services import label_sets, messages, queue, rating_protocol
from dashboard.services.queue import QueueOrder
from dashboard.services.rating_protocol import (
    LARGEST_OVERLAP,
    LONGEST_LEASE_MIN,
    MOST_REPEATS,
    RatingProtocol,
)
from engine.vocabulary import Channel

SINGLE_CHANNELS: Final = tuple(channel for channel in Channel if channel is not Channel.FULL)
PERCENT: Final = 100
KEYS_LENGTH: Final = 200
"""Characters of the keys of one question."""
SLOWEST_S: Final = 600.0


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    rules = rating_protocol.protocol_of(here.project)
    with st.form("project_rules", border=False):
        wanted: dict[str, object] = {"channels": _channels(rules)}
        order = _queue(here, rules, wanted)
        _checks(rules, wanted)
        typed = _keys(rules)
        if st.form_submit_button(messages.say("project.save"), type="primary", key="save_rules"):
            saving.save(lambda: _save(here, wanted, typed, order))


def _channels(rules: RatingProtocol) -> tuple[Channel, ...]:
    chosen = st.multiselect(
        messages.say("project.channels"),
        SINGLE_CHANNELS,
        default=[channel for channel in rules.channels if channel is not Channel.FULL],
        format_func=lambda channel: messages.say(f"project.channel.{channel.value}"),
        help=messages.say("project.channels_help"),
        placeholder=messages.say("project.channels_none"),
        key="rule_channels",
    )
    return (*chosen, Channel.FULL)


def _queue(here: visit.Visit, rules: RatingProtocol, wanted: dict[str, object]) -> QueueOrder:
    left, middle, right = st.columns(3)
    with left:
        wanted["overlap"] = _whole("overlap", rules.overlap, 0, LARGEST_OVERLAP)
    with middle:
        wanted["most_raters"] = _whole("most_raters", rules.most_raters, 0, LARGEST_OVERLAP)
    with right:
        wanted["lease_minutes"] = _whole("lease_minutes", rules.lease_minutes, 1, LONGEST_LEASE_MIN)
    orders = list(QueueOrder)
    return st.selectbox(
        messages.say("project.order"),
        orders,
        index=orders.index(queue.order_of(here.project)),
        format_func=lambda order: messages.say(f"project.order_name.{order.value}"),
        help=messages.say("project.order_help"),
        key="rule_order",
    )


def _checks(rules: RatingProtocol, wanted: dict[str, object]) -> None:
    st.subheader(messages.say("project.checks"))
    left, middle, right = st.columns(3)
    with left:
        wanted["control_share"] = _share("control_share", rules.control_share, 1.0)
        wanted["watched_share"] = _share("watched_share", rules.watched_share, 1.0)
        wanted["is_traced"] = st.toggle(
            messages.say("project.is_traced"),
            rules.is_traced,
            help=messages.say("project.is_traced_help"),
            key="rule_is_traced",
        )
    with middle:
        wanted["repeat_share"] = _share("repeat_share", rules.repeat_share, MOST_REPEATS)
        wanted["gold_share"] = _share("gold_share", rules.gold_share, MOST_REPEATS)
    with right:
        wanted["qualification"] = _whole("qualification", rules.qualification, 0, LARGEST_OVERLAP)
        wanted["qualification_right"] = _share("qualification_right", rules.qualification_right, 1.0)
        wanted["fastest_s"] = st.number_input(
            messages.say("project.fastest_s"),
            0.0,
            SLOWEST_S,
            min(rules.fastest_s, SLOWEST_S),
            0.5,
            help=messages.say("project.fastest_s_help"),
            key="rule_fastest_s",
        )


def _keys(rules: RatingProtocol) -> Mapping[str, str]:
    with st.expander(messages.say("project.keys")):
        st.caption(messages.say("project.keys_help"))
        usual = keymap_of({})
        return {
            question: st.text_input(
                messages.say(f"rating.{question}"),
                " ".join(cap(code) for code in rules.keys.get(question, ())),
                placeholder=" ".join(cap(code) for code in usual.of(question)),
                key=f"rule_keys_{question}",
                max_chars=KEYS_LENGTH,
            )
            for question in QUESTIONS
        }


def _save(
    here: visit.Visit, wanted: Mapping[str, object], typed: Mapping[str, str], order: QueueOrder
) -> None:
    keys = {question: codes for question, text in typed.items() if (codes := codes_of(text))}
    answers = {"emotion": len(label_sets.in_force(here.project, person_id=here.person.id).codes)}
    keymap_of(keys, answers={**ANSWERS, **answers})
    rating_protocol.change(here.project.id, person_id=here.person.id, **wanted, keys=keys)
    if order is not queue.order_of(here.project):
        queue.set_order(here.project.id, order, person_id=here.person.id)


ANSWERS: Final = {"delivery": 5, "expected": 7, "expressed": 7}
"""How many answers each question has, whatever the project; the emotions are the project's own."""


def codes_of(text: str) -> tuple[str, ...]:
    """The key codes that somebody typed as what is printed on the keys: ``"Q w 1"``."""
    return tuple(_code(word) for word in text.split())


def _code(word: str) -> str:
    if word == ";":
        return "Semicolon"
    if len(word) == 1 and word.isascii() and word.isalpha():
        return f"Key{word.upper()}"
    return f"Digit{word}" if len(word) == 1 and word.isascii() and word.isdigit() else word


def _whole(name: str, value: int, low: int, high: int) -> int:
    return int(
        st.number_input(
            messages.say(f"project.{name}"),
            low,
            high,
            value,
            help=messages.say(f"project.{name}_help"),
            key=f"rule_{name}",
        )
    )


def _share(name: str, value: float, most: float) -> float:
    percent = st.number_input(
        messages.say(f"project.{name}"),
        0,
        round(most * PERCENT),
        round(value * PERCENT),
        5,
        help=messages.say(f"project.{name}_help"),
        key=f"rule_{name}",
    )
    return float(percent) / PERCENT
