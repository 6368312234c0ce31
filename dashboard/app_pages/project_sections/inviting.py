"""Links by which people get into a project: made here, shown once, withdrawn here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from babel.dates import format_date

from dashboard import boundary, visit
from dashboard.services import invitations, members, messages
from dashboard.services.permissions import Act, may
from db.records import PersonRecord
from engine.vocabulary import Role

_LINK: Final = "invitation_link"


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    st.subheader(messages.say("sign_in.invite.title"))
    st.caption(messages.say("sign_in.invite.what"))
    _form(here)
    link = st.session_state.pop(_LINK, None)
    if link is not None:
        st.success(messages.say("sign_in.invite.once"))
        st.code(link, language=None, wrap_lines=True)
    _open_ones(here)


def _form(here: visit.Visit) -> None:
    roles = sorted(
        (role for role in members.parts_in(here.project) if members.may_give(here.role, role)),
        key=lambda role: may(role, Act.SET_UP),  # who leads is chosen, never given by leaving a field alone
    )
    known = invitations.invitable(here.project.id, person_id=here.person.id)
    with st.form("invite"):
        whom = st.selectbox(
            messages.say("sign_in.invite.whom"), [None, *known], format_func=_called, key="invite_whom"
        )
        part, days = st.columns([2, 1])
        role = part.selectbox(
            messages.say("sign_in.invite.part"),
            roles,
            format_func=lambda each: messages.say(f"project.part.{each.value}"),
        )
        lasts = days.number_input(
            messages.say("sign_in.invite.days"),
            min_value=1,
            max_value=invitations.LONGEST.days,
            value=invitations.LASTS.days,
        )
        if st.form_submit_button(messages.say("sign_in.invite.make"), type="primary"):
            _make(here, whom, role, int(lasts))
            st.rerun()


def _make(here: visit.Visit, whom: PersonRecord | None, role: Role, days: int) -> None:
    with boundary.shown():
        token = invitations.invite(
            here.project.id,
            role,
            person_id=here.person.id,
            member_id=None if whom is None else whom.id,
            lasts=timedelta(days=days),
        )
        seen = urlsplit(st.context.url or "")
        st.session_state[_LINK] = f"{seen.scheme}://{seen.netloc}/invitation/{token}"


def _open_ones(here: visit.Visit) -> None:
    found = invitations.listing(here.project.id, person_id=here.person.id)
    if not found:
        return
    st.caption(messages.say("sign_in.invite.open"))
    for each in found:
        told, away = st.columns([4, 1], vertical_alignment="center")
        told.text(
            messages.say(
                "sign_in.invite.until",
                whom=each.person or messages.say("sign_in.invite.anybody"),
                part="" if each.role is None else messages.say(f"project.part.{each.role.value}"),
                day=format_date(each.expires_at, locale=messages.spoken()),
            )
        )
        away.button(
            messages.say("sign_in.invite.withdraw"),
            key=f"withdraw_{each.id}",
            on_click=boundary.guarded(
                lambda which=each.id: invitations.withdraw(which, person_id=here.person.id)
            ),
        )


def _called(person: PersonRecord | None) -> str:
    return messages.say("sign_in.invite.anybody") if person is None else person.name
