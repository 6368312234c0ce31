"""Label Studio: tasks with annotations and predictions, and the labelling configuration they belong to.

A task is a clip, an annotation an answer. Label Studio refuses annotations by people it does not know, so who
answered stands in a result of its own (``rater``). What it has no place for stands under ``dailies``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dashboard.services.export_content import ClipRow, Content, Counted, JudgedRow, RatedRow
from dashboard.services.export_media import MediaFolder
from dashboard.services.export_tables import CLIP_PARTS, RATING_COLUMNS, RatingRows
from dashboard.services.export_xml import XmlFile
from dashboard.services.table_files import plain
from engine.vocabulary import Delivery, Emotion

TASKS: Final = "tasks.json"
CONFIGURATION: Final = "config.xml"
CLIPS: Final = "clips"

CLIP: Final = "clip"
DELIVERY: Final = "delivery"
EMOTION: Final = "emotion"
EXPECTED: Final = "expected_intensity"
EXPRESSED: Final = "expressed_intensity"
COMMENT: Final = "comment"
RATER: Final = "rater"
OWN: Final = "dailies"
STEP: Final = "0.01"
LOCAL_FILES: Final = "/data/local-files/?d="
"""How Label Studio names a file of the folder it was told to serve."""

STEP_NAMES: Final = {step: step.name.lower().replace("_", " ") for step in Delivery}


def write(content: Content, places: tuple[Path, ...]) -> Counted:
    """Write the tasks, the configuration, and the clips beside them where they leave."""
    folder = places[0]
    rows = RatingRows(content.project)
    ratings = predictions = 0
    with (
        MediaFolder(folder / CLIPS) as media,
        (folder / TASKS).open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.write("[")
        for place, row in enumerate(content.clips()):
            if content.choices.media:
                media.put(row)
            task = _task(rows, row)
            file.write(",\n" if place else "\n")
            json.dump(task, file, ensure_ascii=False, allow_nan=False)
            ratings += len(row.answers)
            predictions += len(task["predictions"])
        file.write("\n]\n")
    _configuration(folder / CONFIGURATION)
    return Counted(ratings, predictions, media.copied, tuple(media.notes))


def _task(rows: RatingRows, row: ClipRow) -> dict[str, Any]:
    return {
        "id": row.place,
        "data": {
            "video": f"{LOCAL_FILES}{CLIPS}/{row.file_name}",
            **{name: plain(value(row.clip)) for name, _, value in CLIP_PARTS},
        },
        "annotations": [_annotation(rows, answer) for answer in row.answers],
        "predictions": [] if row.judged is None else [_prediction(row.judged)],
    }


def _annotation(rows: RatingRows, answer: RatedRow) -> dict[str, Any]:
    rating = answer.rated.rating
    names = (column.name for column in RATING_COLUMNS)
    held = dict(zip(names, rows.row(answer), strict=True))
    results = [
        *_results(rating.delivery, rating.emotion, rating.expected_intensity, rating.expressed_intensity),
        *([_result(COMMENT, "textarea", {"text": [plain(rating.comment)]})] if rating.comment else []),
        _result(RATER, "textarea", {"text": [plain(answer.rated.person.name)]}),
    ]
    return {
        "id": rating.id,
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": rating.created_at.isoformat(),
        "updated_at": rating.created_at.isoformat(),
        "lead_time": rating.active_time_s,
        "result": results,
        OWN: {name: plain(value) for name, value in held.items()},
    }


def _prediction(judged: JudgedRow) -> dict[str, Any]:
    said = judged.prediction
    return {
        "id": said.id,
        "model_version": f"{said.system.value} {said.weights_version}",
        "created_at": said.created_at.isoformat(),
        "result": list(_results(None, said.emotion, said.expected_intensity, said.expressed_intensity)),
        OWN: {
            "system": said.system.value,
            "weights_version": said.weights_version,
            "feature_schema": said.feature_schema,
            "verdict": judged.judgement.verdict,
        },
    }


def _results(
    delivery: Delivery | None, emotion: Emotion | None, expected: float | None, expressed: float | None
) -> Iterator[dict[str, Any]]:
    if delivery is not None:
        yield _result(DELIVERY, "choices", {"choices": [STEP_NAMES[delivery]]})
    if emotion is not None:
        yield _result(EMOTION, "choices", {"choices": [emotion.value]})
    for name, value in ((EXPECTED, expected), (EXPRESSED, expressed)):
        if value is not None:
            yield _result(name, "number", {"number": value})


def _result(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "from_name": name, "to_name": CLIP, "type": kind, "value": value}


def _configuration(path: Path) -> None:
    """The labelling configuration whose names the results use."""
    with XmlFile(path) as made, made.element("View"):
        made.leaf("Video", {"name": CLIP, "value": "$video"})
        made.leaf("Header", {"value": "$line"})
        with made.element("Choices", {"name": DELIVERY, "toName": CLIP, "choice": "single"}):
            for name in STEP_NAMES.values():
                made.leaf("Choice", {"value": name})
        with made.element("Choices", {"name": EMOTION, "toName": CLIP, "choice": "single"}):
            for emotion in Emotion:
                made.leaf("Choice", {"value": emotion.value})
        for name in (EXPECTED, EXPRESSED):
            made.leaf("Number", {"name": name, "toName": CLIP, "min": "0", "max": "1", "step": STEP})
        made.leaf("TextArea", {"name": COMMENT, "toName": CLIP, "rows": "2"})
        made.leaf("TextArea", {"name": RATER, "toName": CLIP, "rows": "1"})
