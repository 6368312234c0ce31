"""No table that leaves Dailies runs anything in a spreadsheet, and what comes back is what left."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dashboard.services import lines_table
from dashboard.services.csv_table import read_table, write_table
from dashboard.services.foreign_records import rows_of
from dashboard.services.scene_lines import read_cuts
from dashboard.services.script_reading import read_script
from dashboard.services.table_files import Column, CsvTable, cell

TEXTS = ("=1+1", "+x", "-tis so", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-a", "'tis", "plain", "a=b")


def test_a_table_written_and_read_again_is_the_same_and_runs_nothing(tmp_path: Path) -> None:
    table = pd.DataFrame({"text": list(TEXTS), "gap": ["-0.15"] * len(TEXTS), "low": [-1.5] * len(TEXTS)})
    write_table(table, tmp_path / "out.csv")
    raw = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert not any(text[:1] in "=+-@\t\r" for text in raw["text"])
    assert set(raw["gap"]) == {"-0.15"}
    again = read_table(tmp_path / "out.csv")
    assert list(again["text"]) == list(TEXTS)
    assert list(again["low"]) == ["-1.5"] * len(TEXTS)


def test_an_exported_table_gives_every_text_back(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with CsvTable(path, (Column("clip", str), Column("text", str))) as table:
        table.write([("take.mp4", text) for text in TEXTS])
    assert [row.cells["text"] for row in rows_of(path)] == list(TEXTS)


@pytest.mark.parametrize("said", ["- No.", "=Yes", "@home"])
def test_lines_that_were_defused_come_back_as_they_were(said: str) -> None:
    table = lines_table.parse_lines(f"clip,line\ntake1.mp4,{cell(said)}\n".encode(), name="LINES.csv")
    assert table.rows["take1.mp4"].line == said
    assert read_script(f"line\n{cell(said)}\n".encode(), name="play.csv").lines[0].text == said
    assert read_cuts(f"start,end,line\n1,2,{cell(said)}\n".encode(), name="cuts.csv")[1][0].line == said
