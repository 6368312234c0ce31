"""Croissant 1.0 (MLCommons, 2024): the tables as Parquet, described in JSON-LD for tools to load."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dashboard.services.export_content import UNSTATED_LICENCE, Content, Counted
from dashboard.services.export_tables import (
    PREDICTION_COLUMNS,
    RATING_COLUMNS,
    prediction_rows,
    rating_rows,
)
from dashboard.services.parquet_table import ParquetTable
from dashboard.services.table_files import Column

DESCRIPTION_FILE: Final = "croissant.json"
VERSION: Final = "1.0.0"
KINDS: Final = {
    str: "sc:Text",
    int: "sc:Integer",
    float: "sc:Float",
    bool: "sc:Boolean",
    datetime: "sc:DateTime",
}

CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the specification, word for word: readers compare it."""


def write(content: Content, places: tuple[Path, ...]) -> Counted:
    """Write both tables and their description."""
    folder = places[0]
    with ParquetTable(folder / "ratings.parquet", RATING_COLUMNS) as table:
        ratings = table.write(rating_rows(content))
    with ParquetTable(folder / "predictions.parquet", PREDICTION_COLUMNS) as table:
        predictions = table.write(prediction_rows(content))
    described = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": content.project.name,
        "description": (
            f"{ratings} answers of people about acted clips (does the delivery match what the line demands?) "
            f"and {predictions} predictions of models. About performances, never about what a person feels."
        ),
        "license": _licence(content.choices.licence),
        "url": "https://example.org/dailies-export",
        "version": VERSION,
        "datePublished": datetime.now(UTC).date().isoformat(),
        "creator": {"@type": "sc:Person", "name": content.project.name},
        "citeAs": f"{content.project.name}, exported from Dailies",
        "isLiveDataset": False,
        "distribution": [_file(folder / name) for name in ("ratings.parquet", "predictions.parquet")],
        "recordSet": [
            _records("ratings", "One row per answer.", RATING_COLUMNS),
            _records("predictions", "One row per clip: the newest prediction.", PREDICTION_COLUMNS),
        ],
    }
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")
    return Counted(ratings, predictions)


def _licence(licence: str) -> str:
    return "Not stated; ask whoever gave you these data." if licence == UNSTATED_LICENCE else licence


def _file(path: Path) -> dict[str, Any]:
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {
        "@type": "cr:FileObject",
        "@id": path.name,
        "name": path.name,
        "contentUrl": path.name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": digest,
    }


def _records(name: str, description: str, columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": description,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column.name}",
                "name": column.name,
                "dataType": KINDS[column.kind],
                "source": {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column.name}},
            }
            for column in columns
        ],
    }
