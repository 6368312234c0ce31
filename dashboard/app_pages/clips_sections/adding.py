"""Bringing clips in: files chosen and sent, a line or a table of lines with them, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard import boundary, visit
from dashboard.components.file_picker import PickerView, file_picker
from dashboard.services import background, importing, messages, uploads
from dashboard.services.lines_table import MAX_TABLE_BYTES, LineRow, LinesTable, parse_lines
from dashboard.services.recording_pass import Performer
from dashboard.services.uploads import Upload

REFRESH_S: Final = 2
TABLE_SUFFIX: Final = ".csv"
_ROUND: Final = "clip_files_round"


def fields(here: visit.Visit) -> None:
    """Draw the fields; what was chosen is brought in by the button under them."""
    round_number = st.session_state.setdefault(_ROUND, 0)
    performer = Performer(here.project.id, here.person.id)
    kinds = importing.CLIP_SUFFIXES | {TABLE_SUFFIX}
    view = PickerView(performer, messages.say("clips.files"), kinds, takes_many=True)
    files = file_picker(view, key=f"clip_files_{round_number}")
    st.caption(messages.say("clips.files_help"))
    clips = [file for file in files if not _is_table(file)]
    tables = [file for file in files if _is_table(file)]
    line = (
        st.text_input(messages.say("clips.line"), max_chars=2000, help=messages.say("clips.line_help"))
        if len(clips) == 1 and not tables
        else ""
    )
    going = background.look(_import_name(here))
    is_busy = going is not None and not going.is_done
    label = messages.say("clips.import", n=len(clips)) if clips else messages.say("clips.import_none")
    if st.button(label, type="primary", disabled=not clips or is_busy):
        lines = _lines(performer, tables[0]) if tables else None
        if line.strip():
            lines = LinesTable(
                name=messages.say("clips.line"), rows={clips[0].name: LineRow(clips[0].name, line)}
            )
        _start_import(here, files, clips, lines)
        st.session_state[_ROUND] = round_number + 1
        st.rerun()


def _is_table(file: Upload) -> bool:
    return file.name.lower().endswith(TABLE_SUFFIX)


def _lines(performer: Performer, table: Upload) -> LinesTable:
    content = uploads.content(performer, table.key, most_bytes=MAX_TABLE_BYTES)
    return parse_lines(content, name=table.name)


def _start_import(
    here: visit.Visit, files: tuple[Upload, ...], clips: list[Upload], lines: LinesTable | None
) -> None:
    importing.refuse_unknown_clips(lines, [clip.name for clip in clips])
    project, person_id = here.project.name, here.person.id
    performer = Performer(here.project.id, person_id)
    name = _import_name(here)
    wanted = {clip.name for clip in clips}

    def bring_in(report: Callable[[int, int], None]) -> importing.ImportReport:
        with uploads.used(performer, [file.key for file in files]) as sources:
            return importing.import_clips(
                project,
                [source for source in sources if source.name in wanted],
                lines=lines,
                progress=report,
                is_stopped=lambda: background.is_stopping(name),
                person_id=person_id,
            )

    background.start(name, bring_in)


def _import_name(here: visit.Visit) -> str:
    return f"import:{here.project.id}:{here.person.id}"


def progress(here: visit.Visit) -> bool:
    """Draw how far the import is, and what became of it; says whether it goes on."""
    name = _import_name(here)
    work = background.look(name)
    if work is None:
        return False

    @st.fragment(run_every=None if work.is_done else REFRESH_S)
    def shown() -> None:
        _progress(name)

    shown()
    return not work.is_done


def _progress(name: str) -> None:
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
