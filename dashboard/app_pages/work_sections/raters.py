"""All raters of a project in a table, and those who wait for the lead after the qualification round."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import aside_note, boundary, visit
from dashboard.services import messages, qualification, rater_quality, rater_words, task_progress
from dashboard.services.given_answers import Field
from dashboard.services.permissions import Act, may
from dashboard.services.qualification import Stand
from dashboard.services.rater_quality import RaterFigures


def section(here: visit.Visit) -> None:
    """Draw the section.

    Raises
    ------
    NotAllowedError
        If the person may not see others' answers.
    """
    st.divider()
    st.subheader(messages.say("my_work.raters.title"))
    _how_far(here)
    st.caption(messages.say("my_work.raters.what"))
    told = rater_quality.of_project(here.project.id, person_id=here.person.id)
    aside_note.show(told)
    found = told.value
    if found is None:
        return
    if not found:
        st.info(messages.say("my_work.raters.nobody"))
        return
    st.dataframe(pd.DataFrame([_row(each) for each in found]), hide_index=True, width="stretch", key="raters")
    for each in found:
        for sign in each.signs:
            st.markdown(f"- **{messages.plain(_name(each))}**: {rater_words.sign(sign)}")
    waiting = [each for each in found if each.qualification.stand is Stand.FAILED]
    if waiting and may(here.role, Act.SET_UP):
        _waiting(here, waiting)


def _how_far(here: visit.Visit) -> None:
    told = task_progress.of_project(here.project.id, person_id=here.person.id)
    aside_note.show(told)
    if (found := told.value) is None:
        return
    answers, clips = st.columns(2)
    for place, name, done, wanted in (
        (answers, "given", found.answered, found.asked),
        (clips, "complete", found.complete, found.clips),
    ):
        value = messages.say("my_work.progress_value", answered=done, asked=wanted)
        place.metric(messages.say(f"my_work.raters.{name}"), value)


def _waiting(here: visit.Visit, waiting: list[RaterFigures]) -> None:
    st.markdown(messages.say("my_work.qualification.waiting"))
    for each in waiting:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        row.text(f"{_name(each)} · {rater_words.qualification_short(each.qualification)}")
        for act, words in (
            (qualification.grant_round, "my_work.qualification.another"),
            (qualification.let_in, "my_work.qualification.let_in_button"),
        ):
            row.button(
                messages.say(words),
                key=f"{act.__name__}_{each.person_id}",
                on_click=boundary.guarded(act),
                args=(here.project.id, each.person_id),
                kwargs={"person_id": here.person.id},
            )


def _name(found: RaterFigures) -> str:
    if found.simulated:
        return messages.say("my_work.raters.simulated", name=found.pseudonym)
    return found.pseudonym


def _row(found: RaterFigures) -> dict[str, Any]:
    return {
        messages.say("my_work.column.rater"): _name(found),
        messages.say("my_work.column.answers"): found.answers,
        messages.say("my_work.column.pace"): None if found.seconds is None else round(found.seconds),
        messages.say("my_work.column.severity"): rater_words.severity_short(
            found.severity.get(Field.DELIVERY)
        ),
        messages.say("my_work.column.steady"): rater_words.steadiness_short(found.steadiness),
        messages.say("my_work.column.known"): rater_words.tally(found.silent),
        messages.say("my_work.column.qualification"): rater_words.qualification_short(found.qualification),
        messages.say("my_work.column.signs"): len(found.signs),
    }
