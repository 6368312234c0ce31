"""The table of reliability keeps what was measured apart, and hides no row that was not."""

from __future__ import annotations

from pathlib import Path

from scripts.reliability import page
from scripts.reliability.catalogue import ROWS
from scripts.reliability.row import Row


def test_rows_measured_one_after_the_other_stand_in_one_table(tmp_path: Path) -> None:
    page.keep("kill", Row("kill -9", "0 lost", "0 lost of 9", met=True, seconds=3.0), tmp_path)
    written = page.keep("power_loss", Row("power loss", "opens", "2 did not", met=False), tmp_path)
    text = written.read_text(encoding="utf-8")
    assert "| 0 lost of 9 | met | 3 |" in text
    assert "| 2 did not | **missed** |" in text
    assert written.with_suffix(".json").is_file()


def test_a_row_that_was_not_measured_is_named(tmp_path: Path) -> None:
    text = page.keep("kill", Row("kill -9", "0 lost", "0", met=True), tmp_path).read_text(encoding="utf-8")
    left_out = text.partition("## Not measured that day")[2]
    assert all(f"`{name}`" in left_out for name in ROWS if name != "kill")


def test_a_row_that_this_machine_cannot_measure_is_neither_met_nor_missed(tmp_path: Path) -> None:
    row = Row("disk full", "no half clip", "-", met=None, detail="A tmpfs asks for root.")
    text = page.keep("disk_full", row, tmp_path).read_text(encoding="utf-8")
    assert "| not measured |" in text
    assert "* `disk_full`: A tmpfs asks for root." in text
