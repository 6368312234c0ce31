"""The strip along a scene: who says which line when, and how far each is off."""

from __future__ import annotations

from typing import Any

import dashboard.components.asset as asset
from dashboard.routes import media_url
from dashboard.services import messages
from dashboard.services.messages import signed
from dashboard.services.scene_view import SceneView, SpeakerSum, SpokenLine, clock

_mount = asset.renderer("scene_strip", scripts=())


def scene_strip(view: SceneView, *, key: str = "scene_strip") -> None:
    """Show ``view``; its scene must have been looked at."""
    scene = view.scene
    _mount(
        key=key,
        data={
            "src": media_url(scene.playable_key),
            "kind": "audio" if scene.width is None else "video",
            "duration_s": scene.duration_s,
            "speakers": [{"name": each.speaker, "words": _sum(each)} for each in view.speakers],
            "lines": [_line(each) for each in view.lines],
            "labels": messages.part("scene_strip"),
        },
    )


def _sum(speaker: SpeakerSum) -> str:
    if speaker.mean_gap is None:
        return messages.say("scenes.speaker_lines", n=speaker.lines)
    return messages.say(
        "scenes.speaker_sum",
        n=speaker.lines,
        under=speaker.under,
        over=speaker.over,
        gap=signed(speaker.mean_gap),
    )


def _line(spoken: SpokenLine) -> dict[str, Any]:
    utterance = spoken.utterance
    zone = "none" if spoken.verdict is None else spoken.verdict.value
    verdict = messages.say(f"zone.{zone}")
    if spoken.gap is not None:
        verdict = messages.say("scenes.verdict_gap", verdict=verdict, gap=signed(spoken.gap))
    when = messages.say(
        "scenes.when",
        start=clock(utterance.start_s),
        end=clock(utterance.end_s),
        speaker=spoken.speaker or messages.say("scene_strip.nobody"),
    )
    emotion = (
        [] if spoken.emotion is None
        else [messages.say("scenes.looks", emotion=messages.say(f"emotion.{spoken.emotion.value}"))]
    )  # fmt: skip
    recognised = [messages.say("scenes.recognised")] if spoken.is_recognised else []
    return {
        "id": utterance.id,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "speaker": spoken.speaker,
        "line": utterance.line,
        "when": when,
        "words": f"{when} {utterance.line} {verdict}",
        "status": utterance.status.value,
        "verdict": None if spoken.verdict is None else spoken.verdict.value,
        "verdict_words": verdict,
        "gap": spoken.gap,
        "gap_words": "" if spoken.gap is None else signed(spoken.gap),
        "lower": spoken.lower,
        "upper": spoken.upper,
        "expected": utterance.expected_intensity,
        "expressed": utterance.expressed_intensity,
        "notes": [*emotion, *recognised, *([utterance.message] if utterance.message else [])],
    }
