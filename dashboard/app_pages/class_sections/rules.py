"""Whether graders see the machine's opinion, and whether a take needs a consent."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import saving
from dashboard.services import classes, messages


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    with st.form("class_rules", border=False):
        machine = st.toggle(
            messages.say("classes.room.machine"),
            classes.shows_machine(here.project),
            help=messages.say("classes.room.machine_help"),
            key="machine_while_grading",
        )
        consent = st.toggle(
            messages.say("classes.room.consent"),
            classes.requires_consent(here.project),
            key="consent_required",
        )
        if st.form_submit_button(messages.say("classes.room.save"), type="primary", key="save_class_rules"):
            saving.save(
                lambda: classes.set_rules(
                    here.project.id,
                    machine_shown=machine,
                    consent_required=consent,
                    person_id=here.person.id,
                ),
                said=messages.say("app.stored"),
            )
