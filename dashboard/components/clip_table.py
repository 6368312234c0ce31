"""The list of clips as people see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.routes import media_url
from dashboard.services import messages
from dashboard.services.clip_list import ListedClip
from db.records import ClipStatus

TABLE_KEY: Final = "clip_table"
_mount = asset.renderer("clip_table", scripts=())


def clip_table(items: Sequence[ListedClip], *, on_act: Callable[[str, str], None]) -> None:
    """Show the clips.

    Parameters
    ----------
    on_act : callable
        Gets ``"review"``, ``"details"`` or ``"again"`` and the clip's id, before the page runs again.
    """

    def acted(asked: Mapping[str, Any]) -> None:
        if asked["what"] in ("review", "details", "again"):
            on_act(str(asked["what"]), str(asked["clip"]))

    _mount(
        key=TABLE_KEY,
        data={"rows": [_row(item) for item in items], "labels": messages.part("clips.table")},
        acts={"act": acted},
    )


def _row(item: ListedClip) -> dict[str, Any]:
    clip = item.clip
    verdict = None if item.judgement is None else item.judgement.verdict
    seconds = (
        None if clip.duration_s is None else messages.say("clips.seconds", seconds=f"{clip.duration_s:.1f}")
    )
    directed = (
        None
        if clip.directed_emotion is None
        else messages.say("clips.directed", emotion=messages.say(f"emotion.{clip.directed_emotion.value}"))
    )
    facts = (seconds, clip.actor, clip.language, clip.genre, directed)
    return {
        "clip": clip.id,
        "name": clip.original_name,
        "line": clip.line,
        "facts": " · ".join(fact for fact in facts if fact),
        "picture": None if clip.thumbnail_key is None else media_url(clip.thumbnail_key),
        "status": clip.status.value,
        "status_words": messages.say(f"status.{clip.status.value}"),
        "message": clip.message if clip.status is ClipStatus.FAILED else None,
        "verdict": None if verdict is None else verdict.value,
        "verdict_words": None if verdict is None else messages.say(f"zone.{verdict.value}"),
        "raters": item.raters,
        "is_ready": clip.status is ClipStatus.READY,
    }
