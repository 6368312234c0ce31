"""The browser's copy shows the same thing at the same time, and appears whole or not at all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import decode, probe, transcode
from engine.media.transcoding import COPY_LONG_SIDE_PX
from tests.media_made import made_clip, number_of, tone


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "size"),
    [
        ("a.mp4", "mpeg4", "yuv420p", (320, 240)),
        ("a.mov", "libx265", "yuv420p10le", (320, 240)),
        ("a.mkv", "mjpeg", "yuvj420p", (322, 242)),
        ("a.mkv", "libx264", "yuv444p", (323, 241)),
    ],
)
def test_a_copy_plays_and_keeps_pictures_and_times(
    tmp_path: Path, name: str, codec: str, pixels: str, size: tuple[int, int]
) -> None:
    source = made_clip(tmp_path / name, codec=codec, pixels=pixels, size=size, sound=tone(2.0))
    assert not probe(source).browser_playable
    copy = transcode(source, tmp_path / "copy.mp4")
    assert copy.browser_playable
    assert copy.video is not None
    assert (copy.video.codec, copy.video.pixel_format) == ("h264", "yuv420p")
    assert copy.video.width % 2 == copy.video.height % 2 == 0
    assert copy.duration_s == pytest.approx(2.0, abs=0.1)
    shown = decode(tmp_path / "copy.mp4")
    assert list(map(number_of, shown.pictures)) == np.round(shown.picture_times_s * 25).tolist()


def test_the_index_lies_in_front_so_that_playing_starts_at_once(tmp_path: Path) -> None:
    transcode(made_clip(tmp_path / "a.avi", codec="mpeg4"), tmp_path / "copy.mp4")
    content = (tmp_path / "copy.mp4").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_rotation_is_applied_to_the_pictures(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "phone.mov", codec="libx265", rotation_deg=90)
    copy = transcode(source, tmp_path / "copy.mp4").video
    assert copy is not None
    assert (copy.width, copy.height, copy.rotation_deg) == (240, 320, 0)
    upright = decode(source).pictures[0]
    copied = decode(tmp_path / "copy.mp4").pictures[0]
    assert upright is not None
    assert copied is not None
    assert np.abs(upright.astype(int) - copied.astype(int)).mean() < 5


def test_anamorphic_pictures_are_copied_with_square_pixels(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "dv.mkv", codec="mpeg4", size=(360, 288), aspect=Fraction(16, 15))
    copy = transcode(source, tmp_path / "copy.mp4").video
    assert copy is not None
    assert (copy.width, copy.height) == (384, 288)


def test_variable_frame_rate_is_kept(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 1.5, 1.52, 3.0, 3.9]
    transcode(made_clip(tmp_path / "vfr.mkv", codec="mpeg4", times_s=times), tmp_path / "copy.mp4")
    copy = decode(tmp_path / "copy.mp4")
    expected = np.searchsorted(times, copy.times_s, side="right") - 1
    assert [number_of(picture) for picture in copy.pictures] == expected.tolist()


def test_sound_that_starts_late_stays_late(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "a.mkv", codec="mpeg4", seconds=3, sound=tone(1.0), sound_starts_s=1.5)
    transcode(source, tmp_path / "copy.mp4")
    heard = decode(tmp_path / "copy.mp4").sound
    assert heard is not None
    assert np.flatnonzero(np.abs(heard) > 0.1)[0] / 16_000 == pytest.approx(1.5, abs=0.05)


def test_sound_alone_becomes_a_copy_without_pictures(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "a.mov", size=None, sound=tone(1.0), sound_codec="pcm_s16le")
    copy = transcode(source, tmp_path / "copy.mp4")
    assert copy.video is None
    assert copy.browser_playable
    assert copy.media_type == "audio/mp4"


def test_very_large_pictures_are_copied_smaller(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "4k.mkv", codec="mpeg4", size=(3840, 2160), seconds=0.2)
    copy = transcode(source, tmp_path / "copy.mp4").video
    assert copy is not None
    assert (copy.width, copy.height) == (COPY_LONG_SIDE_PX, COPY_LONG_SIDE_PX * 9 // 16)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    told: list[float] = []
    transcode(made_clip(tmp_path / "a.avi", codec="mpeg4"), tmp_path / "copy.mp4", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 10


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    source = made_clip(tmp_path / "a.avi", codec="mpeg4")

    def stop(share: float) -> None:
        if share > 0.3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        transcode(source, tmp_path / "copy.mp4", progress=stop)
    assert list(tmp_path.iterdir()) == [source]


def test_what_is_no_clip_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(b"not a clip" * 100)
    with pytest.raises(MediaError, match=r"a\.mp4"):
        transcode(source, tmp_path / "copy.mp4")
    assert list(tmp_path.iterdir()) == [source]
