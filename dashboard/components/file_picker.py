"""The field in which files are chosen and brought to the server: what it is given, and how it is mounted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

import dashboard.components.asset as asset
from dashboard.services import clip_limits, messages, recording_pass, uploads
from dashboard.services.importing import CLIP_SUFFIXES
from dashboard.services.recording_pass import Performer
from dashboard.services.uploads import Upload
from dashboard.upload_routes import UPLOADS

BETWEEN: Final = ","
_mount = asset.renderer("file_picker", scripts=("upload_sender.js",))


@dataclass(frozen=True, slots=True)
class PickerView:
    """What is asked for.

    Attributes
    ----------
    performer : Performer
        Who brings it, and into which project.
    label : str
        What the field is called.
    kinds : iterable of str
        Endings of the names that are taken, with their dots; what a file is, its content decides later.
    takes_many : bool
        Whether several files, or a folder, may be chosen.
    table_bytes : int or None
        The most a table may have; ``None`` where clips are chosen, which last some time as well.
    """

    performer: Performer
    label: str
    kinds: Iterable[str] = CLIP_SUFFIXES
    takes_many: bool = False
    table_bytes: int | None = None


def file_picker(view: PickerView, *, key: str) -> tuple[Upload, ...]:
    """Show the field; the files that are here as a whole, none while others are still coming.

    Another ``key`` makes an empty field; what was in it before stays on the server until it is used, dropped
    or swept.
    """
    told_as = f"{key}.told"
    told = str(st.session_state.get(told_as, ""))

    def heard(said: Any) -> None:
        st.session_state[told_as] = said if isinstance(said, str) else ""

    _mount(
        key=key,
        data={
            "address": UPLOADS,
            "pass": recording_pass.issue(view.performer),
            "place": f"{view.performer.project_id}:{view.performer.person_id}:{key}",
            "language": messages.spoken(),
            "label": view.label,
            "limits": _limits(view),
            "kinds": sorted(view.kinds),
            "many": view.takes_many,
            "told": told,
            "labels": messages.part("uploads.picker"),
        },
        acts={"files": heard},
    )
    return uploads.whole(view.performer, told.split(BETWEEN)[: uploads.MOST_WAITING]) if told else ()


def _limits(view: PickerView) -> str:
    most = clip_limits.most_bytes()
    if view.table_bytes is not None:
        return messages.say("uploads.limits_of_table", mb=min(most, view.table_bytes) >> 20)
    minutes = clip_limits.most_seconds() / 60
    return messages.say("uploads.limits", mb=most >> 20, minutes=f"{minutes:g}")
