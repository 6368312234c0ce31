"""Perform: record or upload a take of a line, read the verdict, see what to change, do it again."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.perform_sections import comparison, line_choice
from dashboard.app_pages.review_sections import machine_opinion
from dashboard.components.file_picker import PickerView, file_picker
from dashboard.components.player import PlayerScene, player
from dashboard.components.recorder import RecorderView, recorder
from dashboard.components.verdict_panel import verdict_panel
from dashboard.routes import media_url
from dashboard.services import coaching, messages, takes, uploads
from dashboard.services.recording_pass import Performer
from dashboard.services.takes import SeenTake, Wanted
from db.records import ClipStatus

REFRESH_S: Final = 1
SHORTEST_S: Final = 0.1
SHARES: Final = (1, 1.15)
_SHOWN: Final = "perform_shown"
_ROUND: Final = "perform_round"
_CHOICE: Final = "perform_choice"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("perform.title"))
    tells = takes.tells_verdict(here.role)
    st.caption(messages.say("perform.advice_only" if tells else "perform.for_teacher"))
    takes.check(here.project.id, here.person.id)
    left, right = st.columns(SHARES, gap="medium")
    with left:
        wanted = line_choice.choose(here)
        performer = Performer(here.project.id, here.person.id)
        recorder(RecorderView(performer, wanted, tells), on_taken=_taken)
        _upload(performer, wanted)
        st.caption(messages.say("perform.consent"))
    seen = takes.mine(here.project.id, here.person.id, line=wanted.line or None)
    with right:
        _verdict(here, _chosen(seen))
    comparison.draw(seen)


def _taken(clip_id: str) -> None:
    st.session_state[_SHOWN] = clip_id
    st.session_state.pop(_CHOICE, None)


def _upload(performer: Performer, wanted: Wanted) -> None:
    with st.expander(messages.say("perform.upload"), icon=":material/upload:"):
        number = st.session_state.setdefault(_ROUND, 0)
        files = file_picker(PickerView(performer, messages.say("perform.file")), key=f"perform_file_{number}")
        if st.button(messages.say("perform.send"), disabled=not files, key="perform_send") and files:
            with boundary.shown(), uploads.opened(performer, files[0].key) as file:
                name, key = files[0].name, files[0].key
                take = takes.add(performer, file, name=name, wanted=wanted, recording_key=key)
                uploads.drop(performer, key)
                st.session_state[_ROUND] = number + 1
                _taken(take.clip_id)
                st.rerun()


def _chosen(seen: tuple[SeenTake, ...]) -> SeenTake | None:
    """The take that is looked at: the one just made, else the one chosen, else the newest of the line."""
    if not seen:
        return None
    ids = [take.clip.id for take in seen]
    just_made = st.session_state.get(_SHOWN)
    if just_made in ids and _CHOICE not in st.session_state:
        st.session_state[_CHOICE] = just_made
    if st.session_state.get(_CHOICE) not in ids:
        st.session_state[_CHOICE] = ids[-1]
    if len(seen) > 1:
        names = {take.clip.id: comparison.name(take) for take in seen}
        st.segmented_control(
            messages.say("perform.which_take"),
            list(names),
            format_func=lambda key: names[key],
            key=_CHOICE,
            label_visibility="collapsed",
        )
    return next((take for take in seen if take.clip.id == st.session_state.get(_CHOICE)), seen[-1])


def _verdict(here: visit.Visit, take: SeenTake | None) -> None:
    if take is None:
        tells = takes.tells_verdict(here.role)
        st.info(messages.say("perform.nothing_yet" if tells else "perform.nothing_for_teacher"))
        return
    if takes.is_waiting(take):
        _waiting(take.clip.id, here.person.id)
        return
    if not takes.tells_verdict(here.role):
        st.success(messages.say("perform.handed_in" if take.take.assignment_id else "perform.kept"))
        player(_plain(take), key="perform_player")
        return
    prediction, judgement = take.view.prediction, take.view.judgement
    if take.clip.status is ClipStatus.FAILED or prediction is None or judgement is None:
        st.warning(messages.plain(take.clip.message or messages.say("perform.failed")))
        return
    verdict_panel(machine_opinion.verdict(take.view), key="perform_verdict")
    _advice(coaching.advice(prediction.analysis, judgement.verdict))
    if not take.clip.line and take.line:
        st.caption(messages.say("perform.heard", line=messages.plain(take.line)))
    player(machine_opinion.scene(take.clip, prediction), key="perform_player")


def _plain(take: SeenTake) -> PlayerScene:
    clip = take.clip
    return PlayerScene(
        clip=clip.id,
        source=media_url(clip.playable_key),
        is_sound_only=clip.width is None,
        duration_s=clip.duration_s or SHORTEST_S,
        line=clip.line,
    )


def _advice(sentences: tuple[str, ...]) -> None:
    if not sentences:
        return
    st.markdown(f"**{messages.say('perform.change')}**")
    st.markdown("\n".join(f"- {messages.plain(sentence)}" for sentence in sentences))


def _waiting(clip_id: str, person_id: int) -> None:
    @st.fragment(run_every=REFRESH_S)
    def shown() -> None:
        with boundary.shown():
            if not takes.is_waiting(takes.look(clip_id, person_id)):
                st.rerun()
            st.progress(0.0, text=messages.say("perform.analysing"))

    shown()
