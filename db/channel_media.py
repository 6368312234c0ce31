"""Queries on the files of single channels: the picture without sound, the voice without picture."""

from __future__ import annotations

from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.tables import ChannelMedia
from engine.vocabulary import Channel

ABSENT: Final = ""
"""In place of a key: the clip has no such channel, as a look into its file has shown."""


def key_of(session: Session, clip_id: str, channel: Channel) -> str | None:
    """The media key of a clip's channel, :data:`ABSENT` where it has none, ``None`` before anybody looked."""
    return session.scalar(
        select(ChannelMedia.media_key).where(ChannelMedia.clip_id == clip_id, ChannelMedia.channel == channel)
    )


def put(session: Session, clip_id: str, channel: Channel, media_key: str) -> None:
    """Say which file holds a clip's channel, in place of what was said before."""
    row = session.get(ChannelMedia, (clip_id, channel))
    if row is None:
        session.add(ChannelMedia(clip_id=clip_id, channel=channel, media_key=media_key))
    else:
        row.media_key = media_key
    session.flush()


def holds(session: Session, media_key: str) -> bool:
    """Whether some clip's channel is stored under a key."""
    found = session.scalar(select(exists().where(ChannelMedia.media_key == media_key)))
    return bool(found) and media_key != ABSENT
