"""What several people said about one clip, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import dashboard.components.asset as asset
from dashboard.services import decision_words, messages
from dashboard.services.case_table import Voice
from dashboard.services.label_sets import LabelSet

TABLE_KEY: Final = "answers_table"
_mount = asset.renderer("answers_table", scripts=())


def answers_table(voices: Sequence[Voice], labels: LabelSet) -> None:
    """Show the answers, one row for each rater."""
    _mount(
        key=TABLE_KEY,
        data={
            "rows": [_row(voice, labels) for voice in voices],
            "labels": messages.part("adjudicate.answers"),
        },
    )


def _row(voice: Voice, labels: LabelSet) -> dict[str, Any]:
    said = voice.answer
    return {
        "rater": voice.rater,
        "phase": messages.say(f"adjudicate.phase.{said.phase.value}"),
        "delivery": None if said.delivery is None else int(said.delivery),
        "delivery_words": None if said.delivery is None else decision_words.delivery(said.delivery),
        "emotion": None if said.emotion is None else labels.name(said.emotion, messages.spoken()),
        "expected": said.expected_intensity,
        "expressed": said.expressed_intensity,
        "said": [
            text
            for text in (
                said.comment,
                messages.say("adjudicate.answers.because", reason=said.reason) if said.reason else "",
            )
            if text
        ],
        "earlier": [
            messages.say(
                "adjudicate.answers.earlier",
                phase=messages.say(f"adjudicate.phase.{each.phase.value}"),
                said=decision_words.content(each, labels),
            )
            for each in voice.earlier
        ],
    }
