"""A table written row by row as Parquet, whatever its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.services.table_files import Column, Row, valid

ROWS_AT_ONCE: Final = 5_000
"""Rows of a Parquet row group: large enough to compress, small enough to hold."""

ARROW_TYPES: Final = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}


class ParquetTable:
    """A Parquet file with typed columns, compressed with zstd."""

    def __init__(self, path: Path, columns: tuple[Column, ...]) -> None:
        self._path = path
        self._schema = pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in columns])

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def write(self, rows: Iterable[Row]) -> int:
        """Append rows; how many they were."""
        count = 0
        for group in _groups(rows):
            cells = zip(*group, strict=True)
            arrays = [_array(values, field.type) for values, field in zip(cells, self._schema, strict=True)]
            self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
            count += len(group)
        return count


def _array(values: tuple[object, ...], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type=kind)
    except UnicodeEncodeError:  # half a character somewhere; asking each text takes a sixth of an export
        return pa.array(map(valid, values), type=kind)


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while group := list(islice(waiting, ROWS_AT_ONCE)):
        yield group
