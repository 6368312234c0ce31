"""Tracing on the Review page: asked for where the project wants it and a task is in the person's hand."""

from __future__ import annotations

from dataclasses import replace

from dashboard.components.player import PlayerScene, TraceScene
from dashboard.services import task_pass, traces
from dashboard.services.rating_protocol import protocol_of
from dashboard.services.review import ReviewView


def traced(scene: PlayerScene, view: ReviewView) -> PlayerScene:
    """The scene with a strip to trace on; other people's mean only beside the machine's opinion."""
    if view.task is None or not protocol_of(view.project).is_traced:
        return scene
    key = view.task.key
    found = traces.shown(key, reveals=view.shows_machine)
    return replace(scene, trace=TraceScene(task_pass.issue(key), found.mine, found.others, found.raters))
