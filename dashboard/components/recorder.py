"""The recorder of takes: what it is given, and how it is mounted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import dashboard.components.asset as asset
from dashboard.recording_routes import RECORDINGS
from dashboard.services import messages, recording_pass
from dashboard.services.recording_pass import Performer
from dashboard.services.takes import Wanted

KEY: Final = "recorder"
_mount = asset.renderer("recorder", scripts=("answer_box.js", "piece_store.js", "piece_sender.js"))


@dataclass(frozen=True, slots=True)
class RecorderView:
    """Who records what, and whether they are told the verdict when they stop."""

    performer: Performer
    wanted: Wanted
    tells_verdict: bool = True


def recorder(view: RecorderView, *, on_taken: Callable[[str], None]) -> None:
    """Show the recorder.

    Parameters
    ----------
    on_taken : callable
        Gets the id of the clip that a recording became, before the page runs again.
    """
    performer, wanted = view.performer, view.wanted
    labels = messages.part("recorder")
    if not view.tells_verdict:
        labels = {**labels, "stop": messages.say("recorder.stop_alone")}
    _mount(
        key=KEY,
        data={
            "address": RECORDINGS,
            "pass": recording_pass.issue(performer),
            "owner": f"{performer.project_id}:{performer.person_id}",
            "line": wanted.line,
            "script_line": wanted.script_line_id,
            "assignment": wanted.assignment_id,
            "language": messages.spoken(),
            "labels": labels,
        },
        acts={"taken": on_taken},
    )
