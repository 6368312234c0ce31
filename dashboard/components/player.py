"""The clip player: what it is given, and how it is mounted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dashboard.components.asset as asset
from dashboard.services import messages
from dashboard.trace_routes import TRACES
from engine.analysis import SpokenWord

_mount = asset.renderer(
    "player",
    scripts=(
        "watch_log.js",
        "watch_store.js",
        "stretch.js",
        "waveform.js",
        "trace_store.js",
        "trace_strip.js",
        "curves.js",
        "timeline.js",
        "player_bar.js",
    ),
)


@dataclass(frozen=True, slots=True)
class ScenePeak:
    """A moment worth looking at: ``time_s`` seconds, ``weight`` of the attention, address of a still."""

    time_s: float
    weight: float
    word: str | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class TraceScene:
    """That intensity is traced while the clip plays, and what may be seen of earlier traces.

    Attributes
    ----------
    task_pass : str
        Of the task the trace belongs to, as :mod:`dashboard.services.task_pass` issues it.
    mine, others : tuple of (float or None)
        The person's own trace and the mean of everybody's, as :func:`dashboard.services.traces.shown`
        gives them.
    raters : int
        How many people the mean is of.
    """

    task_pass: str
    mine: tuple[float | None, ...] = ()
    others: tuple[float | None, ...] = ()
    raters: int = 0


@dataclass(frozen=True, slots=True)
class PlayerScene:
    """Everything that reaches the browser about a clip being watched, and nothing else.

    Attributes
    ----------
    clip, source : str
        The clip's id and the address of its media; an empty address where only the words are given.
    is_sound_only : bool
    duration_s : float
    line : str
        Shown as a caption; empty where it is not known.
    words : tuple of SpokenWord
        Where in the clip each word lies.
    attention, times_s : tuple of float
        Length 50, or empty while the machine's opinion must stay hidden.
    peaks : tuple of ScenePeak
    loudness_db, pitch_hz, face_movement, brows : tuple of (float or None)
        Curves at ``times_s``, or empty. A clip without picture shows its sound wave only beside a
        loudness: a wave tells as much.
    amplified_s : float or None
        When the amplifier rule struck.
    trace : TraceScene or None
        ``None`` where nothing is traced.
    watcher : str
        Person and task, for whom the browser keeps what was seen until it is answered; empty for nobody.
    watched : Mapping or None
        What their draft on the server says was seen, as the player reports it.
    """

    clip: str
    source: str
    is_sound_only: bool
    duration_s: float
    line: str = ""
    words: tuple[SpokenWord, ...] = ()
    attention: tuple[float, ...] = ()
    times_s: tuple[float, ...] = ()
    peaks: tuple[ScenePeak, ...] = ()
    loudness_db: tuple[float | None, ...] = ()
    pitch_hz: tuple[float | None, ...] = ()
    face_movement: tuple[float | None, ...] = ()
    brows: tuple[float | None, ...] = ()
    amplified_s: float | None = None
    trace: TraceScene | None = None
    watcher: str = ""
    watched: Mapping[str, Any] | None = None


def player(scene: PlayerScene, *, key: str = "player") -> None:
    """Show ``scene``. The same ``key`` keeps the player in the page while clips come and go."""
    _mount(
        key=key,
        data={
            "clip": scene.clip,
            "src": scene.source,
            "kind": "audio" if scene.is_sound_only else "video",
            "duration_s": scene.duration_s,
            "line": scene.line,
            "words": [
                {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "attention": word.attention}
                for word in scene.words
            ],
            "attention": list(scene.attention),
            "times_s": list(scene.times_s),
            "peaks": [
                {"time_s": peak.time_s, "weight": peak.weight, "word": peak.word, "picture": peak.picture}
                for peak in scene.peaks
            ],
            "curves": {
                "loudness": list(scene.loudness_db),
                "pitch": list(scene.pitch_hz),
                "face": list(scene.face_movement),
                "brows": list(scene.brows),
            },
            "amplified_s": scene.amplified_s,
            "trace": None if scene.trace is None else _trace(scene.trace),
            "watcher": scene.watcher,
            "watched": None if scene.watched is None else dict(scene.watched),
            "labels": messages.part("player"),
        },
    )


def _trace(trace: TraceScene) -> dict[str, object]:
    return {
        "pass": trace.task_pass,
        "address": TRACES,
        "mine": list(trace.mine),
        "others": list(trace.others),
        "raters": trace.raters,
    }
