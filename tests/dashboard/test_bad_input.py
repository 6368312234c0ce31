"""Bad input to the command line: status 2, one sentence on standard error, nothing half-written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.__main__ import main
from db import session
from tests.media_made import made_clip, silence, tone
from tests.thoroughness import thorough

pytestmark = pytest.mark.usefixtures("home")

ROOT = Path(__file__).resolve().parents[2]
LINES_HEADER = "clip,line,directed_emotion,directed_intensity\n"
POLICY = '{"format": "dailies-threshold-policy", "format_version": '
RATED_HEADER = "expected_intensity,expressed_intensity,verdict\n"


@dataclass
class Desk:
    """A folder to lay bad files into, and the command line that is given them."""

    folder: Path
    home: Path
    capture: pytest.CaptureFixture[str]

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def refused(self, *words: object) -> str:
        """The one sentence that the command of these words is refused with."""
        before = sorted(self.folder.rglob("*"))
        self.capture.readouterr()
        status = main([str(word) for word in words])
        told = self.capture.readouterr()
        assert status == 2, told
        assert told.err.count("\n") == 1, told.err
        assert told.err.rstrip().endswith("."), told.err
        assert "Traceback" not in told.err
        assert len(told.err) < 500, told.err
        assert sorted(self.folder.rglob("*")) == before
        return told.err

    def stored_nothing(self) -> None:
        assert not (self.home / "media").exists()
        if (self.home / "dailies.db").exists():
            from db import projects

            with session.reading() as s:
                assert projects.everything(s) == ()


@pytest.fixture
def desk(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    folder = tmp_path / "desk"
    folder.mkdir()
    return Desk(folder, home, capsys)


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def broken_link(path: Path) -> Path:
    path.symlink_to("gone.mp4")
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


BAD_CLIPS: dict[str, Callable[[Desk], Path]] = {
    "missing": lambda desk: desk.folder / "gone.mp4",
    "empty": lambda desk: desk.file("empty.mp4", b""),
    "text with a clip's ending": lambda desk: desk.file("notes.mp4", "These are notes.\n" * 99),
    "a page with a clip's ending": lambda desk: desk.file("page.webm", "<!doctype html><p>404" * 99),
    "zeros": lambda desk: desk.file("zeros.mov", bytes(50_000)),
    "a header alone": lambda desk: desk.file("head.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
    "a header that lies about its size": lambda desk: desk.file("lie.wav", b"RIFF\xff\xff\xff\xffWAVEfmt "),
    "cut off in the middle": lambda desk: cut(made_clip(desk.folder / "cut.mp4", sound=tone(2.0)), 0.5),
    "cut off in the header": lambda desk: cut(made_clip(desk.folder / "cut.mkv"), 0.05),
    "a playlist": lambda desk: desk.file("list.m3u8", "#EXTM3U\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n"),
    "no time at all": lambda desk: made_clip(desk.folder / "one.mp4", times_s=[0.0]),
    "hours": lambda desk: made_clip(desk.folder / "long.mp4", times_s=[0.0, 4e3, 8e3], size=(32, 32)),
    "no stream with samples": lambda desk: made_clip(
        desk.folder / "none.wav", size=None, sound=silence(0.0), sound_codec="pcm_s16le"
    ),
    "huge dimensions": lambda desk: made_clip(
        desk.folder / "huge.avi", codec="rawvideo", pixels="gray", size=(9000, 16), seconds=0.2
    ),
    "a broken link": lambda desk: broken_link(desk.folder / "link.mp4"),
    "a named pipe": lambda desk: pipe(desk.folder / "pipe.mp4"),
    "a name longer than any": lambda desk: desk.folder / ("x" * 5000 + ".mp4"),
    "a name with a null": lambda desk: desk.folder / "a\0b.mp4",
    "a device": lambda _desk: Path("/dev/null"),
}


@pytest.mark.parametrize("kind", BAD_CLIPS)
def test_a_file_that_is_no_clip_is_not_analysed(desk: Desk, kind: str) -> None:
    clip = BAD_CLIPS[kind](desk)
    assert clip.name.split("\0")[0][:20] in desk.refused("analyze", clip, "--line", "Get out!", "--json")


@pytest.mark.parametrize("kind", BAD_CLIPS)
def test_a_file_that_is_no_clip_is_not_imported(desk: Desk, kind: str) -> None:
    clip = BAD_CLIPS[kind](desk)
    assert clip.name.split("\0")[0][:20] in desk.refused("import", clip, "--project", "Hamlet")
    desk.stored_nothing()


def test_a_directory_is_not_analysed(desk: Desk) -> None:
    assert "directory" in desk.refused("analyze", desk.folder)


def test_a_directory_without_clips_is_not_imported(desk: Desk) -> None:
    desk.file("notes.txt", "no clip")
    assert "no clip" in desk.refused("import", desk.folder, "--project", "Hamlet")
    desk.stored_nothing()


BAD_LINES: dict[str, str | bytes] = {
    "nothing": b"",
    "blanks": b"\xef\xbb\xbf \n\n",
    "a header alone": LINES_HEADER,
    "no column clip": "file,line\na.mp4,Hello\n",
    "no column line": "clip,text\na.mp4,Hello\n",
    "a column twice": "clip,line,line\na.mp4,Hello,Hello\n",
    "a row too long": LINES_HEADER + "a.mp4,Hello, you,,\n",
    "a row too short": LINES_HEADER + "a.mp4,Hello\n",
    "an open quote": LINES_HEADER + 'a.mp4,"Hello,,\n',
    "null characters": LINES_HEADER + "a.mp4,He\0llo,,\n".replace("a.mp4", "a\0.mp4"),
    "another encoding": LINES_HEADER.encode() + "a.mp4,Grüß Gott,,\n".encode("latin-1"),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "a path upwards": LINES_HEADER + "../a.mp4,Hello,,\n",
    "an absolute path": LINES_HEADER + "/etc/passwd,Hello,,\n",
    "a path with backslashes": LINES_HEADER + "..\\a.mp4,Hello,,\n",
    "a drive": LINES_HEADER + "C:a.mp4,Hello,,\n",
    "a folder's name": LINES_HEADER + "..,Hello,,\n",
    "no name": LINES_HEADER + ",Hello,,\n",
    "a name with a bell": LINES_HEADER + "a\x07.mp4,Hello,,\n",
    "a very long name": LINES_HEADER + "x" * 300 + ".mp4,Hello,,\n",
    "a very long name in another script": LINES_HEADER + "क" * 100 + ".mp4,Hello,,\n",
    "a clip twice": LINES_HEADER + "a.mp4,Hello,,\na.mp4,Bye,,\n",
    "a clip twice in two forms": LINES_HEADER + "\u00fc.mp4,Hello,,\nu\u0308.mp4,Bye,,\n",
    "an intensity that is no number": LINES_HEADER + "a.mp4,Hello,joy,strong\n",
    "an intensity of NaN": LINES_HEADER + "a.mp4,Hello,joy,NaN\n",
    "an infinite intensity": LINES_HEADER + "a.mp4,Hello,joy,inf\n",
    "an intensity above 1": LINES_HEADER + "a.mp4,Hello,joy,1.01\n",
    "an intensity below 0": LINES_HEADER + "a.mp4,Hello,joy,-0.5\n",
    "an unknown emotion": LINES_HEADER + "a.mp4,Hello,bliss,0.5\n",
    "a line without end": LINES_HEADER + "a.mp4," + "so " * 1000 + ",,\n",
    "a cell without end": LINES_HEADER + "a.mp4," + "x" * 200_000 + ",,\n",
}


@pytest.mark.parametrize("kind", BAD_LINES)
def test_a_bad_lines_table_stops_the_import_before_it_begins(desk: Desk, kind: str) -> None:
    clip = made_clip(desk.folder / "a.mp4", seconds=0.5)
    lines = desk.file("LINES.csv", BAD_LINES[kind])
    told = desk.refused("import", clip, "--project", "Hamlet", "--lines", lines)
    assert "LINES.csv" in told
    desk.stored_nothing()


@pytest.mark.parametrize("kind", BAD_LINES)
def test_a_bad_lines_table_stops_the_analysis(desk: Desk, kind: str) -> None:
    desk.refused(
        "analyze",
        made_clip(desk.folder / "a.mp4", seconds=0.5),
        "--lines",
        desk.file("L.csv", BAD_LINES[kind]),
    )


def test_a_line_for_a_clip_that_is_not_there_stops_the_import(desk: Desk) -> None:
    clip = made_clip(desk.folder / "a.mp4", seconds=0.5)
    lines = desk.file("LINES.csv", "clip,line\na.mp4,Hello\nb.mp4,Bye\n")
    assert "b.mp4" in desk.refused("import", clip, "--project", "Hamlet", "--lines", lines)
    desk.stored_nothing()


@pytest.mark.parametrize("where", ["gone.csv", "", "x" * 5000])
def test_a_lines_table_that_cannot_be_read_is_said(desk: Desk, where: str) -> None:
    clip = made_clip(desk.folder / "a.mp4", seconds=0.5)
    desk.refused("import", clip, "--project", "Hamlet", "--lines", desk.folder / where)
    desk.stored_nothing()


BAD_WORDS: dict[str, tuple[str, ...]] = {
    "no command": (),
    "an unknown command": ("dance",),
    "no clip": ("analyze",),
    "an unknown option": ("analyze", "a.mp4", "--loud"),
    "an unknown system": ("analyze", "a.mp4", "--system", "oracle"),
    "a line and a table of lines": ("analyze", "a.mp4", "--line", "Hello", "--lines", "LINES.csv"),
    "a policy and a project": ("analyze", "a.mp4", "--policy", "fixed", "--project", "Hamlet"),
    "an unknown project to judge by": ("analyze", "a.mp4", "--project", "Nobody's"),
    "a policy that is not there": ("analyze", "a.mp4", "--policy", "gone.json"),
    "no project": ("import", "a.mp4"),
    "no jobs": ("import", "a.mp4", "--project", "Hamlet", "--jobs", "0"),
    "jobs that are no number": ("import", "a.mp4", "--project", "Hamlet", "--jobs", "many"),
    "too many jobs": ("import", "a.mp4", "--project", "Hamlet", "--jobs", "1000000"),
    "a port that is no number": ("serve", "--port", "http"),
    "a port below all": ("serve", "--port", "-1"),
    "a port above all": ("serve", "--port", "65536"),
    "a port of many digits": ("serve", "--port", "9" * 400),
    "a host that is none": ("serve", "--host", "no such host", "--port", "0"),
    "an unknown project to learn from": ("recalibrate", "--project", "Nobody's"),
    "an unknown project to export": ("export", "--project", "Nobody's", "--format", "csv", "--out", "x"),
    "an unknown format": ("export", "--project", "Nobody's", "--format", "xls", "--out", "x"),
    "thresholds without an action": ("thresholds",),
    "no place for the policy": ("thresholds", "fit", "r.csv"),
    "a context without a name": ("thresholds", "fit", "r.csv", "--out", "p.json", "--context", "a,,b"),
    "a context column twice": ("thresholds", "fit", "r.csv", "--out", "p.json", "--context", "a,a"),
    "ratings that are not there": ("thresholds", "fit", "gone.csv", "--out", "p.json"),
    "a policy to predict with that is not there": (
        "thresholds",
        "predict",
        "p.json",
        "r.csv",
        "--out",
        "o.csv",
    ),
}


@pytest.mark.parametrize("kind", BAD_WORDS)
def test_words_that_make_no_command_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(desk.folder)
    desk.refused(*BAD_WORDS[kind])
    desk.stored_nothing()


@pytest.mark.parametrize("name", ["", "   ", "x" * 300])
def test_a_project_needs_a_name(desk: Desk, name: str) -> None:
    desk.refused("import", made_clip(desk.folder / "a.mp4", seconds=0.5), "--project", name)
    desk.stored_nothing()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '{"format": "something else"}',
        POLICY + '99, "kind": "fixed"}',
        POLICY + '1, "kind": "oracle"}',
        POLICY + '1, "kind": "fixed", "lower": NaN, "upper": 1}',
        POLICY + '1, "kind": "fixed", "lower": 1, "upper": -1}',
        POLICY + '1, "kind": "fixed", "lower": "low"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_policy_file_that_is_none_is_refused(desk: Desk, content: str | bytes) -> None:
    clip = made_clip(desk.folder / "a.mp4", seconds=0.5)
    desk.refused("analyze", clip, "--policy", desk.file("policy.json", content))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "expected_intensity,verdict\n0.5,under\n",
        RATED_HEADER + "0.5,0.5,perhaps\n",
        RATED_HEADER + "nan,0.5,under\n",
        RATED_HEADER + "0.5,1.5,under\n",
        RATED_HEADER + "0.5,0.5,3\n",
        RATED_HEADER + "0.5,strong,under\n",
        RATED_HEADER + "0.5\n",
    ],
)
def test_ratings_that_teach_nothing_write_no_policy(desk: Desk, content: str) -> None:
    ratings = desk.file("ratings.csv", content)
    desk.refused("thresholds", "fit", ratings, "--out", desk.folder / "policy.json")


def test_a_port_that_is_taken_is_said(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in desk.refused("serve", "--port", port)


@pytest.mark.parametrize(
    "address", ["nonsense", "sqlite://", "oracle://nowhere/x", "sqlite:////proc/nowhere/dailies.db"]
)
def test_a_database_that_cannot_be_opened_is_said(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DAILIES_DATABASE_URL", address)
    desk.refused("recalibrate", "--project", "Hamlet")


def test_a_data_folder_that_is_a_file_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILIES_HOME", str(desk.file("home", "a file")))
    clip = made_clip(desk.folder / "a.mp4", seconds=0.5)
    desk.refused("import", clip, "--project", "Hamlet")


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--port", "70000"),
        pytest.param(("analyze", "gone.mp4", "--json"), marks=thorough),
        pytest.param(("import", "gone.mp4", "--project", "Hamlet"), marks=thorough),
    ],
)
def test_a_real_process_says_one_line_and_leaves_with_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", *words],
        cwd=ROOT,
        env={**os.environ, "DAILIES_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stdout == "" or done.stdout.startswith("Hamlet: 0 new")
