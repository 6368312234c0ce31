"""What to change about a take, in plain words that each rest on a measured curve."""

from __future__ import annotations

from typing import Final

from dashboard.services.messages import say
from dashboard.services.script_words import script_sentence
from engine.analysis import Analysis
from engine.coaching import Found, findings
from engine.vocabulary import Verdict

MOST_SENTENCES: Final = 4
"""More than anybody takes into the next take."""


def advice(analysis: Analysis, verdict: Verdict | None) -> tuple[str, ...]:
    """What to change, or to keep, the most telling first.

    Parameters
    ----------
    verdict : Verdict or None
        Under the policy in force now.
    """
    said = [_sentence(found) for found in findings(analysis, verdict)][:MOST_SENTENCES]
    if analysis.script is not None and not analysis.script.is_exact:
        said.append(script_sentence(analysis.script))
    return tuple(said)


def _sentence(found: Found) -> str:
    values: dict[str, object] = {}
    if found.time_s is not None:
        values["time"] = f"{found.time_s:.1f}"
    if found.value is not None:
        values["value"] = f"{found.value:.0f}"
    if found.word is not None:
        values["word"] = found.word
    if found.word_s is not None:
        values["word_time"] = f"{found.word_s:.1f}"
    if found.asked is not None:
        values["asked"] = say(f"emotion.{found.asked.value}")
    if found.shown is not None:
        values["shown"] = say(f"emotion.{found.shown.value}")
    key = f"coach.{found.finding.value}"
    return say(f"{key}_word" if found.finding == "hits" and found.word else key, **values)
