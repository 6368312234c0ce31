"""Who takes part in a project, and what each may do."""

from __future__ import annotations

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.project_sections import inviting
from dashboard.services import members, messages, sign_in_mode
from db.records import MemberRecord
from engine.vocabulary import Role


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    named = sign_in_mode.is_named()
    st.caption(messages.say("project.members" if named else "sign_in.invite.members"))
    parts = members.parts_in(here.project)
    for member in members.listing(here.project.id, person_id=here.person.id):
        person = member.person
        name, part = st.columns([2, 3], vertical_alignment="center")
        name.text(person.name)
        roles = [
            role
            for role in Role
            if role is member.role or (role in parts and members.may_give(here.role, role))
        ]
        key = f"part_{person.id}_{member.role.value}"
        part.segmented_control(
            messages.say("project.part_of", name=person.name),
            roles,
            default=None if key in st.session_state else member.role,
            required=True,
            format_func=lambda role: messages.say(f"project.part.{role.value}"),
            label_visibility="collapsed",
            key=key,
            on_change=boundary.guarded(_give),
            args=(here, member, key),
        )
    for role in parts:
        st.caption(messages.say(f"project.part_what.{role.value}"))
    if not named:
        inviting.draw(here)


def _give(here: visit.Visit, member: MemberRecord, key: str) -> None:
    wanted = st.session_state[key]
    st.session_state[key] = member.role  # what is refused does not stay chosen
    members.give(here.project.id, member.person.id, wanted, person_id=here.person.id)
