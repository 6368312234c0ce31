"""Agreement: how far people say the same, about what they do not, and whether languages may be pooled."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import aside_note, visit
from dashboard.app_pages.agreement_sections import anchoring
from dashboard.app_pages.threshold_sections import clip_links
from dashboard.services import agreement, agreement_words, language_functioning, messages
from dashboard.services.agreement import DisagreedClip, PartAgreement, ProjectAgreement, Split
from dashboard.services.given_answers import Field
from engine.vocabulary import Delivery

PEOPLE: Final = "people"
SIMULATED: Final = "simulated"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    st.header(messages.say("agreement.title"))
    between, moved = st.tabs([messages.say("agreement.title"), messages.say("anchoring.tab")])
    with between:
        _between_people(here)
    with moved:
        anchoring.show(here)


def _between_people(here: visit.Visit) -> None:
    st.caption(messages.say("agreement.what"))
    with st.spinner(messages.say("agreement.working")):
        told = agreement.of_project(here.project.id, person_id=here.person.id)
    if told.value is not None and told.value.people and told.value.simulated_raters:
        whose = _whose()
        told = agreement.of_project(here.project.id, person_id=here.person.id, simulated=whose == SIMULATED)
    aside_note.show(told)
    found = told.value
    if found is None:
        return
    if found.simulated:
        st.info(messages.say("agreement.simulated"), icon=":material/smart_toy:")
    if not found.people and not found.simulated_raters:
        st.info(messages.say("agreement.nobody"))
        return
    for field in Field:
        st.markdown(f"- {_sentence(found.of(field)[0])}")
    _languages(here.project.id)
    field = _field()
    _table(found.of(field))
    with st.expander(messages.say("agreement.every"), icon=":material/functions:"):
        _every(found.of(field)[0])
    with st.expander(messages.say("agreement.how"), icon=":material/help:"):
        st.markdown(messages.say("agreement.how_words"))
    _disagreed(found, field)


def _whose() -> str:
    return st.segmented_control(
        messages.say("agreement.whose"),
        [PEOPLE, SIMULATED],
        default=PEOPLE,
        required=True,
        format_func=lambda name: messages.say(f"agreement.whose_name.{name}"),
        key="agreement_whose",
        label_visibility="collapsed",
    )


def _field() -> Field:
    return st.segmented_control(
        messages.say("agreement.about"),
        list(Field),
        default=Field.DELIVERY,
        required=True,
        format_func=lambda field: messages.say(f"agreement.field.{field.value}"),
        key="agreement_field",
        label_visibility="collapsed",
    )


def _sentence(part: PartAgreement) -> str:
    """All answers to one question in a sentence."""
    what = messages.say(f"agreement.field.{part.field.value}")
    if part.found is None:
        return messages.say("agreement.nothing", what=what)
    return agreement_words.summary(what, part.found)


def _part(part: PartAgreement) -> str:
    """The name of a part, plain text."""
    if part.split is Split.ALL:
        return messages.say("agreement.part.all")
    if part.split is Split.LANGUAGE:
        return messages.say("agreement.part.language", name=part.part)
    return messages.say(f"agreement.part.{part.split.value}.{part.part}")


def _languages(project_id: int) -> None:
    told = language_functioning.language_functioning(project_id, person_id=visit.here().person.id)
    found = told.value
    if found is None or not found.is_mixed:
        return
    aside_note.show(told)
    st.markdown(f"#### {messages.say('agreement.functioning.title')}")
    said = "\n".join(f"- {sentence}" for sentence in found.sentences)
    if found.differs:
        st.warning(said)
    else:
        st.markdown(said)


def _table(parts: tuple[PartAgreement, ...]) -> None:
    levels = [part.found.interval_level for part in parts if part.found is not None]
    rows = [_row(part, levels[0] if levels else 0.0) for part in parts]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="agreement_table")


def _row(part: PartAgreement, level: float) -> dict[str, Any]:
    found = part.found
    main = None if found is None else found.main
    value = "–" if main is None or main.value is None else agreement_words.number(main.value)
    percent = f"{level:.0%}".removesuffix("%")
    return {
        messages.say("agreement.column.part"): _part(part),
        messages.say("agreement.column.alpha"): value,
        messages.say("agreement.column.interval", percent=percent): (
            "" if main is None else agreement_words.interval(main)
        ),
        messages.say("agreement.column.clips"): 0 if found is None else found.units,
        messages.say("agreement.column.raters"): 0 if found is None else found.raters,
        messages.say("agreement.column.words"): (
            messages.say("agreement.too_few") if found is None else agreement_words.short(found)
        ),
    }


def _every(part: PartAgreement) -> None:
    if part.found is None:
        st.markdown(_sentence(part))
        return
    percent = f"{part.found.interval_level:.0%}".removesuffix("%")
    rows = [
        {
            messages.say("agreement.column.coefficient"): agreement_words.coefficient_name(each.name),
            messages.say("agreement.column.value"): (
                agreement_words.why_undefined(each)
                if each.value is None
                else agreement_words.number(each.value)
            ),
            messages.say("agreement.column.interval", percent=percent): agreement_words.interval(each),
            messages.say("agreement.column.pairs"): part.found.pairs,
        }
        for each in part.found.coefficients
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="agreement_every")
    for note in agreement_words.notes(part.found):
        st.caption(note)


def _disagreed(found: ProjectAgreement, field: Field) -> None:
    if found.of(field)[0].found is None:
        return
    st.markdown(f"#### {messages.say('agreement.disagreed')}")
    clips = found.disagreed[field]
    if not clips:
        st.markdown(messages.say("agreement.disagreed_none"))
        return
    links = [clip_links.ClipLink(clip.clip_id, clip.name, _clip_words(field, clip)) for clip in clips]
    clip_links.show(links, key=f"disagreed_{field.value}")


def _clip_words(field: Field, clip: DisagreedClip) -> str:
    said = messages.say("why.comma").join(
        messages.say("agreement.said", count=count, value=_value(field, value)) for value, count in clip.said
    )
    if clip.consensus.is_split:
        return messages.say("agreement.clip_split", said=said)
    return messages.say("agreement.clip_words", said=said, consensus=_value(field, clip.consensus.value))


def _value(field: Field, value: str) -> str:
    """An answer as people read it."""
    if field is Field.DELIVERY:
        return messages.say(f"delivery.{Delivery(int(value)).name.lower()}")
    if field is Field.EMOTION:
        return messages.say(f"emotion.{value}")
    return f"{float(value):.2f}"
