"""Scenes: a long clip cut into lines, analysed one by one, and shown as a strip along its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages import shelf
from dashboard.app_pages.project_sections import saving
from dashboard.components.file_picker import PickerView, file_picker
from dashboard.components.scene_strip import scene_strip
from dashboard.services import messages, scene_lines, scene_view, scenes, scripts, uploads
from dashboard.services.lines_table import MAX_LINE_CHARACTERS, MAX_WORD_CHARACTERS
from dashboard.services.permissions import Act, may
from dashboard.services.recording_pass import Performer
from dashboard.services.scene_view import SceneView
from dashboard.services.scenes import Cuts, ListedScene
from db.records import SceneStatus, UtteranceStatus

REFRESH_S: Final = 2
STRIP_STEPS: Final = 20
"""So often at the most the strip is drawn anew while a scene is being read."""
NOUN: Final = "scenes"
NO_SCRIPT: Final = 0


def show() -> None:
    """Draw the page."""
    here = visit.here()
    saving.confirm()
    by_id = {each.scene.id: each for each in scenes.listing(here.project.id, person_id=here.person.id)}
    titles = {scene_id: each.scene.original_name for scene_id, each in by_id.items()}
    scene_id = shelf.head(here, NOUN, titles, _words_of_head(), icon=":material/movie:", add=_add)
    if scene_id is None:
        return
    chosen = by_id[scene_id]
    _progress(chosen, here)
    if chosen.scene.duration_s is not None:
        _strip(chosen, here)
    if may(here.role, Act.SET_UP):
        _filmed(scene_id, here)


def _strip(chosen: ListedScene, here: visit.Visit) -> None:
    """Where it drifts, and line by line."""
    view = scene_view.view(chosen.scene.id, person_id=here.person.id)
    for sentence in view.sentences:
        st.markdown(f"- {messages.plain(sentence)}")
    if not view.sentences and chosen.scene.status is SceneStatus.READY:
        st.markdown(messages.say("scenes.no_drift"))
    scene_strip(view)
    st.caption(messages.say("app.advisory"))
    if may(here.role, Act.SET_UP):
        with st.expander(messages.say("scenes.correct"), icon=":material/edit:"):
            _correct(view, here)


def _words_of_head() -> shelf.Words:
    say = messages.say
    return shelf.Words(say("scenes.title"), say("scenes.add"), say("scenes.none"), say("scenes.which"))


def _add(here: visit.Visit) -> None:
    number = shelf.turn(NOUN)
    performer = Performer(here.project.id, here.person.id)
    films = file_picker(PickerView(performer, messages.say("scenes.film")), key=f"scenes_film_{number}")
    cuts = st.file_uploader(
        messages.say("scenes.cuts"),
        type=[suffix.lstrip(".") for suffix in scene_lines.SUBTITLES + scene_lines.TIMES],
        key=f"scenes_cuts_{number}",
        help=messages.say("scenes.cuts_help"),
    )
    titles = {NO_SCRIPT: messages.say("scenes.no_script")} | {
        script.id: script.title for script in scripts.listing(here.project.id, person_id=here.person.id)
    }
    script_id = st.selectbox(
        messages.say("scenes.script"),
        list(titles),
        format_func=lambda key: titles[key],
        key=f"scenes_script_{number}",
    )
    people = _people(here, (), key=f"scenes_people_{number}")
    if st.button(messages.say("scenes.bring_in"), type="primary", disabled=not films) and films:
        with boundary.shown(), uploads.opened(performer, films[0].key) as film:
            scene = scenes.bring_in(
                here.project.id,
                film,
                name=films[0].name,
                cuts=None if cuts is None else Cuts(cuts.name, cuts.getvalue()),
                script_id=script_id or None,
                person_id=here.person.id,
                people=people,
            )
            uploads.drop(performer, films[0].key)
            shelf.brought_in(NOUN, scene.id)


def _people(here: visit.Visit, named: tuple[str, ...], *, key: str) -> list[str]:
    """Ask who is filmed; names on record are offered, others can be typed."""
    known = scenes.known_people(here.project.id, person_id=here.person.id)
    return st.multiselect(
        messages.say("scenes.people"),
        list(dict.fromkeys([*named, *known])),
        list(named),
        accept_new_options=True,
        help=messages.say("scenes.people_help"),
        key=key,
    )


def _filmed(scene_id: str, here: visit.Visit) -> None:
    named = scenes.filmed(scene_id, person_id=here.person.id)
    if not named:
        st.warning(messages.say("scenes.people_missing"))
    with st.expander(messages.say("scenes.people"), icon=":material/groups:"):
        wanted = _people(here, named, key=f"scenes_people_{scene_id}")
        if st.button(messages.say("scenes.people_save"), key=f"scenes_people_save_{scene_id}"):
            saving.save(
                lambda: scenes.name_filmed(scene_id, wanted, person_id=here.person.id),
                said=messages.say("app.stored"),
            )


def _progress(listed: ListedScene, here: visit.Visit) -> None:
    """How far the scene is, with the way to stop it and to go on."""
    scene_id, status = listed.scene.id, listed.scene.status
    if status is SceneStatus.FAILED:
        st.error(messages.plain(listed.scene.message or ""))
        _press("scenes.again", scenes.try_again, scene_id, here, key="scenes_again")
        return
    if status is SceneStatus.READY:
        return

    @st.fragment(run_every=REFRESH_S)
    def shown() -> None:
        with boundary.shown():
            now = scenes.look(scene_id, person_id=here.person.id)
            has_turned = (now.scene.status, now.scene.duration_s) != (status, listed.scene.duration_s)
            if has_turned or now.done - listed.done >= max(1, now.total // STRIP_STEPS):
                st.rerun()  # the strip lies outside of this fragment
            said, button = st.columns([5, 1], vertical_alignment="center")
            words = _words(now)
            if now.scene.stopped:
                said.info(words, icon=":material/pause_circle:")
            else:
                said.progress(now.done / now.total if now.total else 0.0, text=words)
            with button:
                if now.scene.stopped:
                    _press("clips.go_on", scenes.go_on, scene_id, here, key="scene_go_on")
                else:
                    _press("clips.stop", scenes.stop, scene_id, here, key="scene_stop")

    shown()


def _words(now: ListedScene) -> str:
    if now.scene.stopped:
        return messages.say("scenes.stopped", done=now.done, total=now.total)
    if now.scene.status is SceneStatus.READING:
        return messages.say("scenes.reading", done=now.done, total=now.total)
    return messages.say("scenes.looking")


def _press(label: str, act: Callable[..., None], scene_id: str, here: visit.Visit, *, key: str) -> None:
    st.button(
        messages.say(label),
        key=key,
        on_click=boundary.guarded(act),
        args=(scene_id,),
        kwargs={"person_id": here.person.id},
        width="stretch",
        disabled=not may(here.role, Act.SET_UP),
    )


def _correct(view: SceneView, here: visit.Visit) -> None:
    """A table of the lines in which words and speakers can be put right."""
    say = messages.say
    line, speaker = say("scenes.column.line"), say("scenes.column.speaker")
    table = pd.DataFrame(
        {
            say("scenes.column.from"): [scene_view.clock(each.utterance.start_s) for each in view.lines],
            speaker: [each.speaker for each in view.lines],
            line: [each.utterance.line for each in view.lines],
        },
        index=[each.utterance.id for each in view.lines],
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        width="stretch",
        disabled=[say("scenes.column.from")],
        column_config={
            line: st.column_config.TextColumn(max_chars=MAX_LINE_CHARACTERS),
            speaker: st.column_config.TextColumn(max_chars=MAX_WORD_CHARACTERS),
        },
        key=f"scenes_lines_{view.scene.id}",
    )
    changed = [number for number in table.index if not edited.loc[number].equals(table.loc[number])]
    failed = sum(each.utterance.status is UtteranceStatus.FAILED for each in view.lines)
    if failed:
        st.warning(say("scenes.failed_lines", n=failed))
        _press("scenes.again", scenes.try_again, view.scene.id, here, key="scenes_again_lines")
    if st.button(say("scenes.save"), disabled=not changed, key="scenes_save"):
        with boundary.shown():
            for number in changed:
                row = edited.loc[number]
                scenes.correct(
                    view.scene.id,
                    int(number),
                    line=str(row[line] or ""),
                    speaker=str(row[speaker] or ""),
                    person_id=here.person.id,
                )
            st.rerun()
