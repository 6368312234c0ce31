"""The version learned last: learning it, why it may or may not judge, and putting it in force."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import aside_note, boundary, visit
from dashboard.services import background, context_words, figures_store, messages, recalibrate, thresholds
from dashboard.services.messages import signed

REFRESH_S: Final = 1
USUAL_S: Final = 30
METRICS: Final = ("macro_f1", "kappa", "log_loss", "calibration_error")
EVERYTHING: Final = "all"


def learn(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw the button that learns from the ratings, and how far that is."""
    name = recalibrate.work_name(here.project.id)
    work = background.look(name)
    is_busy = work is not None and not work.is_done
    has_better = view.candidate is not None and view.candidate.may_judge
    if st.button(
        messages.say("thresholds.train", n=len(view.gaps)),
        type="secondary" if has_better else "primary",  # one main action at a time
        icon=":material/model_training:",
        disabled=is_busy or not view.gaps,
        width="stretch",
    ):
        project_id, person_id = here.project.id, here.person.id
        background.start(
            name,
            lambda _report: recalibrate.recalibrate(project_id, person_id=person_id, promote=False),
            lane=background.Lane.THRESHOLDS,
        )
        figures_store.begin(project_id, person_id=person_id)  # waits its turn, and then knows the new version
        st.rerun()
    if work is not None:
        _learning(name)


@st.fragment(run_every=REFRESH_S)
def _learning(name: str) -> None:
    with boundary.shown():
        work = background.look(name)
        if work is None:
            return
        if not work.is_done:
            st.session_state[name] = True
            st.progress(
                min(0.95, work.running_s / USUAL_S),
                text=messages.say("thresholds.training", seconds=int(work.running_s)),
            )
            return
        if st.session_state.pop(name, False):
            st.rerun()  # the chart and the history know the new version
        if work.error is not None:
            raise work.error
        result: recalibrate.Recalibration = work.answer
        st.success(
            messages.say("thresholds.trained", lower=signed(result.lower), upper=signed(result.upper)),
            icon=":material/check:",
        )
        if result.policy is None:
            st.info(result.reason)


def show(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    """Draw what the candidate would change and why it may or may not judge; nothing without one."""
    policy = view.candidate
    if policy is None or policy.id is None:
        return
    st.markdown(messages.say("thresholds.candidate", lower=signed(policy.lower), upper=signed(policy.upper)))
    told = thresholds.under(here.project.id, policy.id, person_id=here.person.id)
    aside_note.show(told)
    flips = sum(flip.flips for flip in told.value or ())
    where = f" {messages.say('thresholds.flips_where')}" if flips else ""
    if told.value is not None:
        st.caption(messages.say("thresholds.flips", n=flips) + where)
    if policy.may_judge:
        if st.button(messages.say("thresholds.put_in_force"), type="primary", width="stretch"):
            recalibrate.put_in_force(here.project.id, policy.id, person_id=here.person.id)
            background.forget(recalibrate.work_name(here.project.id))
            st.rerun()
    else:
        st.info(_why_not(policy))
    with st.expander(messages.say("thresholds.how_checked")):
        st.markdown(messages.plain(policy.reason))
        for rows in (_metric_rows(policy.report), _comparison_rows(policy.report)):
            if rows:
                st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _why_not(policy: thresholds.PolicyView) -> str:
    wanted = dict(policy.report.get("more_ratings", {}))
    everything = wanted.pop(EVERYTHING, 0)
    said = [messages.say("thresholds.stays_candidate")]
    if everything:
        said.append(messages.say("thresholds.more", n=everything))
    if wanted:
        wishes = (
            messages.say("thresholds.wish_count", wish=context_words.wish_name(wish), n=count)
            for wish, count in wanted.items()
        )
        said.append(messages.say("thresholds.more_of", wishes=messages.say("why.comma").join(wishes)))
    return " ".join(said)


def _metric_rows(report: Any) -> list[dict[str, Any]]:
    return [
        {
            messages.say("thresholds.pair"): messages.say(f"thresholds.rung.{rung}"),
            **{messages.say(f"thresholds.metric.{name}"): round(values[name], 3) for name in METRICS},
        }
        for rung, values in report.get("metrics", {}).items()
    ]


def _comparison_rows(report: Any) -> list[dict[str, str]]:
    return [
        {
            messages.say("thresholds.step"): messages.say(
                "thresholds.against", rung=_rung(step["rung"]), other=_rung(step["against"])
            ),
            messages.say("thresholds.measure"): messages.say(f"thresholds.metric.{step['metric']}"),
            messages.say("thresholds.gain"): f"{step['difference']:+.3f}",
            messages.say("thresholds.interval", level=f"{step['level']:.0%}"): (
                f"{step['low']:+.3f} … {step['high']:+.3f}"
            ),
        }
        for step in report.get("comparisons", ())
    ]


def _rung(name: str) -> str:
    """A rung's name in words; a policy's version stays as it is."""
    return messages.part("thresholds.rung").get(name, name)
