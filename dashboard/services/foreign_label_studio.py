"""Label Studio's JSON as Dailies writes it, and as Label Studio exports it after people worked on it.

Results are read by the name of their control (``delivery``, ``emotion``, ``expected_intensity``,
``expressed_intensity``, ``comment``, ``rater``). What stands under ``dailies`` fills in the rest; where
people changed a result in Label Studio, the result counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from dashboard.services.export_label_studio import (
    COMMENT,
    DELIVERY,
    EMOTION,
    EXPECTED,
    EXPRESSED,
    OWN,
    RATER,
    STEP_NAMES,
)
from dashboard.services.foreign import ForeignAnswer
from dashboard.services.foreign_ratings import answer_of
from dashboard.services.foreign_records import BadCellError, ForeignRow, document

MEDIA_FIELDS: Final = ("video", "audio", "image")
STEPS: Final = {name: int(step) for step, name in STEP_NAMES.items()}
COLUMN_OF: Final = {
    DELIVERY: "delivery",
    EMOTION: "rated_emotion",
    EXPECTED: "rated_expected_intensity",
    EXPRESSED: "rated_expressed_intensity",
    COMMENT: "comment",
    RATER: "rater",
}


def fits(held: Any) -> bool:
    """Whether a JSON document is a list of tasks."""
    return (
        isinstance(held, list)
        and bool(held)
        and all(isinstance(task, dict) and isinstance(task.get("data"), dict) for task in held)
    )


def answers(path: Path) -> tuple[tuple[ForeignAnswer, ...], tuple[str, ...]]:
    """The answers in a file of tasks, and what is wrong with those that cannot be used."""
    found, bad = [], []
    for row in _rows(path):
        try:
            found.append(answer_of(row))
        except BadCellError as error:
            bad.append(str(error))
    return tuple(found), tuple(bad)


def _rows(path: Path) -> Iterator[ForeignRow]:
    for number, task in enumerate(document(path), start=1):
        where = f"{path.name}, task {task.get('id', number)}"
        for place, said in enumerate(task.get("annotations") or (), start=1):
            if isinstance(said, dict) and not said.get("was_cancelled"):
                yield _row(f"{where}, annotation {place}", task["data"], said)


def _row(where: str, data: Mapping[str, Any], said: Mapping[str, Any]) -> ForeignRow:
    own = said.get(OWN)
    cells = dict(own) if isinstance(own, dict) else {"rated_at": said.get("created_at")}
    for column in COLUMN_OF.values():
        if column != "rater":
            cells.pop(column, None)  # the results say it, or it was taken away
    cells.pop("verdict", None)
    for result in said.get("result") or ():
        column = COLUMN_OF.get(result.get("from_name")) if isinstance(result, dict) else None
        if column is not None:
            cells[column] = _value(result)
    if "rater" not in cells:
        cells["rater"] = _completed_by(said.get("completed_by"))
    if not isinstance(own, dict):
        cells |= {
            "clip": data.get("clip") or _media_name(data),
            "clip_id": data.get("clip_id"),
            "active_time_s": said.get("lead_time"),
        }
    told = {name: value for name, value in cells.items() if value is not None and value != ""}
    return ForeignRow(where, told)


def _value(result: Mapping[str, Any]) -> Any:
    value = result.get("value")
    if not isinstance(value, dict):
        return None
    if "choices" in value:
        chosen = value["choices"]
        told = chosen[0] if isinstance(chosen, list) and chosen else None
        return STEPS.get(told, told) if isinstance(told, str) else None
    if "text" in value:
        text = value["text"]
        return "\n".join(map(str, text)) if isinstance(text, list) else text
    return value.get("number")


def _completed_by(who: Any) -> str | None:
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return None if who is None else f"label-studio {who}"


def _media_name(data: Mapping[str, Any]) -> str | None:
    named = next((str(data[name]) for name in MEDIA_FIELDS if data.get(name)), None)
    return None if named is None else PurePosixPath(named.split("?d=")[-1]).name
