"""Decoding keeps to time stamps, turns pictures upright, and leaves what is missing out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.errors import MediaError
from engine.features.table import INSTANTS
from engine.media import Decoding, decode, poster, probe, thumbnail
from engine.media.pictures import PICTURE_LONG_SIDE_PX
from engine.media.sound import SOUND_RATE_HZ
from tests.media_made import made_clip, number_of, numbered, silence, tone


def numbers(path: Path) -> list[int | None]:
    return [None if picture is None else number_of(picture) for picture in decode(path).pictures]


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mov", "libx265", "yuv420p10le"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.webm", "libvpx", "yuv420p"),
        ("a.mkv", "mjpeg", "yuvj420p"),
    ],
)
def test_pictures_are_those_shown_at_the_instants(tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    path = made_clip(tmp_path / name, seconds=4, codec=codec, pixels=pixels)
    media = decode(path)
    assert len(media.pictures) == INSTANTS
    shown = np.floor(media.times_s * 25 + 1e-6).astype(int).clip(0, 99)
    assert numbers(path) == shown.tolist()
    assert (media.picture_times_s <= media.times_s + 1e-3).all()


def test_pictures_come_one_by_one_and_are_those_of_the_whole(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "a.mp4", seconds=2)
    whole = decode(path)
    with Decoding(path) as decoding:
        sound = decoding.sound()
        come = list(decoding.pictures())
        media = decoding.media()
    for picture, other, expected in zip(come, media.pictures, whole.pictures, strict=True):
        assert expected is not None
        assert picture is other
        np.testing.assert_array_equal(picture, expected)
    assert sound is media.sound
    assert decoding.seconds() > 0


def test_who_waits_for_pictures_of_a_damaged_clip_is_told(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "a.mp4", seconds=2)
    content = path.read_bytes()
    at = content.index(b"mdat") + 4
    path.write_bytes(content[:at] + b"\0" * (len(content) - at) if content.index(b"moov") < at else content)
    with Decoding(path) as decoding:
        list(decoding.pictures())  # ends, whatever there was
        try:
            decoding.media()
        except MediaError as error:
            assert "a.mp4" in str(error)  # noqa: PT017 both are right: some decoders make a picture of anything


def test_variable_frame_rate_is_read_by_time_stamp(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.08, 1.5, 1.52, 3.0, 3.9]  # stills between bursts, as screen recorders write
    path = made_clip(tmp_path / "vfr.mp4", times_s=times)
    media = decode(path)
    expected = np.searchsorted(times, media.times_s, side="right") - 1
    assert numbers(path) == expected.tolist()


@pytest.mark.parametrize("size", [(320, 240), (1280, 720)], ids=["small", "scaled"])
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_phone_gives_upright_pictures(tmp_path: Path, rotation: int, size: tuple[int, int]) -> None:
    turned = {90: 1, 180: 2, 270: 3}[rotation]

    def lying(number: int, size: tuple[int, int]) -> np.ndarray:
        upright = numbered(number, size[::-1] if rotation != 180 else size)
        return np.ascontiguousarray(np.rot90(upright, -turned))

    path = made_clip(tmp_path / "phone.mp4", seconds=0.5, size=size, rotation_deg=rotation, draw=lying)
    media = decode(path)
    upright = size[::-1] if rotation != 180 else size
    assert media.native_size == upright
    assert media.pictures[0] is not None
    height, width = media.pictures[0].shape[:2]
    assert (width > height) == (upright[0] > upright[1])
    shown = np.floor(media.times_s * 25 + 1e-6).astype(int)
    assert numbers(path) == shown.clip(0, 11).tolist()
    facts = probe(path).video
    assert facts is not None
    assert (facts.width, facts.height, facts.rotation_deg) == (*upright, rotation)


def test_odd_sizes_decode(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "odd.mp4", size=(323, 241), pixels="yuv444p")
    assert decode(path).native_size == (323, 241)
    assert numbers(path)[0] == 0


def test_large_pictures_are_scaled_and_small_ones_left(tmp_path: Path) -> None:
    large = decode(made_clip(tmp_path / "large.mp4", size=(1920, 1080), seconds=0.5)).pictures[0]
    small = decode(made_clip(tmp_path / "small.mp4", size=(160, 120), seconds=0.5)).pictures[0]
    assert large is not None
    assert large.shape == (540, PICTURE_LONG_SIDE_PX, 3)
    assert small is not None
    assert small.shape == (120, 160, 3)


def test_anamorphic_pictures_get_square_pixels(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "dv.mp4", size=(360, 288), aspect=Fraction(16, 15))
    picture = decode(path).pictures[0]
    assert picture is not None
    assert picture.shape == (288, 384, 3)


def test_instants_of_a_slow_clip_share_one_picture(tmp_path: Path) -> None:
    media = decode(made_clip(tmp_path / "short.mp4", seconds=0.5, rate=10))
    assert len({id(picture) for picture in media.pictures}) == 5


def test_sparse_instants_jump_to_key_pictures_and_stay_exact(tmp_path: Path) -> None:
    path = made_clip(
        tmp_path / "long.mp4", seconds=40, rate=25, size=(96, 64), options={"g": "20", "bf": "2"}
    )
    shown = np.floor(decode(path).times_s * 25 + 1e-6).astype(int)
    assert numbers(path) == shown.tolist()


def test_sound_is_mono_16_khz_in_step_with_the_clip(tmp_path: Path) -> None:
    sound = np.concatenate([silence(1.0), tone(0.5), silence(0.5)])
    heard = decode(made_clip(tmp_path / "a.mp4", seconds=2, sound=sound)).sound
    assert heard is not None
    assert heard.dtype == np.float32
    assert abs(heard.size - 2 * SOUND_RATE_HZ) < 0.1 * SOUND_RATE_HZ
    loud = np.flatnonzero(np.abs(heard) > 0.1) / SOUND_RATE_HZ
    assert loud[0] == pytest.approx(1.0, abs=0.03)
    assert loud[-1] == pytest.approx(1.5, abs=0.03)


def test_sound_that_starts_late_is_heard_late(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "late.mp4", seconds=3, sound=tone(1.0), sound_starts_s=1.5)
    heard = decode(path).sound
    assert heard is not None
    loud = np.flatnonzero(np.abs(heard) > 0.1) / SOUND_RATE_HZ
    assert loud[0] == pytest.approx(1.5, abs=0.04)


def test_a_transport_stream_that_does_not_start_at_zero_does_for_us(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "a.ts", seconds=2, sound=tone(2.0))
    media = decode(path)
    assert media.duration_s == pytest.approx(2.0, abs=0.15)
    assert number_of(media.pictures[0]) == 0


def test_a_clip_without_sound_has_pictures_only(tmp_path: Path) -> None:
    media = decode(made_clip(tmp_path / "mute.mp4"))
    assert media.sound is None
    assert media.has_pictures


def test_a_silent_track_is_zeros_and_not_missing(tmp_path: Path) -> None:
    heard = decode(made_clip(tmp_path / "still.mp4", sound=silence(2.0))).sound
    assert heard is not None
    assert np.abs(heard).max() < 1e-4


@pytest.mark.parametrize(("name", "codec"), [("a.wav", "pcm_s16le"), ("a.flac", "flac"), ("a.mp3", "mp3")])
def test_sound_alone_has_no_pictures(tmp_path: Path, name: str, codec: str) -> None:
    path = made_clip(tmp_path / name, size=None, sound=tone(1.0), sound_codec=codec)
    media = decode(path)
    assert not media.has_pictures
    assert media.pictures == (None,) * INSTANTS
    assert np.isnan(media.picture_times_s).all()
    assert media.sound is not None
    assert poster(path) is None


def test_sound_that_outlasts_the_pictures_leaves_the_end_without_them(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "tail.mp4", seconds=1, sound=tone(4.0))
    shown = np.array([picture is not None for picture in decode(path).pictures])
    assert shown[:12].all()
    assert not shown[-25:].any()


def test_a_live_recording_without_a_duration_is_measured(tmp_path: Path) -> None:
    path = made_clip(
        tmp_path / "live.webm",
        seconds=3,
        codec="libvpx",
        sound=tone(3.0),
        sound_codec="libopus",
        container_options={"live": "1"},
    )
    facts = probe(path)
    assert not facts.duration_told
    assert not facts.browser_playable
    assert facts.duration_s == pytest.approx(3.0, abs=0.1)
    assert numbers(path)[-1] == 74


def test_a_cut_off_file_is_used_as_far_as_it_goes_and_says_so(tmp_path: Path) -> None:
    whole = made_clip(
        tmp_path / "whole.mp4",
        seconds=6,
        sound=tone(6.0),
        options={"g": "10"},
        container_options={"movflags": "+faststart"},
    )
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(0.6 * whole.stat().st_size)])
    media = decode(cut)
    assert media.duration_s < 5.0
    assert any("cut off" in warning for warning in media.warnings)


def test_damage_in_the_middle_is_skipped(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "hurt.mp4", seconds=4, sound=tone(4.0), options={"g": "10"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 400] = bytes(400)
    path.write_bytes(content)
    media = decode(path)
    assert sum(picture is not None for picture in media.pictures) > 40


def test_cover_art_is_no_video(tmp_path: Path) -> None:
    path = made_clip(tmp_path / "song.mp3", size=None, sound=tone(1.0), sound_codec="mp3")
    assert probe(path).video is None
    assert probe(path).media_type == "audio/mpeg"


def test_probe_tells_what_a_browser_plays(tmp_path: Path) -> None:
    sound = tone(1.0)
    playable = made_clip(tmp_path / "a.mp4", seconds=1, sound=sound)
    mpeg4 = made_clip(tmp_path / "b.mp4", seconds=1, codec="mpeg4", sound=sound)
    hevc = made_clip(tmp_path / "c.mp4", seconds=1, codec="libx265", sound=sound)
    deep = made_clip(tmp_path / "d.mp4", seconds=1, pixels="yuv420p10le", sound=sound)
    pcm = made_clip(tmp_path / "e.mov", seconds=1, sound=sound, sound_codec="pcm_s16le")
    assert [probe(path).browser_playable for path in (playable, mpeg4, hevc, deep, pcm)] == [True] + 4 * [
        False
    ]
    assert probe(playable).media_type == "video/mp4"


def test_thumbnails_are_small_jpegs(tmp_path: Path) -> None:
    jpeg = thumbnail(numbered(5, (640, 480)))
    assert jpeg[:3] == b"\xff\xd8\xff"
    shown = poster(made_clip(tmp_path / "a.mp4"))
    assert shown is not None
    assert shown[:3] == b"\xff\xd8\xff"
