"""Thresholds: what people said about which gap, what was learned from it, and which pair judges."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import boundary, visit
from dashboard.components.gap_chart import ThresholdPair, gap_chart
from dashboard.components.verdict_panel import signed
from dashboard.services import background, messages, recalibrate, thresholds
from db.records import PolicyKind

REFRESH_S: Final = 1
METRICS: Final = ("macro_f1", "kappa", "log_loss", "calibration_error")


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("thresholds.title"))
    view = thresholds.view(here.project.id)
    _in_force(view)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _chart(view)
    with right:
        _train(here, view)
        _candidate(here, view)
    _history(here, view)


def _in_force(view: thresholds.ThresholdsView) -> None:
    policy = view.in_force
    lower, upper, words = st.columns([1, 1, 3], vertical_alignment="center")
    lower.metric(messages.say("thresholds.lower"), signed(policy.lower))
    upper.metric(messages.say("thresholds.upper"), signed(policy.upper))
    if policy.kind is PolicyKind.FIXED:
        words.markdown(messages.say("thresholds.fixed_in_force"))
    else:
        words.markdown(messages.say("thresholds.learned_in_force", version=policy.version, n=policy.ratings))
    if view.suspended:
        st.warning(view.suspended)


def _chart(view: thresholds.ThresholdsView) -> None:
    st.subheader(messages.say("thresholds.chart"))
    if not view.gaps:
        st.info(messages.say("thresholds.no_ratings"))
        return
    pairs = [
        ThresholdPair(
            messages.say("thresholds.published"), view.fixed.lower, view.fixed.upper, is_learned=False
        )
    ]
    learned = view.in_force if view.in_force.kind is not PolicyKind.FIXED else view.candidate
    if learned is not None:
        name = "thresholds.learned" if learned.is_in_force else "thresholds.learned_candidate"
        pairs.append(ThresholdPair(messages.say(name), learned.lower, learned.upper, is_learned=True))
    figure = gap_chart([(gap.alignment, gap.verdict) for gap in view.gaps], pairs)
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="gap_chart")
    simulated = sum(gap.simulated for gap in view.gaps)
    said = messages.say("thresholds.counted", n=len(view.gaps), raters=view.raters)
    if simulated:
        said = f"{said} {messages.say('thresholds.simulated', n=simulated)}"
    st.caption(said)
    for note in view.notes:
        st.caption(note)


def _train(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    name = f"recalibrate:{here.project.id}"
    work = background.look(name)
    is_busy = work is not None and not work.is_done
    if st.button(
        messages.say("thresholds.train", n=len(view.gaps)),
        type="primary",
        icon=":material/model_training:",
        disabled=is_busy or not view.gaps,
        width="stretch",
    ):
        project_id, person_id = here.project.id, here.person.id
        background.start(
            name, lambda _report: recalibrate.recalibrate(project_id, person_id=person_id, promote=False)
        )
        st.rerun()
    if work is not None:
        _training(name)


@st.fragment(run_every=REFRESH_S)
def _training(name: str) -> None:
    with boundary.shown():
        work = background.look(name)
        if work is None:
            return
        if not work.is_done:
            st.session_state[name] = True
            st.progress(
                min(0.95, work.running_s / 30),
                text=messages.say("thresholds.training", seconds=int(work.running_s)),
            )
            return
        if st.session_state.pop(name, False):
            st.rerun()  # the chart and the history above know the new version
        if work.error is not None:
            raise work.error
        result: recalibrate.Recalibration = work.answer
        st.success(
            messages.say("thresholds.trained", lower=signed(result.lower), upper=signed(result.upper)),
            icon=":material/check:",
        )
        if result.policy is None:
            st.info(result.reason)


def _candidate(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    policy = view.candidate
    if policy is None or policy.id is None:
        return
    st.markdown(messages.say("thresholds.candidate", lower=signed(policy.lower), upper=signed(policy.upper)))
    _flips(here, policy.id)
    if policy.may_judge:
        if st.button(messages.say("thresholds.put_in_force"), type="primary", width="stretch"):
            recalibrate.put_in_force(here.project.id, policy.id, person_id=here.person.id)
            background.forget(f"recalibrate:{here.project.id}")
            st.rerun()
    else:
        more = policy.report.get("more_ratings", {}).get("all")
        wish = "" if not more else messages.say("thresholds.more", n=more)
        st.info(f"{messages.say('thresholds.stays_candidate')} {wish}")
    with st.expander(messages.say("thresholds.how_checked")):
        st.markdown(policy.reason)
        rows = _metric_rows(policy.report)
        if rows:
            st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
        steps = _comparison_rows(policy.report)
        if steps:
            st.dataframe(pd.DataFrame(steps), hide_index=True, width="stretch")


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


def _flips(here: visit.Visit, policy_id: int) -> None:
    flips = [flip for flip in thresholds.under(here.project.id, policy_id) if flip.flips]
    st.caption(messages.say("thresholds.flips", n=len(flips)))
    for flip in flips[:8]:
        st.caption(
            messages.say(
                "thresholds.flip",
                clip=flip.clip_name,
                now=messages.say(f"zone.{flip.now.verdict or 'none'}"),
                then=messages.say(f"zone.{flip.then.verdict or 'none'}"),
            )
        )


def _history(here: visit.Visit, view: thresholds.ThresholdsView) -> None:
    title, action = st.columns([3, 1], vertical_alignment="bottom")
    title.subheader(messages.say("thresholds.history"))
    if view.in_force.kind is not PolicyKind.FIXED and action.button(
        messages.say("thresholds.go_back"), icon=":material/undo:", width="stretch"
    ):
        recalibrate.go_back(here.project.id, person_id=here.person.id)
        st.rerun()
    table = pd.DataFrame(
        {
            messages.say("thresholds.column.state"): messages.say("thresholds.now")
            if policy.is_in_force
            else "",
            messages.say("thresholds.column.version"): policy.version,
            messages.say("thresholds.column.kind"): messages.say(f"thresholds.rung.{policy.kind.value}"),
            messages.say("thresholds.column.lower"): signed(policy.lower),
            messages.say("thresholds.column.upper"): signed(policy.upper),
            messages.say("thresholds.column.ratings"): policy.ratings,
            messages.say("thresholds.column.by"): policy.by or "–",
            messages.say("thresholds.column.when"): policy.created_at,
            messages.say("thresholds.column.reason"): policy.reason,
        }
        for policy in view.history
    )
    st.dataframe(table, hide_index=True, width="stretch")
    earlier = [policy for policy in view.history if policy.may_judge and not policy.is_in_force and policy.id]
    if earlier:
        with st.popover(messages.say("thresholds.choose_earlier")):
            chosen = st.selectbox(
                messages.say("thresholds.column.version"), earlier, format_func=lambda each: each.version
            )
            if (
                st.button(messages.say("thresholds.put_in_force"), key="put_earlier")
                and chosen.id is not None
            ):
                recalibrate.put_in_force(here.project.id, chosen.id, person_id=here.person.id)
                st.rerun()
