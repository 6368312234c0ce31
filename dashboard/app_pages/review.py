"""Review: watch what a task gives, answer, go on to the next; where it may be seen, beside the machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import streamlit as st

from dashboard import boundary, page_clock, visit
from dashboard.app_pages.review_sections import face_part, machine_opinion, task_form, tracing
from dashboard.components.evidence import evidence
from dashboard.components.player import PlayerScene, player
from dashboard.components.verdict_panel import verdict_panel
from dashboard.routes import media_url
from dashboard.services import classes, clip_list, drafts, messages, review
from db.records import AssignmentRecord, ClipStatus, ProjectRecord, SkipReason
from engine.errors import DailiesError
from engine.vocabulary import Channel, Protocol

REFRESH_S: Final = 2
PLAYER_SHARE: Final = (1.12, 1)
SHORTEST_S: Final = 0.1


def show() -> None:
    """Draw the page."""
    here = visit.here()
    view = _view(here)
    if view is None:
        st.header(messages.say("review.title"))
        _waiting(here.project)
        return
    if view.left_out is None or view.task is not None:  # a skipped clip is opened by a wish alone
        visit.open_clip(view.clip.id, view.channel)
    _head(view)
    _end(view)
    left, right = st.columns(PLAYER_SHARE, gap="medium")
    with left:
        _media(view)
    with right:
        _notice(view)
        if view.shows_machine:
            verdict_panel(machine_opinion.verdict(view))
        task_form.draw(here, view)
    if view.shows_machine and view.prediction is not None:
        st.divider()
        evidence(machine_opinion.evidence_of(view))
        face_part.draw(here, view, view.prediction)


def _view(here: visit.Visit) -> review.ReviewView | None:
    asked = visit.asked_clip()
    try:
        return review.view(here.project.id, here.person.id, asked, visit.asked_channel() if asked else None)
    except DailiesError:
        if asked is None:
            raise
        visit.open_clip(None)  # an old address: the clip is of another project, or gone
        return review.view(here.project.id, here.person.id)


@st.fragment(run_every=REFRESH_S)
def _waiting(project: ProjectRecord) -> None:
    with boundary.shown():
        counts = clip_list.counts(project.id, person_id=visit.here().person.id)
        total = sum(counts.values())
        if counts[ClipStatus.READY]:
            st.rerun()
        elif not total:
            st.info(messages.say("review.no_takes" if classes.is_class(project) else "review.no_clips"))
        elif counts[ClipStatus.FAILED] == total:
            st.warning(messages.say("review.all_failed"))
        else:
            st.progress(counts[ClipStatus.FAILED] / total, text=messages.say("review.analysing", n=total))


def _head(view: review.ReviewView) -> None:
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    bar.button(
        "", icon=":material/chevron_left:", help=messages.say("review.previous"), key="previous_clip",
        disabled=view.previous_clip_id is None, on_click=visit.open_clip, args=(view.previous_clip_id,),
    )  # fmt: skip
    bar.button(
        "", icon=":material/chevron_right:", help=messages.say("review.next"), key="next_clip",
        disabled=view.next_clip_id is None, on_click=visit.open_clip, args=(view.next_clip_id,),
    )  # fmt: skip
    where = messages.say("review.position", position=view.position, total=view.progress.ready)
    is_named = view.title != messages.say("queue.neutral_title", number=view.position)
    bar.text(f"{where} · {view.title}" if is_named else where)
    done = view.task_progress
    bar.caption(
        messages.say("review.task_progress", rated=done.answered, total=done.asked, skipped=done.skipped),
        help=None if done.counted_at is None else _counted(done.counted_at),
    )


def _counted(at: datetime) -> str:
    when = page_clock.local(at)
    return messages.say(f"review.counted.{when.day}", time=when.time, date=when.date)


def _end(view: review.ReviewView) -> None:
    done = view.task_progress
    if not view.is_through or not done.answered + done.skipped:
        return
    if done.skipped:
        st.success(messages.say("review.done_but", n=done.skipped))
    else:
        st.success(messages.say("review.done"))


def _notice(view: review.ReviewView) -> None:
    """What is asked of the person here, or why nothing is."""
    said = [] if view.left_out is None else [_skip_told(view.left_out)]
    if view.notice is not None:
        said.append(view.notice)
    elif view.task is not None and not view.shows_machine:
        said.append(_asked(view, is_control=view.task.control))
    if said:
        st.info("  \n".join(said))


def _skip_told(left_out: AssignmentRecord) -> str:
    reason = left_out.skip_reason or SkipReason.OTHER
    words = [messages.say(f"skip.{reason.value}"), messages.plain(left_out.skip_note)]
    return messages.say("review.you_skipped", why=" · ".join(filter(None, words)))


def _asked(view: review.ReviewView, *, is_control: bool) -> str:
    if view.channel is not Channel.FULL:
        return messages.say(f"review.channel_{view.channel.value}")
    if is_control:
        return messages.say("review.control")
    if view.project.protocol is Protocol.BLIND_ONLY:
        return messages.say("review.blind_only")
    return messages.say("review.blind")


def _media(view: review.ReviewView) -> None:
    clip = view.clip
    if view.channel is Channel.WORDS:
        with st.container(border=True):
            st.markdown(f"### “{messages.plain(clip.line)}”")
    elif view.shows_machine and view.prediction is not None:
        player(_watched(tracing.traced(machine_opinion.scene(view.clip, view.prediction), view), view))
    elif view.media_key is None:
        st.warning(messages.say("review.no_channel"))
    else:
        plain = PlayerScene(
            clip=clip.id,
            source=media_url(view.media_key),
            is_sound_only=view.channel is Channel.VOICE or clip.width is None,
            duration_s=clip.duration_s or SHORTEST_S,
            line=clip.line if view.channel is Channel.FULL else "",
        )
        player(_watched(tracing.traced(plain, view), view))
        if view.channel is Channel.FULL and not clip.line:
            st.info(messages.say("review.no_line"))


def _watched(scene: PlayerScene, view: review.ReviewView) -> PlayerScene:
    """The scene with what its person had seen of it before, as long as they have not answered."""
    if view.task is None or view.own_rating is not None:
        return scene
    seen = None if view.draft is None else view.draft.content.get(drafts.WATCHED)
    return replace(scene, watcher=f"{view.task.key.person_id}.{task_form.name_of(view)}", watched=seen)
