"""The form of the task in hand: what it is given, and where the page goes when it is done."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.answer_routes import draft_sent
from dashboard.app_pages import guideline_view
from dashboard.app_pages.review_sections import machine_opinion
from dashboard.components.keymap import keymap_of
from dashboard.components.rating_form import (
    Answer,
    EmotionOption,
    FormActs,
    FormScene,
    Notice,
    rating_form,
)
from dashboard.services import assigning, guidelines, label_sets, messages, task_pass, undoing
from dashboard.services.guidelines import Guideline
from dashboard.services.rating_protocol import Question, protocol_of
from dashboard.services.review import ReviewView
from dashboard.services.skipped_tasks import next_skipped
from db.columns import now
from db.records import RatingRecord, SkipReason
from engine.vocabulary import Channel, Protocol

RATER_FLAG: Final = "rater"
_GUIDE: Final = "guide_asked"
_NOTICE: Final = "form_notice"
_AGAIN: Final = "second_look_began"
SECONDS_A_MINUTE: Final = 60


def draw(here: visit.Visit, view: ReviewView) -> None:
    """Draw the form.

    Raises
    ------
    UnknownNameError
        If the keys of the project collide.
    """
    emotions = _emotions(view)
    rules = protocol_of(view.project)
    guideline = guidelines.shown(view.project.id, messages.spoken(), person_id=visit.here().person.id)
    keys = keymap_of(rules.keys, answers={Question.EMOTION.value: len(emotions)})
    scene = replace(
        _scene(here, view, emotions),
        guideline_id=guideline.id,
        notice=st.session_state.get(_NOTICE),
    )
    rating_form(scene, keymap=keys, acts=_acts(here, view))
    if st.session_state.pop(_GUIDE, False):
        _show_guide(guideline)


def _show_guide(guideline: Guideline) -> None:
    @st.dialog(messages.say("review.guide"), width="large")
    def shown() -> None:
        guideline_view.draw(guideline, name="guide")

    shown()


def _scene(here: visit.Visit, view: ReviewView, emotions: tuple[EmotionOption, ...]) -> FormScene:
    task = view.task
    rules = protocol_of(view.project)
    prediction = view.prediction if view.shows_machine else None
    own = view.own_rating
    return FormScene(
        task=name_of(view),
        clip=view.clip.id,
        title=view.title,
        person=str(here.person.id),
        pass_=None if task is None else task_pass.issue(task.key),
        base=None if own is None else own.id,
        questions=view.questions,
        emotions=emotions,
        machine=None
        if prediction is None
        else machine_opinion.opinion(view, [option.code for option in emotions]),
        mine=None if own is None else _mine(own),
        shown=None if prediction is None else prediction.id,
        draft=draft_sent(view.draft),
        needs_reason=_reveals(view) and own is not None,
        reveals=_reveals(view),
        watched_share=0.0 if task is None or task.key.channel is Channel.WORDS else rules.watched_share,
        lease_s=float(rules.lease_minutes * SECONDS_A_MINUTE),
        onward=_onward(view),
        no_undo=undoing.refusal(here.project.id, here.person.id),
    )


def _onward(view: ReviewView) -> str | None:
    """What the main button says where nothing is to be sent; ``None`` where nothing is left."""
    skipped = view.task_progress.skipped
    if not view.is_through or (view.left_out is not None and view.task is not None):
        return messages.say("rating.next")
    return messages.say("review.show_skipped", n=skipped) if skipped else None


def name_of(view: ReviewView) -> str:
    """What a task is called in the browser."""
    if view.task is None:
        return f"{view.clip.id}.seen"
    key = view.task.key
    return f"{key.clip_id}.{key.channel.value}.{key.occasion}"


def _reveals(view: ReviewView) -> bool:
    task = view.task
    return (
        view.project.protocol is Protocol.BLIND_FIRST
        and task is not None
        and task.key.channel is Channel.FULL
        and not task.control
    )


def _emotions(view: ReviewView) -> tuple[EmotionOption, ...]:
    labels = label_sets.in_force(view.project, person_id=visit.here().person.id)
    language = messages.spoken()
    return tuple(
        EmotionOption(code, labels.name(code, language), labels.definition(code, language))
        for code in labels.codes
    )


def _mine(own: RatingRecord) -> Answer:
    return Answer(
        delivery=own.delivery,
        emotion=own.emotion,
        expected=own.expected_intensity,
        expressed=own.expressed_intensity,
        comment=own.comment,
        at=own.created_at,
    )


def _acts(here: visit.Visit, view: ReviewView) -> FormActs:
    def answered(task: str) -> None:
        st.session_state.pop(_NOTICE, None)  # what the press before led to is old
        if task == name_of(view):
            go_on(here, view)

    def moved(where: str) -> None:
        if where == "on":
            is_looking = _AGAIN in st.session_state and view.left_out is not None
            go_on(here, view, starts=view.is_through and not is_looking)
        else:
            visit.open_clip(view.next_clip_id if where == "next" else view.previous_clip_id)

    def skipped(given: str, reason: SkipReason, note: str) -> None:
        assigning.skip(task_pass.read(given), reason, note)
        _say(messages.say("review.skipped", name=view.title, why=messages.say(f"skip.{reason.value}")))
        go_on(here, view, has_skipped=True)

    def flagged(note: str) -> None:
        assigning.flag(view.clip.id, here.person.id, reason=RATER_FLAG, note=note)
        _say(messages.say("review.flagged"))

    def undone() -> None:
        try:
            task = undoing.undo(here.project.id, here.person.id)
        except undoing.NoWayBackError as refusal:  # the form had not heard of it yet
            _say(str(refusal))
            return
        if task is None:
            _say(messages.say("review.nothing_to_undo"))
        else:
            visit.open_clip(task.key.clip_id, task.key.channel)

    def guided() -> None:
        st.session_state[_GUIDE] = True

    return FormActs(
        answered=boundary.guarded(answered),
        moved=boundary.guarded(moved),
        skipped=boundary.guarded(skipped),
        flagged=boundary.guarded(flagged),
        undone=boundary.guarded(undone),
        guided=guided,
    )


def _say(sentence: str) -> None:
    st.session_state[_NOTICE] = Notice(sentence, now())


def go_on(here: visit.Visit, view: ReviewView, *, has_skipped: bool = False, starts: bool = False) -> None:
    """Open what the person is to answer next, or on a second look what they left out next.

    Where nothing is left, an answer stays in sight; what was left out does not, or the next key would
    answer it.

    Parameters
    ----------
    has_skipped : bool
        They have just left out what is in sight.
    starts : bool
        A second look begins where none is on, or nothing of it is left.
    """
    task = assigning.next_task(here.project.id, here.person.id, behind=view.clip.id)
    key = None if task is None else task.key
    since = st.session_state.get(_AGAIN)
    if key is None and since is not None:
        key = next_skipped(here.project.id, here.person.id, since=since, behind=view.left_out)
    if key is None and starts:
        st.session_state[_AGAIN] = now()
        key = next_skipped(here.project.id, here.person.id)
    if key is not None:
        visit.open_clip(key.clip_id, key.channel)
        return
    st.session_state.pop(_AGAIN, None)
    if has_skipped or (view.left_out is not None and view.task is None):
        visit.open_clip(None)
