"""What a rating form sends, read field by field into what the services take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from dashboard.services import task_pass
from dashboard.services.answering import Sent
from dashboard.services.rating import Answer
from dashboard.services.refusals import worded
from db.errors import RefusedValueError
from db.records import Circumstances, TaskKey

MOST_STRETCHES: Final = 5000
LARGEST_INTEGER: Final = 2**53
LONGEST_TAG: Final = 35  # of a language, as the database keeps it


def task_of(body: Mapping[str, Any]) -> TaskKey:
    """The task whose pass a body carries.

    Raises
    ------
    PassError
        If this server did not issue it.
    """
    return task_pass.read(_text(body, "pass"))


def sent_of(body: Mapping[str, Any]) -> Sent:
    """The answer a body carries; ranges are checked where it is stored.

    Raises
    ------
    PassError
        If this server did not issue its pass.
    RefusedValueError
        If a field is of another kind than expected.
    """
    watched = body.get("watched") or {}
    if not isinstance(watched, dict):
        raise _refused("watched", "an object")
    emotion = _text(body, "emotion")
    return Sent(
        task=task_of(body),
        answer=Answer(
            delivery=_integer(body, "delivery"),
            emotion=emotion or None,
            expected_intensity=_number(body, "expected"),
            expressed_intensity=_number(body, "expressed"),
            comment=_text(body, "comment"),
            watched_share=_number(watched, "watched_share"),
            active_time_s=_number(watched, "active_s"),
            confirmed=body.get("confirmed") is True,
        ),
        key=_text(body, "key"),
        base=_integer(body, "base"),
        shown=_integer(body, "shown"),
        reason=_text(body, "reason"),
        circumstances=Circumstances(
            intervals_s=_stretches(watched.get("intervals_s") or []),
            replays=int(_amount(watched, "replays") or 0),
            fastest=_amount(watched, "fastest") or None,
            hidden_s=_amount(watched, "hidden_s") or 0.0,
            elapsed_s=_amount(body, "elapsed_s"),
            guideline_id=_integer(body, "guideline"),
            interface_language=_text(body, "language")[:LONGEST_TAG],
        ),
        tab=_text(body, "tab"),
        draft_revision=_integer(body, "draft_revision"),
    )


def draft_of(body: Mapping[str, Any]) -> tuple[TaskKey, dict[str, Any], int, str]:
    """Task, content, revision and tab of a draft a body carries.

    Raises
    ------
    PassError
        If this server did not issue its pass.
    RefusedValueError
        If a field is of another kind than expected.
    """
    task, content = task_of(body), body.get("content")
    if not isinstance(content, dict):
        raise _refused("content", "an object")
    return task, content, _integer(body, "revision") or 0, _text(body, "tab")


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refused(name, "a text")
    return value


def _number(body: Mapping[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(name, "a number")
    return float(value)


def _integer(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_INTEGER:
        raise _refused(name, "a whole number")
    return value


def _amount(body: Mapping[str, Any], name: str) -> float | None:
    value = _number(body, name)
    if value is not None and value < 0:
        raise _refused(name, "0 or more")
    return value


def _stretches(given: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(given, list) or len(given) > MOST_STRETCHES:
        raise _refused("intervals_s", f"a list of at most {MOST_STRETCHES} pairs")
    pairs = []
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2:
            raise _refused("intervals_s", "pairs of seconds")
        ends = dict(zip(("start", "end"), pair, strict=True))
        start, end = _number(ends, "start"), _number(ends, "end")
        if start is None or end is None or not 0 <= start <= end:
            raise _refused("intervals_s", "pairs of seconds, the earlier first")
        pairs.append((start, end))
    return tuple(pairs)


def _refused(name: str, expected: str) -> RefusedValueError:
    return worded(RefusedValueError, "refusal.form_field", field=name, expected=expected)
