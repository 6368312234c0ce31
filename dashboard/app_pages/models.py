"""Models: the systems side by side on one clip, and which of them the project uses."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.model_sections import scores, tuning
from dashboard.components.emotion_chart import emotion_chart
from dashboard.services import clip_list, messages, system_choice, systems_compared
from dashboard.services.systems_compared import Comparison, SystemAnswer
from db.records import ClipStatus
from engine.analysis import Analysis, ModalityReading, likeliest
from engine.vocabulary import SystemName

REFRESH_S: Final = 1
MOST_LISTED: Final = 60
_CLIP: Final = "models_clip"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("models.title"))
    st.caption(messages.say("models.what"))
    used = system_choice.system_of(here.project)
    _use(here, used)
    tuning.show(here)
    clip_id = _chosen_clip(here)
    if clip_id is not None:
        _progress(clip_id)
    scores.show(used)
    st.caption(messages.say("app.advisory"))


def _use(here: visit.Visit, used: SystemName) -> None:
    st.markdown(messages.say("models.used", system=messages.say(f"models.system.{used.value}")))
    with st.expander(messages.say("models.use_other"), icon=":material/swap_horiz:"):
        st.caption(messages.say("models.use_what"))
        wanted = st.radio(
            messages.say("models.use_which"),
            list(SystemName),
            index=list(SystemName).index(used),
            format_func=lambda system: messages.say(f"models.system.{system.value}"),
            captions=[messages.say(f"models.about.{system.value}") for system in SystemName],
            key="models_wanted",
        )
        if st.button(messages.say("models.use"), disabled=wanted is used, key="models_use"):
            with boundary.shown():
                queued = system_choice.choose(here.project.id, wanted, person_id=here.person.id)
                st.toast(messages.say("models.queued", n=queued))
                st.rerun()


def _chosen_clip(here: visit.Visit) -> str | None:
    text = st.text_input(
        messages.say("clips.search"),
        placeholder=messages.say("clips.search"),
        key="models_search",
        max_chars=clip_list.LONGEST_SEARCH,
    )
    found = clip_list.look(
        here.project.id, person_id=here.person.id, status=ClipStatus.READY, text=text, limit=MOST_LISTED
    ).items
    names = {listed.clip.id: listed.clip.original_name for listed in found}
    if not names:
        st.info(messages.say("models.no_clip"))
        return None
    if st.session_state.get(_CLIP) not in names:
        asked = visit.asked_clip()
        st.session_state[_CLIP] = asked if asked in names else next(iter(names))
    clip_id: str = st.selectbox(
        messages.say("models.clip"), list(names), format_func=lambda key: names[key], key=_CLIP
    )
    st.button(
        messages.say("models.compare"),
        type="primary",
        icon=":material/compare_arrows:",
        key="models_compare",
        on_click=boundary.guarded(systems_compared.begin),
        args=(clip_id,),
        kwargs={"person_id": here.person.id},
    )
    return clip_id


def _progress(clip_id: str) -> None:
    work = systems_compared.look(clip_id, person_id=visit.here().person.id)
    if work is None:
        return

    @st.fragment(run_every=None if work.is_done else REFRESH_S)
    def shown() -> None:
        with boundary.shown():
            now = systems_compared.look(clip_id, person_id=visit.here().person.id)
            if now is None:
                return
            if not now.is_done:
                st.progress(now.share or 0.0, text=messages.say("models.asking"))
            elif not work.is_done:
                st.rerun()
            elif now.error is not None:
                st.error(boundary.sentence(_as_error(now.error)))
            else:
                _comparison(now.answer)

    shown()


def _as_error(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _comparison(found: Comparison) -> None:
    st.markdown(f"**{_agreement(found)}**")
    for column, answer in zip(st.columns(len(found.answers)), found.answers, strict=True):
        with column, st.container(border=True):
            _answer(answer)
    named = {
        answer.system: answer.analysis.emotion
        for answer in found.answers
        if answer.analysis is not None and answer.analysis.emotion is not None
    }
    if named:
        st.plotly_chart(emotion_chart(named), width="stretch", key="models_chart")
    _overlaps(found)
    for answer in found.answers:
        if answer.analysis is not None:
            _branches(answer.system, answer.analysis)


def _overlaps(found: Comparison) -> None:
    """How much of their probability two systems give to the same emotions."""
    if not found.overlaps:
        return
    st.caption(messages.say("models.overlap"))
    pairs = [
        messages.say(
            "models.overlap_pair",
            first=messages.say(f"models.system.{first.value}"),
            second=messages.say(f"models.system.{second.value}"),
            share=share,
        )
        for (first, second), share in found.overlaps.items()
    ]
    st.markdown("  \n".join(pairs))


def _agreement(found: Comparison) -> str:
    named = found.named
    if not named:
        return messages.say("models.none_names")
    total = sum(named.values())
    emotion, most = next(iter(named.items()))
    return messages.say("models.agree", n=most, total=total, emotion=messages.say(f"emotion.{emotion.value}"))


def _answer(answer: SystemAnswer) -> None:
    st.markdown(f"##### {messages.say(f'models.system.{answer.system.value}')}")
    analysis = answer.analysis
    if analysis is None:
        st.warning(answer.refusal or "")
        return
    if analysis.emotion is None:
        st.markdown(messages.say("models.names_nothing"))
    else:
        label = analysis.emotion.label
        share = f"{analysis.emotion.probabilities[label]:.0%}"
        st.markdown(f"**{messages.say(f'emotion.{label.value}')}** · {share}")
    verdict = analysis.judgement.verdict
    st.markdown(
        messages.say(
            "models.intensities",
            expected=_figure(analysis.expected_intensity),
            expressed=_figure(analysis.expressed_intensity),
            verdict="–" if verdict is None else messages.say(f"panel.{verdict.value}"),
        )
    )
    if analysis.trimodal is not None:
        third = likeliest(analysis.trimodal)
        share = analysis.trimodal[third]
        st.markdown(messages.say("models.third", verdict=messages.say(f"panel.{third.value}"), share=share))
    st.caption(messages.say("models.took", seconds=f"{analysis.timings_s['total']:.2f}"))
    for warning in analysis.warnings:
        st.caption(f":material/info: {messages.plain(warning)}")


def _branches(system: SystemName, analysis: Analysis) -> None:
    readings = analysis.branches or {name.value: each for name, each in analysis.modalities.items()}
    with st.expander(
        messages.say("models.branches", system=messages.say(f"models.system.{system.value}")),
        icon=":material/account_tree:",
    ):
        st.dataframe(
            pd.DataFrame([_branch(name, reading) for name, reading in readings.items()]),
            hide_index=True,
            width="stretch",
            key=f"models_branches_{system.value}",
        )
        if analysis.ekman is not None:
            st.markdown(messages.plain(analysis.ekman.sentence))


def _branch(name: str, reading: ModalityReading) -> dict[str, Any]:
    says = reading.emotion
    return {
        messages.say("models.column.branch"): messages.say(f"models.branch.{name}"),
        messages.say("models.column.names"): (
            "–" if says is None else messages.say(f"emotion.{says.label.value}")
        ),
        messages.say("models.column.share"): "–" if says is None else f"{says.probabilities[says.label]:.0%}",
        messages.say("models.column.trust"): f"{reading.trust:.2f}",
        messages.say("models.column.confidence"): f"{reading.confidence:.2f}",
        messages.say("models.column.weight"): f"{reading.weight:.2f}",
        messages.say("models.column.intensity"): _figure(reading.intensity),
    }


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
