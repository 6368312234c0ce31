"""Decide: disputed and flagged clips, all answers side by side, a decision with a reason, and the next."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import aside_note, boundary, visit
from dashboard.app_pages.adjudicate_sections import case_list, flag_notes, past_decisions
from dashboard.components.answers_table import answers_table
from dashboard.components.decision_form import DecisionScene, SentDecision, StoredPress, decision_form
from dashboard.components.keymap import keymap_of
from dashboard.components.player import PlayerScene, player
from dashboard.components.rating_form import EmotionOption
from dashboard.routes import media_url
from dashboard.services import adjudication, case_table, label_sets, messages
from dashboard.services.adjudication import Agenda, Case, Decision, Waiting
from dashboard.services.case_table import CaseTable
from dashboard.services.given_answers import Field
from dashboard.services.label_sets import LabelSet
from dashboard.services.rating_protocol import Question, protocol_of
from engine.vocabulary import Delivery, Emotion

CASE_PARAMETER: Final = "case"
PLAYER_SHARE: Final = (1.12, 1)
SHORTEST_S: Final = 0.1
_OPEN: Final = "case_open"
_STORED: Final = "decision_stored"
_JUST: Final = "just_decided"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("adjudicate.title"))
    st.caption(messages.say("adjudicate.what"))
    just = st.session_state.pop(_JUST, None)
    if just:
        st.toast(messages.say("adjudicate.stored", name=messages.plain(just)))
    agenda = adjudication.agenda(here.project.id, person_id=here.person.id)
    aside_note.show(agenda.laid)
    waiting = agenda.waiting
    labels = label_sets.in_force(here.project, person_id=here.person.id)
    chosen = _chosen(agenda)
    if not waiting and agenda.laid.value is not None:
        st.success(messages.say("adjudicate.nothing"))
    if chosen is not None:
        _case(here, chosen, waiting, labels)
    case_list.show(waiting, on_open=open_case)
    past_decisions.of_project(agenda.decided, labels, on_open=open_case)


def open_case(clip_id: str) -> None:
    """Make a clip the one on the table; it stands in the address, so that a reload comes back to it."""
    st.query_params[CASE_PARAMETER] = clip_id
    st.session_state[_OPEN] = clip_id


def _chosen(agenda: Agenda) -> Case | None:
    asked = st.query_params.get(CASE_PARAMETER) or st.session_state.get(_OPEN)
    return agenda.find(asked) or (agenda.waiting[0] if agenda.waiting else None)


def _case(here: visit.Visit, case: Case, waiting: Waiting, labels: LabelSet) -> None:
    table = case_table.of_clip(here.project.id, case.clip_id, person_id=here.person.id)
    _head(case, waiting)
    left, right = st.columns(PLAYER_SHARE, gap="medium")
    with left:
        _media(table)
    with right:
        flag_notes.show(here, table)
        if not table.has_own:
            st.caption(messages.say("adjudicate.not_rated_yourself"))
        _form(here, table, case, waiting, labels)
    if table.voices:
        answers_table(table.voices, labels)
    else:
        st.info(messages.say("adjudicate.no_answers"))
    past_decisions.of_clip(table, labels)


def _head(case: Case, waiting: Waiting) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    for where, shape in (("previous", "left"), ("next", "right")):
        bar.button(
            "",
            icon=f":material/chevron_{shape}:",
            help=messages.say(f"adjudicate.{where}"),
            key=f"{where}_case",
            disabled=not waiting,
            on_click=_move,
            args=(case.clip_id, waiting, where),
        )
    if case.clip_id in waiting.ids:
        place = waiting.ids.index(case.clip_id) + 1
        bar.text(messages.say("adjudicate.place", place=place, total=len(waiting)))
    bar.text(f"· {case.name}")


def _media(table: CaseTable) -> None:
    clip = table.clip
    player(
        PlayerScene(
            clip=clip.id,
            source=media_url(clip.playable_key),
            is_sound_only=clip.width is None,
            duration_s=clip.duration_s or SHORTEST_S,
            line=clip.line,
        ),
        key="case_player",
    )


def _form(here: visit.Visit, table: CaseTable, case: Case, waiting: Waiting, labels: LabelSet) -> None:
    language = messages.spoken()
    emotions = tuple(
        EmotionOption(code, labels.name(code, language), labels.definition(code, language))
        for code in labels.codes
    )

    def decided(sent: SentDecision) -> None:
        adjudication.decide(
            here.project.id,
            sent.clip,
            sent.decision,
            person_id=here.person.id,
            base=sent.base,
            considered=table.considered,
        )
        st.session_state[_STORED] = StoredPress(sent.clip, sent.key)
        st.session_state[_JUST] = case.name
        _move(sent.clip, waiting, "next")

    decision_form(
        DecisionScene(
            clip=case.clip_id,
            person=str(here.person.id),
            base=table.base,
            emotions=emotions,
            suggestion=_suggestion(table),
            is_split=any(each.is_split for each in table.consensus.values()),
            stored=st.session_state.get(_STORED),
        ),
        keymap=keymap_of(protocol_of(here.project).keys, answers={Question.EMOTION.value: len(labels.codes)}),
        on_decide=boundary.guarded(decided),
        on_move=lambda where: _move(case.clip_id, waiting, where),
    )


def _suggestion(table: CaseTable) -> Decision:
    """What the answers add up to, as far as people are not split."""
    told = {field: found.value for field, found in table.consensus.items() if not found.is_split}
    delivery, emotion = told.get(Field.DELIVERY), told.get(Field.EMOTION)
    expected, expressed = told.get(Field.EXPECTED), told.get(Field.EXPRESSED)
    return Decision(
        reason="",
        delivery=None if delivery is None else Delivery(int(delivery)),
        emotion=None if emotion is None else Emotion(emotion),
        expected_intensity=None if expected is None else float(expected),
        expressed_intensity=None if expressed is None else float(expressed),
    )


def _move(clip_id: str, waiting: Waiting, where: str) -> None:
    """Open the case behind or before one, round the end; stay where no other waits."""
    ids = waiting.ids
    if not ids:
        return
    step = 1 if where == "next" else -1
    open_case(ids[(ids.index(clip_id) + step) % len(ids)] if clip_id in ids else ids[0])
