"""How good each system was measured to be, with the protocol, and whether its probabilities come true."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard.components.score_chart import score_chart
from dashboard.services import measured_scores, messages
from dashboard.services.measured_scores import SystemScores
from engine.evaluation.stored_results import Score
from engine.vocabulary import SystemName

FIGURES: Final = ("accuracy", "weighted_f1", "macro_f1", "auc", "pearson", "mae")


def show(used: SystemName) -> None:
    """Draw the scores, the system that the project uses first."""
    st.subheader(messages.say("models.scores.title"))
    found = measured_scores.results()
    if found is None:
        st.info(messages.say("models.scores.nothing", command=f"`{measured_scores.COMMAND}`"))
        return
    file = f"docs/results/{found.file}"
    st.caption(messages.say("models.scores.what", written=found.written, file=file))
    ordered = sorted(SystemName, key=lambda system: system is not used)
    names = [messages.say(f"models.system.{system.value}") for system in ordered]
    for tab, system in zip(st.tabs(names), ordered, strict=True):
        with tab:
            _system(measured_scores.of_system(found, system))


def _system(told: SystemScores) -> None:
    command = f"`{told.command}`"
    if not told.scores:
        st.info(messages.say("models.scores.none", command=command))
        return
    if told.is_older:
        st.warning(messages.say("models.scores.older", command=command))
    elif told.is_vague:
        st.caption(messages.say("models.scores.vague", command=command))
    st.dataframe(
        pd.DataFrame([_row(score) for score in told.scores]),
        hide_index=True,
        width="stretch",
        key=f"models_scores_{told.system.value}",
    )
    drawn = {_name(score): score.reliability for score in told.scores if score.reliability}
    st.markdown(f"**{messages.say('models.scores.reliability')}**")
    if drawn:
        st.plotly_chart(score_chart(drawn), width="stretch", key=f"models_reliability_{told.system.value}")
        st.caption(messages.say("models.scores.reliability_words"))
    else:
        st.info(messages.say("models.scores.none", command=command))
    with st.expander(messages.say("models.scores.protocol"), icon=":material/rule:"):
        for score in told.scores:
            said = [score.protocol, *(f"Target: {target}." for target in score.targets), score.remark]
            words = messages.plain(" ".join(filter(None, said)))
            st.markdown(f"**{_name(score)}.** {words} `{score.command}`")


def _name(score: Score) -> str:
    """What was measured, in the language spoken; what the catalogue does not know, as the file calls it."""
    parts, branches = messages.part("models.scores.part"), messages.part("models.branch")
    what = parts.get(score.part.replace("-", "_"))
    if what is None:
        return f"{score.table}, {score.name}"
    branch = score.name.rpartition(", ")[2]
    return f"{what}: {branches[branch]}" if branch in branches else what


def _row(score: Score) -> dict[str, Any]:
    unknown = messages.say("models.scores.no_commit")
    return {
        messages.say("models.scores.column.what"): _name(score),
        **{messages.say(f"models.scores.column.{name}"): _figure(score, name) for name in FIGURES},
        messages.say("models.scores.column.calibration"): _calibration(score),
        messages.say("models.scores.column.n"): score.n,
        messages.say("models.scores.column.measured"): score.measured or unknown,
        messages.say("models.scores.column.commit"): score.commit or unknown,
    }


def _figure(score: Score, name: str) -> str:
    if name not in score.mean:
        return "–"
    away = f" ± {score.spread[name]:.3f}" if name in score.spread else ""
    return f"{score.mean[name]:.3f}{away}"


def _calibration(score: Score) -> str:
    if "calibration_error" not in score.mean:
        return "–"
    limit = score.mean.get("calibration_limit")
    return f"{score.mean['calibration_error']:.3f}" + ("" if limit is None else f" ({limit:.3f})")
