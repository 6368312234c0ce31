"""The check of facial cues: what belongs to the emotion named, and what the person sees of it."""

from __future__ import annotations

from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.cue_routes import CUES
from dashboard.services import messages
from dashboard.services.cue_check import CueView, cue_name
from engine.analysis import FacialCue

CHECK_KEY: Final = "cue_check"
_mount = asset.renderer("cue_check", scripts=())


def cue_check(view: CueView, *, pass_: str | None) -> None:
    """Show a check.

    Parameters
    ----------
    pass_ : str or None
        Lets the browser hand in what the person says; ``None`` where there is nothing to be answered.
    """
    mine = view.mine
    _mount(
        key=CHECK_KEY,
        data={
            "pass": pass_,
            "prediction": view.prediction_id,
            "address": CUES,
            "language": messages.spoken(),
            "intro": messages.say("cues.intro", emotion=messages.say(f"emotion.{view.check.emotion.value}")),
            "cues": [_cue(cue, view) for cue in view.check.cues],
            "answers": {} if mine is None else dict(mine.answers),
            "remark": "" if mine is None else mine.remark,
            "answered": mine is not None,
            "labels": messages.part("cues.form"),
        },
    )


def _cue(cue: FacialCue, view: CueView) -> dict[str, Any]:
    seeing, of = view.seen_by.get(cue.action_unit, (0, 0))
    kind = "shows" if cue.shown else "absent"
    if cue.shown and not cue.expected:
        kind = "extra"
    return {
        "unit": str(cue.action_unit),
        "name": cue_name(cue),
        "is_shown": cue.shown,
        "found": messages.say(f"cues.found.{kind}", time=cue.peak_s or 0.0),
        "seen_by": messages.say("cues.seen_by", k=seeing, n=of) if of > 1 else None,
    }
