"""Whose face of a clip is read, with a small picture of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.routes import peak_url
from dashboard.services import messages
from dashboard.services.predictions import StoredPrediction
from engine.analysis import FaceReason, FacesSeen

PICKER_KEY: Final = "face_picker"
_mount = asset.renderer("face_picker", scripts=())


def face_picker(
    prediction: StoredPrediction, faces: FacesSeen, *, on_pick: Callable[[int | None], None] | None
) -> None:
    """Show the faces of a prediction's clip.

    Parameters
    ----------
    on_pick : callable or None
        Gets the face to be read, counted from 1 at the left, or ``None`` to leave it to the engine; ``None``
        where the person may only look.
    """

    def picked(asked: Mapping[str, Any]) -> None:
        if on_pick is not None and asked.get("clip") == prediction.clip_id:
            face = asked.get("face")
            on_pick(None if face is None else int(face))

    _mount(
        key=PICKER_KEY,
        data={
            "clip": prediction.clip_id,
            "reason": messages.say(f"faces.{faces.reason.value}", n=faces.count, face=faces.chosen),
            "faces": [_face(prediction, faces, face) for face in range(1, faces.count + 1)],
            "may_pick": on_pick is not None,
            "is_asked": faces.reason is FaceReason.ASKED,
            "labels": messages.part("faces.form"),
        },
        acts={"pick": picked},
    )


def _face(prediction: StoredPrediction, faces: FacesSeen, face: int) -> dict[str, Any]:
    key = prediction.face_keys[face - 1] if face <= len(prediction.face_keys) else None
    return {
        "face": face,
        "name": messages.say("faces.number", face=face),
        "picture": None if key is None else peak_url(prediction.clip_id, prediction.id, key),
        "is_read": face == faces.chosen,
    }
