"""A channel's file holds that channel alone: no other track, no word of what the clip was called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from engine.errors import MediaError
from engine.media import MissingChannelError, picture_alone, probe, sound_alone
from tests.media_made import made_clip, number_of, silence, tone

SECRET = "anger too little, take 7"


def kinds(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        return [stream.type for stream in container.streams]


def pictures(path: Path) -> list[tuple[float, int]]:
    with av.open(str(path)) as container:
        return [
            (frame.time, number_of(frame.to_ndarray(format="rgb24"))) for frame in container.decode(video=0)
        ]


def sound(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in container.decode(audio=0)])


@pytest.mark.parametrize(
    ("name", "options"),
    [("take.mp4", {}), ("take.webm", {"codec": "libvpx", "sound_codec": "libopus"})],
)
def test_the_muted_picture_has_no_sound_track_and_every_picture_at_its_time(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    clip = made_clip(tmp_path / name, sound=tone(2.0), **options)
    picture_alone(clip, tmp_path / "face")
    assert kinds(tmp_path / "face") == ["video"]
    assert pictures(tmp_path / "face") == pictures(clip)
    assert probe(tmp_path / "face").browser_playable


def test_the_voice_has_no_picture_and_the_same_sound(tmp_path: Path) -> None:
    clip = made_clip(tmp_path / "take.mp4", sound=tone(2.0))
    sound_alone(clip, tmp_path / "voice")
    assert kinds(tmp_path / "voice") == ["audio"]
    assert np.array_equal(sound(tmp_path / "voice"), sound(clip))
    assert probe(tmp_path / "voice").browser_playable


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("take.webm", {"codec": "libvpx", "sound_codec": "libopus"}),
        ("take.wav", {"size": None, "sound_codec": "pcm_s16le"}),
        ("take.flac", {"size": None, "sound_codec": "flac"}),
    ],
)
def test_a_voice_in_another_codec_becomes_aac(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    clip = made_clip(tmp_path / name, sound=tone(2.0), **options)
    sound_alone(clip, tmp_path / "voice")
    found = probe(tmp_path / "voice")
    assert found.audio is not None
    assert (found.container, found.audio.codec, found.video) == ("mp4", "aac", None)
    assert found.duration_s == pytest.approx(2.0, abs=0.05)
    assert 0.15 < np.abs(sound(tmp_path / "voice")).max() < 0.4


def test_a_turned_clip_stays_upright(tmp_path: Path) -> None:
    clip = made_clip(tmp_path / "phone.mp4", rotation_deg=90, sound=silence(1.0))
    picture_alone(clip, tmp_path / "face")
    found = probe(tmp_path / "face").video
    assert found is not None
    assert (found.width, found.height) == (240, 320)


@pytest.mark.parametrize("write", [picture_alone, sound_alone])
def test_nothing_tells_what_the_clip_was_called(tmp_path: Path, write: Callable[[Path, Path], None]) -> None:
    plain = made_clip(tmp_path / "plain.mp4", sound=tone(1.0))
    named = tmp_path / f"{SECRET}.mp4"
    with av.open(str(plain)) as source, av.open(str(named), "w") as target:
        for key in ("title", "comment", "artist", "description"):
            target.metadata[key] = SECRET
        streams = {}
        for stream in source.streams:
            streams[stream.index] = target.add_stream_from_template(stream)
            streams[stream.index].metadata["handler_name"] = SECRET
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert SECRET.encode() in named.read_bytes()
    write(named, tmp_path / "out")
    written = (tmp_path / "out").read_bytes()
    assert SECRET.encode() not in written
    assert b"take 7" not in written


@pytest.mark.parametrize("write", [picture_alone, sound_alone])
def test_the_same_clip_gives_the_same_bytes(tmp_path: Path, write: Callable[[Path, Path], None]) -> None:
    clip = made_clip(tmp_path / "take.mp4", sound=tone(1.0))
    write(clip, tmp_path / "one")
    write(clip, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_clip_without_sound_has_no_voice(tmp_path: Path) -> None:
    with pytest.raises(MissingChannelError, match="no sound"):
        sound_alone(made_clip(tmp_path / "mute.mp4"), tmp_path / "voice")
    assert not (tmp_path / "voice").exists()


def test_a_clip_without_picture_has_no_face(tmp_path: Path) -> None:
    heard = made_clip(tmp_path / "heard.m4a", size=None, sound=tone(1.0))
    with pytest.raises(MissingChannelError, match="no picture"):
        picture_alone(heard, tmp_path / "face")


def test_what_is_no_clip_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"not a clip at all" * 50)
    with pytest.raises(MediaError):
        picture_alone(tmp_path / "no.mp4", tmp_path / "face")
    assert {path.name for path in tmp_path.iterdir()} == {"no.mp4"}


def test_a_cut_off_clip_gives_what_is_left_of_it(tmp_path: Path) -> None:
    whole = made_clip(
        tmp_path / "whole.mp4", sound=tone(2.0), container_options={"movflags": "frag_keyframe+empty_moov"}
    )
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    picture_alone(cut, tmp_path / "face")
    assert 0 < len(pictures(tmp_path / "face")) <= len(pictures(whole))
