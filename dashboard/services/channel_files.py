"""The file a rater of one channel is given: made once, by the analysis or when it is first asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

from dashboard.services import channel_work
from db import channel_media
from db.errors import StorageError
from db.location import data_folder
from db.records import ClipRecord, ClipStatus
from db.session import reading, writing
from engine.errors import MediaError
from engine.media.channels import NO_PICTURE, NO_SOUND, MissingChannelError
from engine.vocabulary import Channel

LOCK_FILE: Final = "channels.lock"
LIMIT_S: Final = 300
"""Ten minutes of 1080p are copied in a few seconds; encoding their sound takes a minute at most."""

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SENTENCES: Final[Mapping[Channel, str]] = {Channel.FACE: NO_PICTURE, Channel.VOICE: NO_SOUND}
FAILED: Final = "The file of this channel cannot be made from the clip; leave the clip out and tell the lead."
BUSY: Final = "The file of this channel is still being made; try again in a minute."


def key_for(clip: ClipRecord, channel: Channel) -> str | None:
    """The media key of what a rater of ``channel`` is given.

    The first call may take seconds; whoever calls again, or at the same time, gets the same file.

    Returns
    -------
    str or None
        ``None`` for the words, which need no media.

    Raises
    ------
    MissingChannelError
        If the clip has no such channel, in a sentence for the rater.
    MediaError, StorageError
        If its file cannot be made.
    """
    if channel is Channel.WORDS:
        return None
    if channel is Channel.FULL:
        return clip.playable_key
    key = _known(clip, channel)
    if key is None:
        key = _made_once(clip, channel)
    if key == channel_media.ABSENT:
        raise MissingChannelError(SENTENCES[channel])
    return key


def lacking(session: Session, clip: ClipRecord) -> frozenset[Channel]:
    """The channels a clip is known not to have, so that nobody is asked about them."""
    if clip.status is ClipStatus.READY and clip.width is None:
        return frozenset({Channel.FACE})
    return frozenset(
        channel
        for channel in SENTENCES
        if channel_media.key_of(session, clip.id, channel) == channel_media.ABSENT
    )


def _known(clip: ClipRecord, channel: Channel) -> str | None:
    with reading() as session:
        return channel_media.key_of(session, clip.id, channel)


def _made_once(clip: ClipRecord, channel: Channel) -> str:
    try:
        with FileLock(data_folder() / LOCK_FILE, timeout=LIMIT_S):
            key = _known(clip, channel)
            if key is None:
                key = _made(clip, channel)
                with writing() as session:
                    channel_media.put(session, clip.id, channel, key)
            return key
    except Timeout:
        raise StorageError(BUSY) from None


def _made(clip: ClipRecord, channel: Channel) -> str:
    """Have it made by a process of its own: a hostile file takes down that one and not the server."""
    command = [sys.executable, "-m", channel_work.__name__, clip.playable_key, channel.value]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise MediaError(FAILED) from None
    if done.returncode == channel_work.BAD_INPUT:
        raise MediaError(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        raise MediaError(FAILED)
    return done.stdout.strip()
