"""Consent: who is filmed, what they agreed to, taking it back, and how long clips are kept."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Final

import pandas as pd
import streamlit as st
from babel.dates import format_date

from dashboard import boundary, visit
from dashboard.app_pages.project_sections import saving
from dashboard.services import consents, messages, removal, retention
from dashboard.services.consents import Register
from dashboard.services.filmed import Filmed
from dashboard.services.retention import Rule
from db.records import ConsentScope

_REMOVED: Final = "clips_removed"
FULL_DAY: Final = time(23, 59, 59)


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("consent.title"))
    st.caption(messages.say("consent.what"))
    saving.confirm()
    removed = st.session_state.pop(_REMOVED, None)
    if removed is not None:
        st.success(messages.say("consent.removed", n=removed))
    found = consents.register(here.project.id, person_id=here.person.id)
    _table(found)
    with st.expander(messages.say("consent.record"), icon=":material/draw:", expanded=not found.filmed):
        _record(here)
    if found.filmed:
        with st.expander(messages.say("consent.withdraw"), icon=":material/delete_forever:"):
            _withdraw(here, found)
    with st.expander(messages.say("consent.retention"), icon=":material/auto_delete:"):
        _retention(here)


def _table(found: Register) -> None:
    if not found.filmed:
        st.info(messages.say("consent.nobody"))
    else:
        names = ("subject", "state", "scopes", "until", "clips", "scenes")
        st.dataframe(
            pd.DataFrame(
                [_row(each) for each in found.filmed],
                columns=[messages.say(f"consent.column.{name}") for name in names],
            ),
            hide_index=True,
            width="stretch",
        )
    if found.unnamed:
        st.warning(messages.say("consent.unnamed", n=len(found.unnamed)))
    if found.unnamed_scenes:
        st.warning(messages.say("consent.unnamed_scenes", n=len(found.unnamed_scenes)))
    buried = len(found.tombstones) + len(found.scene_tombstones)
    if buried:
        st.caption(messages.say("consent.tombstones", n=buried))


def _row(each: Filmed) -> tuple[str, str, str, str, int, int]:
    end = None if each.consent is None else each.consent.expires_at
    return (
        each.subject,
        messages.say(f"consent.state.{each.state.value}"),
        " · ".join(
            messages.say(f"consent.scope.{scope.value}") for scope in ConsentScope if scope in each.scopes
        )
        or "–",
        "–" if end is None else format_date(end, locale=messages.spoken()),
        len(each.clips),
        len(each.scenes),
    )


def _record(here: visit.Visit) -> None:
    with st.form("record_consent", border=False):
        subject = st.text_input(
            messages.say("consent.subject"), max_chars=consents.NAME_LENGTH, key="consent_subject"
        )
        scopes = st.pills(
            messages.say("consent.scopes"),
            list(ConsentScope),
            selection_mode="multi",
            default=[ConsentScope.ANALYSIS, ConsentScope.RATING],
            format_func=lambda scope: messages.say(f"consent.scope.{scope.value}"),
            key="consent_scopes",
        )
        until = st.date_input(messages.say("consent.until"), None, key="consent_until")
        evidence = st.text_input(
            messages.say("consent.evidence"), max_chars=consents.EVIDENCE_LENGTH, key="consent_evidence"
        )
        if st.form_submit_button(messages.say("consent.save"), type="primary", key="save_consent"):
            saving.save(
                lambda: consents.record(
                    here.project.id,
                    subject,
                    scopes=scopes,
                    person_id=here.person.id,
                    expires_at=None if until is None else datetime.combine(until, FULL_DAY, UTC),
                    evidence=evidence,
                ),
                said=messages.say("app.stored"),
            )


def _withdraw(here: visit.Visit, found: Register) -> None:
    names = list(dict.fromkeys(each.subject for each in found.filmed))
    subject = st.selectbox(messages.say("consent.whose"), names, key="withdraw_whose")
    what = removal.preview(here.project.id, subject, person_id=here.person.id)
    clips, scenes = len(what.clips), len(what.scenes)
    st.warning(messages.say("consent.would_remove", n=what.files, clips=clips, scenes=scenes))
    if what.copies:
        st.warning(messages.say("consent.would_remove_copies", n=len(what.copies)))
    is_sure = st.checkbox(messages.say("consent.sure"), key=f"sure_{subject}")
    st.button(
        messages.say("consent.do_withdraw"),
        type="primary",
        disabled=not is_sure,
        key="do_withdraw",
        on_click=boundary.guarded(_do_withdraw),
        args=(here, subject),
    )


def _do_withdraw(here: visit.Visit, subject: str) -> None:
    done = removal.withdraw(here.project.id, subject, person_id=here.person.id)
    st.session_state[_REMOVED] = len(done.clips) + len(done.scenes)


def _retention(here: visit.Visit) -> None:
    rule = retention.rule_of(here.project)
    st.caption(messages.say("consent.rule_what"))
    with st.form("retention", border=False):
        days = st.number_input(
            messages.say("consent.days"), 0, retention.MOST_DAYS, rule.days or 0, 1, key="retention_days"
        )
        with_consent = st.toggle(
            messages.say("consent.with_consent"), rule.with_consent, key="retention_with_consent"
        )
        if st.form_submit_button(messages.say("consent.rule_save"), type="primary", key="save_retention"):
            wanted = Rule(int(days) or None, bool(with_consent))
            saving.save(
                lambda: retention.set_rule(here.project.id, wanted, person_id=here.person.id),
                said=messages.say("app.stored"),
            )
    due = retention.due(here.project.id, person_id=here.person.id)
    if not due:
        return
    st.warning(messages.say("consent.due", n=due))
    is_sure = st.checkbox(messages.say("consent.sure"), key=f"sure_due_{due}")
    st.button(
        messages.say("consent.apply_rule"),
        type="primary",
        disabled=not is_sure,
        key="apply_retention",
        on_click=boundary.guarded(_apply_rule),
        args=(here,),
    )


def _apply_rule(here: visit.Visit) -> None:
    st.session_state[_REMOVED] = retention.apply(here.project.id, person_id=here.person.id)
