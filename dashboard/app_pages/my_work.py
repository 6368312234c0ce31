"""My work: how one rates, for oneself; for whoever leads, all raters and the answers that are known."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import aside_note, visit
from dashboard.app_pages.threshold_sections import clip_links
from dashboard.app_pages.work_sections import known_answers, raters
from dashboard.services import messages, qualification, rater_quality, rater_words, task_progress
from dashboard.services.left_out import left_out
from dashboard.services.permissions import Act, may
from dashboard.services.qualification import Stand
from dashboard.services.rater_quality import COMPARED, RaterFigures

STAND_ICONS: Final = {Stand.PASSED: ":material/check_circle:", Stand.FAILED: ":material/hourglass_empty:"}


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("my_work.title"))
    st.caption(messages.say("my_work.what"))
    _qualification(here)
    told = rater_quality.own(here.project.id, here.person.id)
    aside_note.show(told)
    for found in told.value or ():
        _own(here, found)
    if told.value == ():
        st.info(messages.say("my_work.nothing"))
    _left_out(here)
    if may(here.role, Act.SEE_MACHINE):
        raters.section(here)
    if may(here.role, Act.SET_UP):
        known_answers.section(here)


def _qualification(here: visit.Visit) -> None:
    found = qualification.look(here.project.id, here.person.id)
    if found.stand is Stand.NOT_ASKED:
        return
    st.info(
        f"{messages.say('my_work.qualification.title')} · {rater_words.qualification(found)}",
        icon=STAND_ICONS.get(found.stand, ":material/school:"),
    )


def _own(here: visit.Visit, found: RaterFigures) -> None:
    done = task_progress.progress(here.project.id, here.person.id)
    left, middle, right = st.columns([1, 1, 2])
    left.metric(messages.say("my_work.answered"), found.answers)
    middle.metric(messages.say("my_work.pace"), rater_words.pace(found))
    right.metric(
        messages.say("my_work.progress"),
        messages.say("my_work.progress_value", answered=done.answered, asked=done.asked),
        messages.say("my_work.skipped", n=done.skipped) if done.skipped else None,
        delta_color="off",
        delta_arrow="off",
    )
    st.markdown(f"#### {messages.say('my_work.severity.title')}")
    for field in COMPARED:
        st.markdown(f"- {rater_words.severity(field, found.severity.get(field))}")
    st.caption(messages.say("my_work.severity.note"))
    st.markdown(f"#### {messages.say('my_work.steady.title')}")
    for sentence in rater_words.steadiness(found.steadiness):
        st.markdown(f"- {sentence}")
    if found.training.asked:
        st.markdown(f"#### {messages.say('my_work.known.title')}")
        st.markdown(
            messages.say("my_work.known.told", right=found.training.right, asked=found.training.asked)
        )


def _left_out(here: visit.Visit) -> None:
    st.markdown(f"#### {messages.say('my_work.left_out.title')}")
    found = left_out(here.project.id, here.person.id)
    if not found:
        st.markdown(messages.say("my_work.left_out.none"))
        return
    links = {
        each.clip_id: clip_links.ClipLink(
            each.clip_id, each.name, messages.say(f"my_work.left_out.{each.kind.value}", why=each.why)
        )
        for each in reversed(found)  # one link a clip; what was skipped comes before what was flagged
    }
    clip_links.show(tuple(reversed(links.values())), key="left_out")
