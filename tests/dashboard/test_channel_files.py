"""The file of a channel is made once, kept, served by its key alone, and absent where the clip has none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import av
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.routes import ROUTES, media_url
from dashboard.services import channel_files, clip_work, importing, media_store
from dashboard.services.clip_work import ClipJob
from db import channel_media, session
from db.records import ClipRecord
from engine.errors import MediaError
from engine.media import MissingChannelError
from engine.vocabulary import Channel
from tests.media_made import made_clip, tone

NAME = "leave_2.mp4"


def stored(path: Path) -> ClipRecord:
    sources = [importing.Source(name=path.name, open=partial(path.open, "rb"))]
    (clip,) = importing.import_clips("Hamlet", sources).added
    return clip


def kinds(key: str | None) -> list[str]:
    assert key is not None
    with av.open(str(media_store.path_of(key))) as container:
        return [stream.type for stream in container.streams]


def known(clip: ClipRecord, channel: Channel) -> str | None:
    with session.reading() as s:
        return channel_media.key_of(s, clip.id, channel)


@pytest.fixture
def clip(tmp_path: Path) -> ClipRecord:
    return stored(made_clip(tmp_path / NAME, seconds=1.0, sound=tone(1.0)))


def test_each_channel_is_a_file_of_that_channel_alone(clip: ClipRecord) -> None:
    assert channel_files.key_for(clip, Channel.WORDS) is None
    assert channel_files.key_for(clip, Channel.FULL) == clip.media_key
    assert kinds(channel_files.key_for(clip, Channel.FACE)) == ["video"]
    assert kinds(channel_files.key_for(clip, Channel.VOICE)) == ["audio"]


def test_asked_again_and_by_many_at_once_it_is_the_same_file(clip: ClipRecord) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: channel_files.key_for(clip, Channel.FACE), range(4)))
    assert keys == {known(clip, Channel.FACE)}
    folder = media_store.path_of(clip.media_key).parent.parent
    assert sum(1 for path in folder.glob("??/*")) == 2


def test_a_missing_channel_is_a_sentence_and_is_remembered(tmp_path: Path) -> None:
    mute = stored(made_clip(tmp_path / "mute.mp4", seconds=1.0))
    heard = stored(made_clip(tmp_path / "heard.m4a", size=None, sound=tone(1.0)))
    for clip, channel, words in ((mute, Channel.VOICE, "no sound"), (heard, Channel.FACE, "no picture")):
        for _ in range(2):
            with pytest.raises(MissingChannelError, match=words) as refused:
                channel_files.key_for(clip, channel)
            assert clip.original_name not in str(refused.value)
        assert known(clip, channel) == channel_media.ABSENT
        with session.reading() as s:
            assert channel_files.lacking(s, clip) == {channel}


def test_a_clip_that_cannot_be_read_is_a_sentence_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"\x00\x00\x00\x20ftypisom" + bytes(500))
    clip = stored(tmp_path / "broken.mp4")
    with pytest.raises(MediaError) as refused:
        channel_files.key_for(clip, Channel.FACE)
    assert "Traceback" not in str(refused.value)
    assert clip.media_key not in str(refused.value)
    assert known(clip, Channel.FACE) is None


def test_a_channel_is_served_in_ranges_and_without_the_name_of_the_clip(clip: ClipRecord) -> None:
    key = channel_files.key_for(clip, Channel.VOICE)
    assert key is not None
    browser = TestClient(Starlette(routes=list(ROUTES)))
    answer = browser.get(media_url(key), headers={"range": "bytes=0-99"})
    assert (answer.status_code, len(answer.content)) == (206, 100)
    assert "content-disposition" not in answer.headers
    assert NAME not in str(answer.headers)


def test_the_analysis_makes_the_channels_a_project_asks_for(tmp_path: Path) -> None:
    mute = stored(made_clip(tmp_path / "mute.mp4", seconds=1.0))
    asked = (Channel.WORDS, Channel.VOICE, Channel.FACE, Channel.FULL)
    outcome = clip_work.work_on(ClipJob(mute.media_key, mute.original_name, "A line.", asked))
    assert set(outcome.channel_keys) == {Channel.VOICE, Channel.FACE}
    assert outcome.channel_keys[Channel.VOICE] == channel_media.ABSENT
    assert kinds(outcome.channel_keys[Channel.FACE]) == ["video"]
