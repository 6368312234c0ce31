"""The emotions a project asks for, and what they are called in each language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import visit
from dashboard.app_pages.project_sections import saving
from dashboard.components.keymap import keymap_of
from dashboard.services import label_sets, messages
from dashboard.services.label_sets import Label, LabelSet
from dashboard.services.rating_protocol import protocol_of
from engine.vocabulary import Emotion

COLUMNS: Final = ("name", "definition", "example")


def draw(here: visit.Visit) -> None:
    """Draw the section."""
    now = label_sets.in_force(here.project, person_id=here.person.id)
    st.caption(messages.say("project.labels_what"))
    codes = st.multiselect(
        messages.say("project.emotions"),
        list(Emotion),
        default=list(now.codes),
        format_func=lambda code: now.name(code, messages.spoken()),
        help=messages.say("project.emotions_help"),
        placeholder=messages.say("project.choose"),
        key="label_codes",
    )
    languages = messages.languages()
    language = st.segmented_control(
        messages.say("project.words_in"),
        languages,
        default=messages.spoken(),
        format_func=messages.own_name,
        required=True,
        key="label_language",
    )
    written = _table(now, codes, str(language))
    st.caption(
        messages.say("project.version", n=now.version) if now.version else messages.say("project.shipped")
    )
    if st.button(messages.say("project.save"), type="primary", key="save_labels"):
        saving.save(lambda: _save(here, now, codes, str(language), written))


def _table(now: LabelSet, codes: Sequence[Emotion], language: str) -> pd.DataFrame:
    rows = pd.DataFrame(
        [[getattr(now.label(code, language), column) for column in COLUMNS] for code in codes],
        columns=list(COLUMNS),
        index=pd.Index([code.value for code in codes], name="code"),
        dtype=str,
    )
    return st.data_editor(
        rows,
        num_rows="fixed",
        width="stretch",
        column_config={
            "_index": st.column_config.TextColumn(messages.say("project.code")),
            **{
                column: st.column_config.TextColumn(
                    messages.say(f"project.label.{column}"),
                    max_chars=label_sets.NAME_LENGTH if column == "name" else label_sets.WORDS_LENGTH,
                )
                for column in COLUMNS
            },
        },
        key=f"labels_{now.version}_{language}_{'_'.join(codes)}",
    )


def _save(
    here: visit.Visit, now: LabelSet, codes: Sequence[Emotion], language: str, written: pd.DataFrame
) -> None:
    keymap_of(protocol_of(here.project).keys, answers={"emotion": len(codes)})
    own = {
        Emotion(str(code)): Label(*("" if text is None else str(text) for text in row))
        for code, row in zip(written.index, written[list(COLUMNS)].itertuples(index=False), strict=True)
    }
    kept = now.words.get(language, {})
    label_sets.change(
        here.project.id,
        person_id=here.person.id,
        codes=codes,
        words={**now.words, language: {**kept, **own}},
    )
