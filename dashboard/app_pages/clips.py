"""Clips: bring them in, see how far each is, correct what is known, analyse again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.clips_sections import adding, answers
from dashboard.components.clip_table import clip_table
from dashboard.services import analysis_stop, clip_list, importing, messages, queue
from db.records import ClipDetails, ClipStatus
from engine.vocabulary import Emotion

REFRESH_S: Final = 2
IDLE_REFRESH_S: Final = 15
"""While nothing is being analysed or brought in; drawing a page of the list takes a quarter of a second."""
_DETAILS: Final = "clip_details"
_AFTER: Final = "clips_after"
_BEGUN: Final = "clips_begun"
ALL: Final = "all"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    asked = st.session_state.pop(_DETAILS, None)
    st.header(messages.say("clips.title"))
    counts = clip_list.counts(here.project.id, person_id=here.person.id)
    with st.expander(messages.say("clips.add"), expanded=not sum(counts.values()), icon=":material/upload:"):
        adding.fields(here)
    is_coming = adding.progress(here)
    status, text = _filters()
    _list(here.project.id, status, text, is_busy=is_coming or _is_under_way(counts))
    _order(here)
    answers.show(here)
    if asked:
        dialog = st.dialog(messages.say("clips.details"), width="medium")
        dialog(_details)(asked, here.person.id)


def _order(here: visit.Visit) -> None:
    is_informative = queue.order_of(here.project) is queue.QueueOrder.MOST_INFORMATIVE
    wanted = st.toggle(
        messages.say("clips.most_informative"),
        value=is_informative,
        help=messages.say("clips.most_informative_help"),
    )
    if wanted != is_informative:
        order = queue.QueueOrder.MOST_INFORMATIVE if wanted else queue.QueueOrder.IN_ORDER
        queue.set_order(here.project.id, order, person_id=here.person.id)
        st.rerun()


def _filters() -> tuple[ClipStatus | None, str]:
    left, right = st.columns([3, 2])
    options = [ALL, *(status.value for status in ClipStatus)]
    chosen = left.segmented_control(
        messages.say("clips.filter"),
        options,
        default=ALL,
        format_func=lambda name: (
            messages.say(f"clips.{ALL}") if name == ALL else messages.say(f"status.{name}")
        ),
        label_visibility="collapsed",
        on_change=_from_the_start,
    )
    text = right.text_input(
        messages.say("clips.search"),
        placeholder=messages.say("clips.search"),
        label_visibility="collapsed",
        max_chars=clip_list.LONGEST_SEARCH,
        on_change=_from_the_start,
    )
    return (None if chosen in (None, ALL) else ClipStatus(chosen)), text.strip()


def _from_the_start() -> None:
    st.session_state[_AFTER] = [0]


def _is_under_way(counts: Mapping[ClipStatus, int]) -> bool:
    return bool(counts[ClipStatus.QUEUED] or counts[ClipStatus.ANALYSING])


def _list(project_id: int, status: ClipStatus | None, text: str, *, is_busy: bool) -> None:
    @st.fragment(run_every=REFRESH_S if is_busy else IDLE_REFRESH_S)
    def shown() -> None:
        if _DETAILS in st.session_state or st.session_state.pop(_BEGUN, False) or visit.is_turning():
            st.rerun()  # what was asked for lies outside this fragment, or wants it drawn more often
        _page(project_id, status, text)

    shown()


def _page(project_id: int, status: ClipStatus | None, text: str) -> None:
    _analysis(project_id, clip_list.counts(project_id, person_id=visit.here().person.id))
    trail: list[int] = st.session_state.setdefault(_AFTER, [0])
    page = clip_list.look(
        project_id, person_id=visit.here().person.id, status=status, text=text, after=trail[-1]
    )
    clip_table(page.items, on_act=_act)
    back, forth, _ = st.columns([1, 1, 6])
    if len(trail) > 1 and back.button(messages.say("clips.back"), key="clips_back"):
        trail.pop()
        st.rerun()
    if page.next_key is not None and forth.button(messages.say("clips.more"), key="clips_more"):
        trail.append(page.next_key)
        st.rerun()


def _analysis(project_id: int, state: Mapping[ClipStatus, int]) -> None:
    """How far the analysis is, with the way to stop it and to go on."""
    total, waiting = sum(state.values()), state[ClipStatus.QUEUED]
    done = state[ClipStatus.READY] + state[ClipStatus.FAILED] + state[ClipStatus.WITHDRAWN]
    is_stopped = analysis_stop.is_stopped(project_id, person_id=visit.here().person.id)
    if done == total and not is_stopped:
        return
    said, button = st.columns([5, 1], vertical_alignment="center")
    if not is_stopped:
        said.progress(done / total, text=messages.say("clips.analysed", done=done, total=total))
    elif state[ClipStatus.ANALYSING]:
        said.info(messages.say("clips.stopped_working", n=waiting), icon=":material/pause_circle:")
    else:
        said.info(messages.say("clips.stopped", n=waiting), icon=":material/pause_circle:")
    button.button(
        messages.say("clips.go_on") if is_stopped else messages.say("clips.stop"),
        key="go_on" if is_stopped else "stop_analysis",
        type="primary" if is_stopped else "secondary",
        on_click=boundary.guarded(analysis_stop.go_on if is_stopped else analysis_stop.stop),
        args=(project_id,),
        kwargs={"person_id": visit.here().person.id},
        width="stretch",
    )


def _act(what: str, clip_id: str) -> None:
    boundary.guarded(_do)(what, clip_id)


def _do(what: str, clip_id: str) -> None:
    if what == "again":
        importing.analyse_again(clip_id, person_id=visit.here().person.id)
        st.session_state[_BEGUN] = True
    elif what == "details":
        st.session_state[_DETAILS] = clip_id
    elif what == "review":
        visit.go_to_review(clip_id)


def _details(clip_id: str, person_id: int) -> None:
    with boundary.shown():
        clip = clip_list.clip(clip_id, person_id=visit.here().person.id)
        st.text(clip.original_name)
        with st.form("details", border=False):
            line = st.text_area(messages.say("clips.line"), clip.line, max_chars=2000, height=80)
            left, middle, right = st.columns(3)
            actor = left.text_input(messages.say("clips.actor"), clip.actor or "", max_chars=80)
            language = middle.text_input(messages.say("clips.language"), clip.language or "", max_chars=16)
            genre = right.text_input(messages.say("clips.genre"), clip.genre or "", max_chars=80)
            names = ["", *(emotion.value for emotion in Emotion)]
            emotion = left.selectbox(
                messages.say("clips.directed_emotion"),
                names,
                index=0 if clip.directed_emotion is None else names.index(clip.directed_emotion.value),
                format_func=lambda name: messages.say(f"emotion.{name}") if name else "–",
            )
            strength = middle.number_input(
                messages.say("clips.directed_intensity"), 0.0, 1.0, clip.directed_intensity, 0.05
            )
            if st.form_submit_button(messages.say("clips.save"), type="primary"):
                wanted = ClipDetails(
                    line=line.strip(),
                    line_source=clip_list.source_of(line),
                    actor=actor.strip() or None,
                    language=language.strip() or None,
                    genre=genre.strip() or None,
                    directed_emotion=Emotion(emotion) if emotion else None,
                    directed_intensity=strength,
                )
                clip_list.correct(clip_id, wanted, person_id=person_id)
                st.rerun()
        st.caption(messages.say("clips.line_changes"))
