"""Whatever a file holds, its parser takes it or refuses it in a sentence; what is refused leaves nothing."""

from __future__ import annotations

import json
import random
import warnings
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.services import lines_table, table_header
from dashboard.services.csv_table import read_table
from dashboard.services.scene_lines import read_cuts
from engine.errors import DailiesError, TableError
from scripts.reliability.hostile_inputs import PARSERS, WAYS
from scripts.reliability.hostile_tables import read_all
from tests.thoroughness import repeats

LONGEST_SENTENCE = 2_000
EXAMPLES = repeats(15, 500)
TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
CELLS = st.lists(st.lists(TEXT, min_size=1, max_size=6), min_size=1, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
often = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def refused_or_taken(name: str, content: bytes, folder: Path) -> None:
    """Read bytes as the file of a parser: anything but a sentence fails the test."""
    parser = PARSERS[name]
    folder.mkdir(exist_ok=True)
    path = folder / parser.file_name
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parser.read(path)
            sentence = "It was taken."
        except DailiesError as error:
            sentence = str(error)
    assert 0 < len(sentence) < LONGEST_SENTENCE


@pytest.mark.parametrize("name", PARSERS)
def test_a_good_file_is_taken(name: str, tmp_path: Path) -> None:
    path = tmp_path / PARSERS[name].file_name
    path.write_bytes(PARSERS[name].sample)
    PARSERS[name].read(path)


@pytest.mark.parametrize("name", PARSERS)
@often
@given(data=st.data())
def test_no_bytes_make_a_parser_fail(name: str, data: st.DataObject, tmp_path: Path) -> None:
    sample = PARSERS[name].sample
    cells = data.draw(CELLS)
    table = sample.partition(b"\n")[0] + b"\n" + "\n".join(",".join(row) for row in cells).encode()
    drawn = data.draw(st.sampled_from((table, sample + data.draw(TEXT).encode(), data.draw(st.binary()))))
    refused_or_taken(name, drawn, tmp_path / "given")


@pytest.mark.parametrize("name", ["policy", "Label Studio", "JSON lines", "answer body"])
@often
@given(held=JSON)
def test_no_json_makes_a_parser_fail(name: str, held: object, tmp_path: Path) -> None:
    sample = json.loads(PARSERS[name].sample)
    if isinstance(sample, dict):
        for key in sample:
            refused_or_taken(name, json.dumps({**sample, key: held}).encode(), tmp_path / "given")
    refused_or_taken(
        name, json.dumps([held] if isinstance(sample, list) else held).encode(), tmp_path / "given"
    )


def test_hostile_files_leave_no_traceback_and_nothing_half_written(home: Path) -> None:
    found = read_all(home, inputs=repeats(60, 500), seed=3)
    assert found.wrong == []


def test_a_table_of_too_many_columns_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("," * table_header.MOST_COLUMNS + "\n")
    with pytest.raises(TableError, match="at most 1000"):
        read_table(path)
    with pytest.raises(TableError, match="at most 1000"):
        lines_table.read_lines(path)


def test_a_subtitle_that_would_take_for_ever_is_refused() -> None:
    nested = WAYS["deep JSON inside"](PARSERS["SubRip"].sample, random.Random(5))
    with pytest.raises(TableError, match="longer than"):
        read_cuts(nested, name="film.srt")
