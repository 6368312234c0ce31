"""Remarks pinned to moments of a take: a press on one seeks the player."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.services import messages

LIST_KEY: Final = "moments"
_mount = asset.renderer("moments", scripts=())


@dataclass(frozen=True, slots=True)
class Moment:
    """A remark; ``is_own`` ones can be taken away."""

    id: int
    at_s: float
    text: str
    author: str
    is_own: bool


def moments(
    clip_id: str,
    items: Sequence[Moment],
    *,
    on_add: Callable[[str, float, str], None] | None = None,
    on_drop: Callable[[int], None] | None = None,
) -> None:
    """Show the remarks about a take.

    Parameters
    ----------
    on_add : callable, optional
        Gets clip, seconds and text, before the page runs again; without it nothing can be added.
    on_drop : callable, optional
        Gets the number of a remark that its author takes away.
    """

    def added(sent: Mapping[str, Any]) -> None:
        if on_add is not None:
            on_add(str(sent["clip"]), float(sent["at_s"]), str(sent["text"]))

    def dropped(number: int) -> None:
        if on_drop is not None:
            on_drop(number)

    _mount(
        key=LIST_KEY,
        data={
            "clip": clip_id,
            "items": [_item(each) for each in items],
            "can_add": on_add is not None,
            "labels": messages.part("classes.moments"),
        },
        acts={"add": added, "drop": dropped},
    )


def _item(each: Moment) -> dict[str, Any]:
    return {
        "id": each.id,
        "at_s": each.at_s,
        "text": each.text,
        "author": each.author,
        "is_own": each.is_own,
    }
