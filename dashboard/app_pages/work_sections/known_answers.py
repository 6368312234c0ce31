"""Known answers: which clips have one, and making one's own answer to a clip the known one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import accepted_answer, gold, label_sets, messages
from dashboard.services.accepted_answer import LEVELS, Accepted
from dashboard.services.rating_protocol import Question, protocol_of
from db.records import ClipRecord, Purpose, RatingRecord
from engine.vocabulary import Delivery, Emotion

_SAVED: Final = "gold_saved"
LAST: Final = LEVELS - 1


def section(here: visit.Visit) -> None:
    """Draw the section.

    Raises
    ------
    NotAllowedError
        If the person may not set the project up.
    """
    st.divider()
    st.subheader(messages.say("gold.title"))
    st.caption(messages.say("gold.what"))
    rules = protocol_of(here.project)
    st.caption(
        messages.say(
            "gold.shares",
            gold=_percent(rules.gold_share),
            repeats=_percent(rules.repeat_share),
            clips=rules.qualification,
            right=_percent(rules.qualification_right),
        )
    )
    known = gold.listing(here.project.id, person_id=here.person.id)
    if not known:
        st.markdown(messages.say("gold.none"))
    for each in known:
        row = st.container(horizontal=True, vertical_alignment="center", gap="small")
        purpose = messages.say(f"gold.purpose_name.{each.gold.purpose.value}")
        row.text(f"{each.name} · {purpose} · {each.words}")
        row.button(
            messages.say("gold.retire"),
            key=f"retire_{each.gold.id}",
            type="tertiary",
            on_click=boundary.guarded(gold.retire),
            args=(each.gold.clip_id,),
            kwargs={"person_id": here.person.id, "channel": each.gold.channel},
        )
    with st.expander(messages.say("gold.add"), icon=":material/add:", expanded=_SAVED in st.session_state):
        _editor(here)


def _editor(here: visit.Visit) -> None:
    saved = st.session_state.pop(_SAVED, None)
    if saved:
        st.success(saved)
    given = gold.own_answers(here.project.id, here.person.id)
    if not given:
        st.markdown(messages.say("gold.nothing_rated"))
        return
    by_clip = {clip.id: (clip, rating) for clip, rating in given}
    chosen = st.selectbox(
        messages.say("gold.clip"),
        list(by_clip),
        format_func=lambda clip_id: by_clip[clip_id][0].original_name,
        key="gold_clip",
    )
    clip, rating = by_clip[chosen]
    with st.form(f"gold_{rating.id}", border=False):
        purpose = st.segmented_control(
            messages.say("gold.purpose"),
            list(gold.PURPOSES),
            default=Purpose.GOLD_SILENT,
            required=True,
            format_func=lambda each: messages.say(f"gold.purpose_name.{each.value}"),
        )
        accepted = _accepted(here, rating)
        feedback = st.text_input(messages.say("gold.feedback"), max_chars=gold.FEEDBACK_LENGTH)
        if st.form_submit_button(messages.say("gold.save"), type="primary"):
            with boundary.shown():
                _save(here, clip, Accepted(*accepted), purpose, feedback)


def _save(here: visit.Visit, clip: ClipRecord, accepted: Accepted, purpose: Purpose, feedback: str) -> None:
    gold.put(clip.id, accepted, purpose=purpose, person_id=here.person.id, feedback=feedback)
    words = accepted.words(messages.catalogue(messages.spoken()))
    st.session_state[_SAVED] = messages.say("gold.saved", words=words)
    st.rerun()


def _accepted(
    here: visit.Visit, rating: RatingRecord
) -> tuple[
    tuple[float, float] | None,
    tuple[Emotion, ...],
    tuple[float, float] | None,
    tuple[float, float] | None,
]:
    """What is right, each question with a box that says whether it matters."""
    proposed = accepted_answer.around(rating)
    delivery = None
    span = proposed.delivery or (float(Delivery.RIGHT), float(Delivery.RIGHT))
    matters, where = _row(Question.DELIVERY, is_proposed=proposed.delivery is not None, key=rating.id)
    low, high = where.select_slider(
        _field(Question.DELIVERY),
        list(Delivery),
        (Delivery(int(span[0])), Delivery(int(span[1]))),
        format_func=lambda step: messages.say(f"delivery.{step.name.lower()}"),
    )
    if matters:
        delivery = float(low), float(high)
    matters, where = _row(Question.EMOTION, is_proposed=bool(proposed.emotions), key=rating.id)
    labels = label_sets.in_force(here.project, person_id=here.person.id)
    emotions = where.multiselect(
        _field(Question.EMOTION),
        list(labels.codes),
        [each for each in proposed.emotions if each in labels.codes],
        format_func=lambda code: labels.name(code, messages.spoken()),
    )
    return (
        delivery,
        tuple(emotions) if matters else (),
        _levels(Question.EXPECTED, proposed.expected, key=rating.id),
        _levels(Question.EXPRESSED, proposed.expressed, key=rating.id),
    )


def _levels(
    question: Question, proposed: tuple[float, float] | None, *, key: int
) -> tuple[float, float] | None:
    matters, where = _row(question, is_proposed=proposed is not None, key=key)
    span = (0.0, 1.0) if proposed is None else proposed
    low, high = where.select_slider(
        _field(question),
        list(range(LEVELS)),
        (accepted_answer.level_of(span[0]), accepted_answer.level_of(span[1])),
        format_func=lambda step: messages.say(f"level.{step}"),
    )
    return (low / LAST, high / LAST) if matters else None


def _row(
    question: Question, *, is_proposed: bool, key: int
) -> tuple[bool, st.delta_generator.DeltaGenerator]:
    box, where = st.columns([1, 5], vertical_alignment="bottom")
    matters = box.checkbox(messages.say("gold.matters"), is_proposed, key=f"matters_{question.value}_{key}")
    return matters, where


def _field(question: Question) -> str:
    return messages.say(f"gold.field.{question.value}")


def _percent(share: float) -> str:
    return f"{share:.0%}".removesuffix("%")
