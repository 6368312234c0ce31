"""The text raters go by: written in Markdown for each language, with examples and earlier versions."""

from __future__ import annotations

import streamlit as st

from dashboard import visit
from dashboard.app_pages import guideline_view
from dashboard.app_pages.project_sections import saving
from dashboard.services import guidelines, messages
from dashboard.services.guidelines import Example, Guideline

TEXT_HEIGHT = 360


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    st.caption(messages.say("project.guideline_what"))
    language = str(
        st.segmented_control(
            messages.say("project.words_in"),
            messages.languages(),
            default=messages.spoken(),
            format_func=messages.own_name,
            required=True,
            key="guideline_language",
        )
    )
    versions = guidelines.history(here.project.id, language, person_id=here.person.id)
    now = (
        versions[0]
        if versions
        else Guideline(id=None, version=0, language=language, text=guidelines.shipped(language))
    )
    written, shown = st.columns(2, gap="medium")
    with written, st.container(key=f"text_{now.direction}"):
        text = st.text_area(
            messages.say("project.guideline_text"),
            now.text,
            height=TEXT_HEIGHT,
            max_chars=guidelines.TEXT_LENGTH,
            key=f"guideline_{language}_{now.version}",
        )
    examples = _examples(here, now)
    with shown:
        st.caption(messages.say("project.preview"))
        with st.container(border=True, height=TEXT_HEIGHT + 40):
            guideline_view.draw(Guideline(None, 0, language, text, examples), name="preview")
    st.caption(
        messages.say("project.version", n=now.version) if now.version else messages.say("project.shipped")
    )
    if st.button(messages.say("project.save"), type="primary", key="save_guideline"):
        saving.save(
            lambda: guidelines.write(
                here.project.id, language, text, examples=examples, person_id=here.person.id
            )
        )
    _history(here, versions)


def _examples(here: visit.Visit, now: Guideline) -> tuple[Example, ...]:
    notes = {example.clip_id: example.note for example in now.examples if guidelines.is_there(example)}
    named = {
        clip.id: clip.original_name
        for clip in guidelines.candidates(here.project.id, person_id=here.person.id)
    }
    for example in now.examples:
        if example.clip_id in notes:
            named.setdefault(
                example.clip_id, guidelines.clip_of(example, person_id=here.person.id).original_name
            )
    key = f"{now.language}_{now.version}"
    chosen = st.multiselect(
        messages.say("project.examples"),
        list(named),
        default=list(notes),
        format_func=lambda clip_id: named[clip_id],
        help=messages.say("project.examples_help"),
        placeholder=messages.say("project.choose"),
        max_selections=guidelines.MOST_EXAMPLES,
        key=f"examples_{key}",
    )
    return tuple(
        Example(
            clip_id,
            st.text_input(
                messages.say("project.example_note", clip=named[clip_id]),
                notes.get(clip_id, ""),
                max_chars=guidelines.NOTE_LENGTH,
                key=f"note_{key}_{clip_id}",
            ),
        )
        for clip_id in chosen
    )


def _history(here: visit.Visit, versions: tuple[Guideline, ...]) -> None:
    if len(versions) < 2:  # with one version there is nothing earlier
        return
    with st.expander(messages.say("project.earlier")):
        chosen = st.selectbox(
            messages.say("project.earlier_version"),
            versions[1:],
            format_func=lambda one: messages.say("project.version", n=one.version),
            key="guideline_earlier",
        )
        guideline_view.draw(chosen, name="earlier")
        if st.button(messages.say("project.use_again"), key="guideline_again"):
            saving.save(
                lambda: guidelines.write(
                    here.project.id,
                    chosen.language,
                    chosen.text,
                    examples=chosen.examples,
                    person_id=here.person.id,
                )
            )
