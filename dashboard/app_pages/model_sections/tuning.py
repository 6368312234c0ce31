"""Tuning on own answers: start it, see how far it is, use what came of it, go back."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.services import messages, own_weights, permissions, tuning
from dashboard.services.permissions import Act
from dashboard.services.tuning import Head, TuningResult
from engine.tuned_weights import LEAST_GROUPS, LEAST_ROWS
from engine.vocabulary import Modality

REFRESH_S: Final = 1


def show(here: visit.Visit) -> None:
    """Draw the section, for those who may teach."""
    if not permissions.may(here.role, Act.TEACH):
        return
    with st.expander(messages.say("tuning.title"), icon=":material/tune:", key="tuning"):
        st.caption(messages.say("tuning.what"))
        if own_weights.is_elsewhere():
            st.info(messages.say("tuning.elsewhere"))
            return
        if own_weights.is_stale():
            st.warning(messages.say("tuning.stale"))
        for modality in own_weights.MODALITIES:
            _part(here, modality)


def _part(here: visit.Visit, modality: Modality) -> None:
    st.markdown(f"**{messages.say(f'tuning.part.{modality.value}')}**")
    found = [head for head in tuning.heads() if head.modality is modality]
    work = tuning.look(modality)
    st.button(
        messages.say(f"tuning.begin.{modality.value}"),
        key=f"tuning_begin_{modality.value}",
        disabled=work is not None and not work.is_done,
        on_click=boundary.guarded(tuning.begin),
        args=(here.project.id, modality),
        kwargs={"person_id": here.person.id},
    )
    if work is not None:
        _progress(modality, is_done=work.is_done)
    for head in found:
        _head(here, head)


def _progress(modality: Modality, *, is_done: bool) -> None:
    @st.fragment(run_every=None if is_done else REFRESH_S)
    def shown() -> None:
        now = tuning.look(modality)
        if now is None:
            return
        if not now.is_done:
            bar, button = st.columns([5, 1], vertical_alignment="bottom")
            bar.progress(now.share or 0.0, text=messages.say("tuning.going"))
            button.button(
                messages.say("clips.stop"),
                key=f"tuning_stop_{modality.value}",
                disabled=tuning.is_stopping(modality),
                on_click=tuning.stop,
                args=(modality,),
            )
        elif not is_done:
            st.rerun()
        elif now.error is not None:
            error = now.error if isinstance(now.error, Exception) else RuntimeError(str(now.error))
            st.error(boundary.sentence(error))
        else:
            _result(now.answer)

    shown()


def _result(result: TuningResult) -> None:
    if result.name is None:
        figures = {name: int(result.figures[name]) for name in ("rows", "groups")}
        st.info(messages.say("tuning.too_few", **figures, least=LEAST_ROWS, least_groups=LEAST_GROUPS))
    elif result.is_better:
        st.success(messages.say("tuning.better"))
    else:
        st.info(messages.say("tuning.not_better"))


def _head(here: visit.Visit, head: Head) -> None:
    text, button = st.columns([4, 1.4], vertical_alignment="center")
    figures = head.figures
    state = "in_force" if head.is_in_force else "better" if head.is_better else "not_better"
    text.markdown(
        messages.say(
            "tuning.head",
            name=messages.plain(head.name.removesuffix(".safetensors")),
            state=messages.say(f"tuning.state.{state}"),
            rows=int(figures["rows"]),
            groups=int(figures["groups"]),
            gain=f"{figures['gain']:+.0%}",
            low=f"{figures['gain_low']:+.0%}",
            high=f"{figures['gain_high']:+.0%}",
            before=f"{figures['spearman_shipped']:.2f}",
            after=f"{figures['spearman_tuned']:.2f}",
        )
    )
    if head.is_in_force or head.is_better:
        button.button(
            messages.say("tuning.back" if head.is_in_force else "tuning.use"),
            key=f"tuning_use_{head.name}",
            type="secondary" if head.is_in_force else "primary",
            on_click=boundary.guarded(tuning.use),
            args=(here.project.id, head.modality, None if head.is_in_force else head.name),
            kwargs={"person_id": here.person.id},
            width="stretch",
        )
