"""The form in which work is set, and changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import saving
from dashboard.services import classes, label_sets, messages, rubric
from db.records import SetWork, SetWorkRecord, Target
from engine.vocabulary import Emotion

START_WEIGHT: Final = 1.0


def work_form(
    here: visit.Visit, key: str, before: SetWorkRecord | None, store: Callable[[SetWork], object]
) -> None:
    """Draw the form.

    Parameters
    ----------
    key : str
        Ends the keys of its fields.
    before : SetWorkRecord or None
        What is set now; ``None`` for new work.
    store : callable
        Gets what was filled in.
    """
    labels = label_sets.in_force(here.project, person_id=here.person.id)
    targets, emotions = list(Target), [None, *labels.codes]
    known = {} if before is None else {each.key: each for each in rubric.read(before.rubric)}
    with st.form(f"work_{key}", border=False, clear_on_submit=False):
        title = st.text_input(
            messages.say("classes.room.work_title"),
            "" if before is None else before.title,
            max_chars=classes.TITLE_LENGTH,
            key=f"work_title_{key}",
        )
        lines = st.text_area(
            messages.say("classes.room.lines"),
            "" if before is None else "\n".join(before.lines),
            key=f"work_lines_{key}",
            height=100,
            max_chars=classes.MOST_LINES * (classes.LINE_LENGTH + 1),
        )
        left, right = st.columns(2)
        target = left.radio(
            messages.say("classes.room.target"),
            targets,
            index=0 if before is None else targets.index(before.target),
            format_func=lambda one: messages.say(f"classes.target.{one.value}"),
            key=f"work_target_{key}",
        )
        emotion = right.selectbox(
            messages.say("classes.room.emotion"),
            emotions,
            index=0 if before is None or before.emotion not in emotions else emotions.index(before.emotion),
            format_func=lambda one: "–" if one is None else labels.name(one, messages.spoken()),
            key=f"work_emotion_{key}",
        )
        instructions = st.text_area(
            messages.say("classes.room.instructions"),
            "" if before is None else before.instructions,
            key=f"work_instructions_{key}",
            height=70,
            max_chars=classes.TEXT_LENGTH,
        )
        st.markdown(messages.say("classes.room.weights"))
        fields = st.columns(len(rubric.STANDARD))
        weights = {
            name: float(
                field.number_input(
                    messages.say(f"classes.criterion.{name}"),
                    0.0,
                    float(rubric.MOST_WEIGHT),
                    START_WEIGHT if before is None else known[name].weight if name in known else 0.0,
                    0.5,
                    key=f"weight_{name}_{key}",
                )
            )
            for name, field in zip(rubric.STANDARD, fields, strict=True)
        }
        own = st.text_area(
            messages.say("classes.room.own"),
            rubric.typed([each for each in known.values() if each.key not in rubric.STANDARD]),
            key=f"own_criteria_{key}",
            height=70,
            max_chars=classes.TEXT_LENGTH,
        )
        said = messages.say("classes.room.set" if before is None else "classes.room.change")
        if st.form_submit_button(said, type="primary", key=f"set_work_{key}"):
            saving.save(
                lambda: store(
                    SetWork(
                        title=title,
                        lines=tuple(lines.splitlines()),
                        target=target,
                        emotion=None if emotion is None else Emotion(emotion),
                        rubric=rubric.stored(rubric.made(weights, rubric.own_ones(own))),
                        instructions=instructions,
                    )
                ),
                said=messages.say("app.stored"),
            )
