"""Which clips other thresholds would judge otherwise: the candidate's, or a pair moved by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, cast

import streamlit as st

from dashboard import aside_note, boundary, visit
from dashboard.app_pages.threshold_sections import clip_links
from dashboard.components.trial_chart import trial_chart
from dashboard.services import context_words, messages, threshold_trial, thresholds
from dashboard.services.messages import signed
from dashboard.services.threshold_trial import JudgedClip
from engine.vocabulary import VERDICT_ORDER

STEP_Z: Final = 0.05
LEAST_REACH_Z: Final = 1.5
MOST_REACH_Z: Final = 4.0
PAIR: Final = "pair"
CANDIDATE: Final = "candidate"
Pair = tuple[float, float]


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the section."""
    told = threshold_trial.judged(here.project.id, person_id=here.person.id)
    aside_note.show(told)
    clips = told.value
    if clips is None:
        return
    if not clips:
        st.info(messages.say("thresholds.trial.no_clips"))
        return
    candidate = view.candidate
    judged_by = PAIR
    if candidate is not None and candidate.id is not None:
        judged_by = st.segmented_control(
            messages.say("thresholds.trial.what"),
            [PAIR, CANDIDATE],
            default=PAIR,
            required=True,
            format_func=lambda name: messages.part("thresholds.trial")[name],
            key="trial_what",
        )
    if judged_by == CANDIDATE and candidate is not None and candidate.id is not None:
        _under_candidate(here.project.id, candidate.id)
    else:
        if view.in_force.levels:
            columns = context_words.listed(view.in_force.levels)
            st.caption(messages.say("thresholds.trial.one_for_all", columns=columns))
        pairs = {"published": view.fixed, "in_force": view.in_force, "to_candidate": candidate}
        _trial(clips, {name: (each.lower, each.upper) for name, each in pairs.items() if each is not None})


def _under_candidate(project_id: int, policy_id: int) -> None:
    told = thresholds.under(project_id, policy_id, person_id=visit.here().person.id)
    aside_note.show(told)
    if told.value is None:
        return
    flips = [flip for flip in told.value if flip.flips]
    st.markdown(messages.say("thresholds.flips", n=len(flips)))
    list_flips(flips, key="candidate_flip")


def list_flips(flips: Sequence[thresholds.Flip], *, key: str) -> None:
    """List clips with their verdict now and then."""
    clip_links.show(
        [
            clip_links.ClipLink(
                flip.clip_id,
                flip.clip_name,
                _flip_words(flip.alignment, flip.now.verdict, flip.then.verdict),
            )
            for flip in flips
        ],
        key=key,
    )


@st.fragment
def _trial(clips: Sequence[JudgedClip], pairs: dict[str, Pair]) -> None:
    with boundary.shown():
        st.caption(messages.say("thresholds.trial.intro"))
        reach = min(max(LEAST_REACH_Z, *(abs(clip.alignment) for clip in clips)), MOST_REACH_Z)
        reach = round(reach / STEP_Z + 0.5) * STEP_Z
        state = f"trial_{'_'.join(f'{low:.3f}_{high:.3f}' for low, high in pairs.values())}"
        start = pairs.get("to_candidate", pairs["in_force"])
        st.session_state.setdefault(state, _on_grid(start, reach))
        choices = st.container(horizontal=True, gap="small")
        for name, pair in pairs.items():
            choices.button(
                messages.say(f"thresholds.trial.{name}"),
                key=f"trial_{name}",
                on_click=st.session_state.__setitem__,
                args=(state, _on_grid(pair, reach)),
            )
        lower, upper = cast(  # the state holds a pair, so the slider has two handles
            Pair,
            st.slider(
                messages.say("thresholds.trial.slider"), -reach, reach, step=STEP_Z, format="%+.2f", key=state
            ),
        )
        changed = threshold_trial.flipping(clips, lower, upper)
        figure = trial_chart(clips, changed, (lower, upper), reach=reach)
        st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="trial_chart")
        st.markdown(_summary(clips, changed))
        clip_links.show(
            [
                clip_links.ClipLink(
                    each.clip.clip_id,
                    each.clip.clip_name,
                    _flip_words(each.clip.alignment, each.clip.verdict, each.then),
                )
                for each in changed
            ],
            key="trial_flip",
        )


def _on_grid(pair: Pair, reach: float) -> Pair:
    """The pair as the slider can show it."""
    low, high = (min(max(round(value / STEP_Z) * STEP_Z, -reach), reach) for value in pair)
    return low, high


def _summary(clips: Sequence[JudgedClip], changed: Sequence[threshold_trial.TriedClip]) -> str:
    if not changed:
        return messages.say("thresholds.trial.none")
    now = Counter(clip.verdict for clip in clips)
    then = now.copy()
    for each in changed:
        then[each.clip.verdict] -= 1
        then[each.then] += 1
    counts = (
        messages.say(
            "thresholds.trial.counts",
            verdict=messages.say(f"zone.{verdict.value}"),
            now=now[verdict],
            then=then[verdict],
        )
        for verdict in VERDICT_ORDER
    )
    said = messages.say("thresholds.trial.changed", n=len(changed), total=len(clips))
    return f"**{said}** {' · '.join(counts)}"


def _flip_words(gap: float | None, now: str | None, then: str | None) -> str:
    return messages.say(
        "thresholds.clip_flip",
        gap="?" if gap is None else signed(gap),
        now=messages.say(f"zone.{now or 'none'}"),
        then=messages.say(f"zone.{then or 'none'}"),
    )
