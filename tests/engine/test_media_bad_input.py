"""What cannot be a clip is refused in one sentence that names the file."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import decode, probe
from tests.media_made import made_clip, silence, tone


def refusal(path: Path) -> str:
    """The one sentence both :func:`probe` and :func:`decode` refuse ``path`` with."""
    with pytest.raises(MediaError) as probed:
        probe(path)
    with pytest.raises(MediaError) as decoded:
        decode(path)
    said = str(probed.value)
    assert said == str(decoded.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def png(side: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side + 1) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_missing_file(tmp_path: Path) -> None:
    assert "There is no file gone.mp4" in refusal(tmp_path / "gone.mp4")


def test_a_directory(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert "empty" in refusal(tmp_path / "a.mp4")


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    assert "not a regular file" in refusal(tmp_path / "a.mp4")


def test_a_broken_link(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "gone.mp4")
    assert "There is no file a.mp4" in refusal(tmp_path / "a.mp4")


def test_a_name_beyond_the_file_system(tmp_path: Path) -> None:
    assert len(refusal(tmp_path / ("x" * 5000 + ".mp4"))) < 200


def test_a_name_with_a_null_character(tmp_path: Path) -> None:
    refusal(tmp_path / "a\0b.mp4")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.mp4", b"These are notes and no clip.\n" * 50),
        ("noise.mp4", np.random.default_rng(0).bytes(50_000)),
        ("zeros.mov", bytes(50_000)),
        ("page.webm", b"<!doctype html><title>404</title>" * 20),
        ("table.txt", b"clip,line\na.mp4,Hello\n"),
        ("header.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
        ("riff.wav", b"RIFF\xff\xff\xff\xffWAVEfmt "),
    ],
)
def test_files_that_are_no_media(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert name in refusal(tmp_path / name)


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4"])
def test_a_playlist_opens_no_other_file(tmp_path: Path, name: str) -> None:
    other = made_clip(tmp_path / "other.mp4", seconds=0.5)
    (tmp_path / name).write_text(f"#EXTM3U\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n")
    refusal(tmp_path / name)


def test_a_concatenation_script_opens_no_other_file(tmp_path: Path) -> None:
    made_clip(tmp_path / "other.mp4", seconds=0.5)
    (tmp_path / "a.ffconcat").write_text("ffconcat version 1.0\nfile other.mp4\n")
    refusal(tmp_path / "a.ffconcat")


def test_a_still_picture(tmp_path: Path) -> None:
    (tmp_path / "face.png").write_bytes(png(64))
    refusal(tmp_path / "face.png")


def test_a_file_cut_off_before_its_index(tmp_path: Path) -> None:
    whole = made_clip(tmp_path / "whole.mp4", sound=tone(2.0))
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "cut off" in refusal(tmp_path / "cut.mp4")


def test_a_header_without_a_single_packet(tmp_path: Path) -> None:
    whole = made_clip(tmp_path / "whole.mkv")
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[:600])
    refusal(tmp_path / "cut.mkv")


def test_pictures_that_never_decode(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "hurt.avi", codec="mpeg4")
    content = bytearray(path.read_bytes())
    at = content.index(b"movi")
    end = content.rindex(b"idx1")
    for start in [i for i in range(at, end) if content[i : i + 4] == b"00dc"]:
        size = struct.unpack("<I", content[start + 4 : start + 8])[0]
        content[start + 8 : start + 8 + size] = bytes(size)
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_dimensions_beyond_any_camera(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "huge.avi", codec="rawvideo", pixels="gray", size=(9000, 16), seconds=0.2)
    assert "9000 × 16" in refusal(path)


def test_a_clip_that_lasts_no_time(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "one.mp4", times_s=[0.0])
    assert "lasts" in refusal(path)


def test_a_recording_of_hours(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "hours.mp4", times_s=[0.0, 4000.0, 8000.0], size=(32, 32))
    assert "cut it into takes" in refusal(path)


def test_sound_without_samples(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "none.wav", size=None, sound=silence(0.0), sound_codec="pcm_s16le")
    refusal(path)


def test_what_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "locked.mp4", seconds=0.5)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "may not be read" in refusal(path)


def test_names_of_any_script_are_fine(tmp_path: Path) -> None:
    for name in ("सीन एक.mp4", "مشهد ١.mp4", "take 1 (best) #2 %03d.mp4", "-i.mp4", "concat:a|b.mp4"):
        assert probe(made_clip(tmp_path / "a.mp4", seconds=0.5).rename(tmp_path / name)).video is not None


def test_a_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "a.mp4", seconds=0.5, sound=tone(0.5)).rename(tmp_path / "a.wav")
    assert probe(path).video is not None
