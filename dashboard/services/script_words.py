"""What was said against what the script says, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from dashboard.services.messages import say
from engine.analysis import ScriptMatch

MOST_NAMED: Final = 6
"""So many words are named of each kind; more would be a second script."""


def script_sentence(match: ScriptMatch) -> str:
    """Which words of the line were missed, changed and added, and the word error rate."""
    if match.is_exact:
        return say("why.script.exact")
    kinds = {
        "missed": (say("why.quoted", word=word) for word in match.missed),
        "changed": (say("why.script.changed", ours=ours, theirs=theirs) for ours, theirs in match.changed),
        "added": (say("why.quoted", word=word) for word in match.added),
    }
    listed = {kind: _listed(words) for kind, words in kinds.items()}
    how = [
        words if kind == "changed" else say(f"why.script.{kind}", words=words)
        for kind, words in listed.items()
        if words
    ]
    return say("why.script.differs", percent=round(100 * match.wer), how=say("why.script.and").join(how))


def _listed(words: Iterable[str]) -> str:
    rest = iter(words)
    named = say("why.comma").join(islice(rest, MOST_NAMED))
    return say("why.script.more", words=named) if next(rest, None) is not None else named
