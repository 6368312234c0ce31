"""Clips: bring them in, see how far each is, correct what is known, analyse again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.app_pages.clips_sections import answers
from dashboard.components.clip_table import clip_table
from dashboard.services import analysis_stop, background, clip_list, importing, messages, queue
from dashboard.services.lines_table import LineRow, LinesTable, parse_lines
from db.records import ClipDetails, ClipStatus
from engine.vocabulary import Emotion

REFRESH_S: Final = 2
_DETAILS: Final = "clip_details"
_AFTER: Final = "clips_after"
_UPLOADS: Final = "clip_uploads_round"
ALL: Final = "all"


def show() -> None:
    """Draw the page."""
    here = visit.here()
    asked = st.session_state.pop(_DETAILS, None)
    st.header(messages.say("clips.title"))
    counts = clip_list.counts(here.project.id, person_id=here.person.id)
    with st.expander(messages.say("clips.add"), expanded=not sum(counts.values()), icon=":material/upload:"):
        _add(here)
    _import_progress(_import_name(here))
    status, text = _filters()
    _list(here.project.id, status, text)
    _order(here)
    answers.show(here)
    if asked:
        dialog = st.dialog(messages.say("clips.details"), width="medium")
        dialog(_details)(asked, here.person.id)


def _order(here: visit.Visit) -> None:
    is_informative = queue.order_of(here.project) is queue.QueueOrder.MOST_INFORMATIVE
    wanted = st.toggle(
        messages.say("clips.most_informative"),
        value=is_informative,
        help=messages.say("clips.most_informative_help"),
    )
    if wanted != is_informative:
        order = queue.QueueOrder.MOST_INFORMATIVE if wanted else queue.QueueOrder.IN_ORDER
        queue.set_order(here.project.id, order, person_id=here.person.id)
        st.rerun()


def _add(here: visit.Visit) -> None:
    round_number = st.session_state.setdefault(_UPLOADS, 0)
    whole_folder = st.toggle(messages.say("clips.whole_folder"), key="whole_folder")
    files = st.file_uploader(
        messages.say("clips.files"),
        accept_multiple_files="directory" if whole_folder else True,
        type=[suffix.lstrip(".") for suffix in sorted(importing.CLIP_SUFFIXES)] + ["csv"],
        key=f"uploads_{round_number}_{whole_folder}",
        help=messages.say("clips.files_help"),
    )
    clips = [file for file in files if not file.name.lower().endswith(".csv")]
    tables = [file for file in files if file.name.lower().endswith(".csv")]
    line = (
        st.text_input(messages.say("clips.line"), max_chars=2000, help=messages.say("clips.line_help"))
        if len(clips) == 1 and not tables
        else ""
    )
    going = background.look(_import_name(here))
    is_busy = going is not None and not going.is_done
    label = messages.say("clips.import", n=len(clips)) if clips else messages.say("clips.import_none")
    if st.button(label, type="primary", disabled=not clips or is_busy):
        lines = parse_lines(tables[0].getvalue(), name=tables[0].name) if tables else None
        if line.strip():
            lines = LinesTable(
                name=messages.say("clips.line"), rows={clips[0].name: LineRow(clips[0].name, line)}
            )
        _start_import(here, clips, lines)
        st.session_state[_UPLOADS] = round_number + 1
        st.rerun()


def _start_import(here: visit.Visit, files: list[Any], lines: LinesTable | None) -> None:
    sources = [importing.Source(name=file.name.rsplit("/", 1)[-1], open=_opener(file)) for file in files]
    importing.refuse_unknown_clips(lines, [source.name for source in sources])
    project, person_id = here.project.name, here.person.id
    name = _import_name(here)
    background.start(
        name,
        lambda report: importing.import_clips(
            project,
            sources,
            lines=lines,
            progress=report,
            is_stopped=lambda: background.is_stopping(name),
            person_id=person_id,
        ),
    )


def _opener(file: Any) -> Any:
    def opened() -> Any:
        file.seek(0)
        return file

    return opened


def _import_name(here: visit.Visit) -> str:
    return f"import:{here.project.id}:{here.person.id}"


@st.fragment(run_every=REFRESH_S)
def _import_progress(name: str) -> None:
    work = background.look(name)
    if work is None:
        return
    if not work.is_done:
        is_stopping = background.is_stopping(name)
        words = messages.say("clips.stopping") if is_stopping else messages.say("clips.storing")
        bar, button = st.columns([5, 1], vertical_alignment="bottom")
        bar.progress(work.share or 0.0, text=words)
        button.button(
            messages.say("clips.stop"),
            key="stop_import",
            disabled=is_stopping,
            on_click=background.stop,
            args=(name,),
            width="stretch",
        )
        return
    if work.error is not None:
        error = work.error if isinstance(work.error, Exception) else RuntimeError(str(work.error))
        st.error(boundary.sentence(error))
    else:
        report: importing.ImportReport = work.answer
        said = [messages.say("clips.added", n=len(report.added))] if report.added else []
        if report.already_there:
            said.append(messages.say("clips.already_there", n=len(report.already_there)))
        if said:
            st.success(" ".join(said))
        if report.left_out:
            st.info(messages.say("clips.left_out", n=len(report.left_out)))
        for refusal in report.refused:
            st.warning(f"{refusal.name}: {refusal.sentence}")
    if st.button(messages.say("clips.understood"), key="understood"):
        background.forget(name)
        st.rerun()


def _filters() -> tuple[ClipStatus | None, str]:
    left, right = st.columns([3, 2])
    options = [ALL, *(status.value for status in ClipStatus)]
    chosen = left.segmented_control(
        messages.say("clips.filter"),
        options,
        default=ALL,
        format_func=lambda name: (
            messages.say(f"clips.{ALL}") if name == ALL else messages.say(f"status.{name}")
        ),
        label_visibility="collapsed",
        on_change=_from_the_start,
    )
    text = right.text_input(
        messages.say("clips.search"),
        placeholder=messages.say("clips.search"),
        label_visibility="collapsed",
        on_change=_from_the_start,
    )
    return (None if chosen in (None, ALL) else ClipStatus(chosen)), text.strip()


def _from_the_start() -> None:
    st.session_state[_AFTER] = [0]


@st.fragment(run_every=REFRESH_S)
def _list(project_id: int, status: ClipStatus | None, text: str) -> None:
    if _DETAILS in st.session_state or visit.is_turning():
        st.rerun()  # what was asked for lies outside this fragment
    state = clip_list.counts(project_id, person_id=visit.here().person.id)
    _analysis(project_id, state)
    trail: list[int] = st.session_state.setdefault(_AFTER, [0])
    page = clip_list.look(
        project_id, person_id=visit.here().person.id, status=status, text=text, after=trail[-1]
    )
    clip_table(page.items, on_act=_act)
    back, forth, _ = st.columns([1, 1, 6])
    if len(trail) > 1 and back.button(messages.say("clips.back"), key="clips_back"):
        trail.pop()
        st.rerun()
    if page.next_key is not None and forth.button(messages.say("clips.more"), key="clips_more"):
        trail.append(page.next_key)
        st.rerun()


def _analysis(project_id: int, state: Mapping[ClipStatus, int]) -> None:
    """How far the analysis is, with the way to stop it and to go on."""
    total, waiting = sum(state.values()), state[ClipStatus.QUEUED]
    done = state[ClipStatus.READY] + state[ClipStatus.FAILED] + state[ClipStatus.WITHDRAWN]
    is_stopped = analysis_stop.is_stopped(project_id, person_id=visit.here().person.id)
    if done == total and not is_stopped:
        return
    said, button = st.columns([5, 1], vertical_alignment="center")
    if not is_stopped:
        said.progress(done / total, text=messages.say("clips.analysed", done=done, total=total))
    elif state[ClipStatus.ANALYSING]:
        said.info(messages.say("clips.stopped_working", n=waiting), icon=":material/pause_circle:")
    else:
        said.info(messages.say("clips.stopped", n=waiting), icon=":material/pause_circle:")
    button.button(
        messages.say("clips.go_on") if is_stopped else messages.say("clips.stop"),
        key="go_on" if is_stopped else "stop_analysis",
        type="primary" if is_stopped else "secondary",
        on_click=boundary.guarded(analysis_stop.go_on if is_stopped else analysis_stop.stop),
        args=(project_id,),
        kwargs={"person_id": visit.here().person.id},
        width="stretch",
    )


def _act(what: str, clip_id: str) -> None:
    boundary.guarded(_do)(what, clip_id)


def _do(what: str, clip_id: str) -> None:
    if what == "again":
        importing.analyse_again(clip_id, person_id=visit.here().person.id)
    elif what == "details":
        st.session_state[_DETAILS] = clip_id
    elif what == "review":
        visit.go_to_review(clip_id)


def _details(clip_id: str, person_id: int) -> None:
    with boundary.shown():
        clip = clip_list.clip(clip_id, person_id=visit.here().person.id)
        st.text(clip.original_name)
        with st.form("details", border=False):
            line = st.text_area(messages.say("clips.line"), clip.line, max_chars=2000, height=80)
            left, middle, right = st.columns(3)
            actor = left.text_input(messages.say("clips.actor"), clip.actor or "", max_chars=80)
            language = middle.text_input(messages.say("clips.language"), clip.language or "", max_chars=16)
            genre = right.text_input(messages.say("clips.genre"), clip.genre or "", max_chars=80)
            names = ["", *(emotion.value for emotion in Emotion)]
            emotion = left.selectbox(
                messages.say("clips.directed_emotion"),
                names,
                index=0 if clip.directed_emotion is None else names.index(clip.directed_emotion.value),
                format_func=lambda name: messages.say(f"emotion.{name}") if name else "–",
            )
            strength = middle.number_input(
                messages.say("clips.directed_intensity"), 0.0, 1.0, clip.directed_intensity, 0.05
            )
            if st.form_submit_button(messages.say("clips.save"), type="primary"):
                wanted = ClipDetails(
                    line=line.strip(),
                    line_source=clip_list.source_of(line),
                    actor=actor.strip() or None,
                    language=language.strip() or None,
                    genre=genre.strip() or None,
                    directed_emotion=Emotion(emotion) if emotion else None,
                    directed_intensity=strength,
                )
                clip_list.correct(clip_id, wanted, person_id=person_id)
                st.rerun()
        st.caption(messages.say("clips.line_changes"))
