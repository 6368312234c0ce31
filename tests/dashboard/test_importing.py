"""Clips go in whole, once, with what LINES.csv says of them, or are refused in a sentence."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest

from dashboard.services import projects
from dashboard.services.importing import (
    Source,
    analyse_again,
    import_clips,
    sources_at,
    statuses,
)
from dashboard.services.lines_table import parse_lines, read_lines
from db import audit, clips, session
from db.records import ClipStatus
from engine.errors import MediaError, TableError
from engine.vocabulary import Emotion, LineSource
from tests.media_made import made_clip, tone

pytestmark = pytest.mark.usefixtures("home")

HEADER = "clip,line,actor,language,genre,project,directed_emotion,directed_intensity\n"


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    folder = tmp_path / "takes"
    folder.mkdir()
    made_clip(folder / "b.mp4", seconds=0.5)
    made_clip(folder / "a.mp4", seconds=0.6, sound=tone(0.6))
    (folder / "notes.txt").write_text("no clip")
    (folder / ".hidden.mp4").write_bytes(b"no clip")
    return folder


def upload(name: str, content: bytes) -> Source:
    return Source(name=name, open=lambda: io.BytesIO(content))


def test_a_folder_goes_in_by_name_and_waits_for_its_analysis(takes: Path) -> None:
    report = import_clips("Hamlet", sources_at(takes, None), check_media=True)
    assert [clip.original_name for clip in report.added] == ["a.mp4", "b.mp4"]
    assert {clip.status for clip in report.added} == {ClipStatus.QUEUED}
    assert report.refused == ()


def test_lines_csv_tells_everything_about_a_clip(takes: Path, tmp_path: Path) -> None:
    table = tmp_path / "LINES.csv"
    table.write_text(
        HEADER + 'a.mp4,"Get out, now!",Asha,hi,drama,,Angry,0.8\nb.mp4,,,,,,,\n', encoding="utf-8-sig"
    )
    lines = read_lines(table)
    first, second = import_clips("Hamlet", sources_at(takes, lines), lines=lines).added
    assert (first.line, first.line_source) == ("Get out, now!", LineSource.GIVEN)
    assert (first.actor, first.language, first.genre) == ("Asha", "hi", "drama")
    assert (first.directed_emotion, first.directed_intensity) == (Emotion.ANGER, 0.8)
    assert (second.line, second.line_source, second.language) == ("", LineSource.NONE, "en")


def test_a_row_may_name_another_project(takes: Path) -> None:
    lines = parse_lines(b"clip,line,project\na.mp4,Hello,Othello\n", name="LINES.csv")
    first, second = import_clips("Hamlet", sources_at(takes, lines), lines=lines).added
    assert first.project_id == projects.by_name("Othello").id
    assert second.project_id == projects.by_name("Hamlet").id


def test_the_same_file_goes_in_once_whatever_its_name(takes: Path) -> None:
    import_clips("Hamlet", sources_at(takes, None))
    (takes / "c.mp4").write_bytes((takes / "a.mp4").read_bytes())
    report = import_clips("Hamlet", sources_at(takes, None))
    assert report.added == ()
    assert [clip.original_name for clip in report.already_there] == ["a.mp4", "b.mp4", "a.mp4"]


def test_the_same_file_may_be_in_two_projects(takes: Path) -> None:
    import_clips("Hamlet", sources_at(takes, None))
    assert len(import_clips("Othello", sources_at(takes, None)).added) == 2


def test_an_interrupted_import_is_finished_by_the_next(takes: Path) -> None:
    import_clips("Hamlet", sources_at(takes / "b.mp4", None))
    report = import_clips("Hamlet", sources_at(takes, None))
    assert [clip.original_name for clip in report.added] == ["a.mp4"]
    assert [clip.original_name for clip in report.already_there] == ["b.mp4"]


def test_a_bad_clip_does_not_keep_the_others_out(takes: Path) -> None:
    (takes / "aa.mp4").write_bytes(b"no clip at all")
    report = import_clips("Hamlet", sources_at(takes, None), check_media=True)
    assert [clip.original_name for clip in report.added] == ["a.mp4", "b.mp4"]
    assert [refusal.name for refusal in report.refused] == ["aa.mp4"]
    assert "aa.mp4" in report.refused[0].sentence


def test_where_every_clip_is_bad_not_even_the_project_is_made(takes: Path, home: Path) -> None:
    (takes / "a.mp4").write_bytes(b"no clip at all")
    import_clips("Hamlet", sources_at(takes / "a.mp4", None), check_media=True)
    assert projects.listing() == ()
    assert not (home / "media").exists()


def test_uploads_go_in_like_files() -> None:
    report = import_clips("Hamlet", [upload("take.mp4", b"some bytes"), upload("empty.mp4", b"")])
    assert [clip.size_bytes for clip in report.added] == [10]
    assert [refusal.name for refusal in report.refused] == ["empty.mp4"]


@pytest.mark.parametrize(
    "name", ["", "../take.mp4", "/etc/passwd", "C:take.mp4", "a\\b.mp4", "a\nb.mp4", "x" * 300]
)
def test_an_upload_whose_name_is_no_file_name_stores_nothing(home: Path, name: str) -> None:
    with pytest.raises(TableError):
        import_clips("Hamlet", [upload("good.mp4", b"some bytes"), upload(name, b"other bytes")])
    assert not (home / "media").exists()
    assert projects.listing() == ()


def test_progress_counts_up_to_the_number_of_files(takes: Path) -> None:
    seen: list[tuple[int, int]] = []
    import_clips("Hamlet", sources_at(takes, None), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_stopped_import_keeps_what_is_stored_and_names_the_rest(takes: Path) -> None:
    stored: list[int] = []
    report = import_clips(
        "Hamlet",
        sources_at(takes, None),
        progress=lambda done, _total: stored.append(done),
        is_stopped=lambda: bool(stored),
    )
    assert [clip.original_name for clip in report.added] == ["a.mp4"]
    assert report.left_out == ("b.mp4",)
    assert [clip.original_name for clip in import_clips("Hamlet", sources_at(takes, None)).added] == ["b.mp4"]


def test_names_decomposed_by_a_file_system_find_their_row(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Szene_ü.mp4")
    made_clip(tmp_path / "a.mp4", seconds=0.5).rename(tmp_path / decomposed)
    lines = parse_lines("clip,line\nSzene_ü.mp4,Hallo\n".encode(), name="LINES.csv")
    (clip,) = import_clips("Hamlet", sources_at(tmp_path, lines), lines=lines).added
    assert clip.line == "Hallo"


def test_a_listed_file_of_any_ending_counts_as_a_clip(takes: Path) -> None:
    made_clip(takes / "c.mp4", seconds=0.7).rename(takes / "c.dat")
    lines = parse_lines(b"clip,line\nc.dat,Hello\n", name="LINES.csv")
    assert [source.name for source in sources_at(takes, lines)] == ["a.mp4", "b.mp4", "c.dat"]


def test_a_row_without_its_file_stops_the_import_before_it_begins(takes: Path) -> None:
    lines = parse_lines(b"clip,line\na.mp4,Hello\ngone.mp4,Hello\n", name="LINES.csv")
    with pytest.raises(TableError, match=r"gone\.mp4"):
        sources_at(takes, lines)


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no clip")
    with pytest.raises(MediaError, match="no clip"):
        sources_at(tmp_path, None)


def test_a_clip_can_be_queued_again(takes: Path) -> None:
    clip = import_clips("Hamlet", sources_at(takes, None)).added[0]
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.FAILED, message="The disk was full.")
    analyse_again(clip.id)
    (now,) = statuses([clip.id])
    assert (now.status, now.message) == (ClipStatus.QUEUED, None)
    with session.reading() as s:
        newest = audit.list_page(s).items[0]
    assert (newest.action, newest.subject) == ("clip.analyse_again", f"clip:{clip.id}")


def test_a_clip_at_work_is_not_queued_again_and_nothing_is_logged(takes: Path) -> None:
    clip = import_clips("Hamlet", sources_at(takes, None)).added[0]
    with session.writing() as s:
        clips.set_status(s, clip.id, ClipStatus.ANALYSING)
    assert analyse_again(clip.id).status is ClipStatus.ANALYSING
    with session.reading() as s:
        assert audit.list_page(s).items[0].action == "clip.import"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_of_any_script_are_read_in_the_usual_encodings(encoding: str) -> None:
    text = 'clip,line\nसीन.mp4,"तुम, यहाँ?"\nمشهد.mp4,لماذا\n'
    lines = parse_lines(text.encode(encoding), name="LINES.csv")
    assert [row.line for row in lines.rows.values()] == ["तुम, यहाँ?", "لماذا"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_of_spreadsheets_are_understood(mark: str) -> None:
    lines = parse_lines(f"clip{mark}line\na.mp4{mark}Hello, you\n".encode(), name="LINES.csv")
    assert lines.rows["a.mp4"].line == "Hello, you"


def test_columns_that_mean_nothing_are_named_and_left_out() -> None:
    lines = parse_lines(b"clip,line,notes\na.mp4,Hello,x\n", name="LINES.csv")
    assert len(lines.notes) == 1
    assert "notes" in lines.notes[0]
