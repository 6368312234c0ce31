"""The table of speed keeps what was measured apart, and names what was not."""

from __future__ import annotations

from pathlib import Path

from scripts.bench_rows import page
from scripts.bench_rows.catalogue import PARTS, is_there
from scripts.bench_rows.row import Row


def test_parts_measured_one_after_the_other_stand_in_one_table(tmp_path: Path) -> None:
    met = Row("one clip", "0.30 s", "floor 0.20 s", "≤ 1.6 ×", met=True)
    missed = Row("many", "1.2 ×", "one process", "≥ 1.8 ×", met=False, detail="one core was taken")
    page.keep("clip", [met], tmp_path)
    written = page.keep("batch", [missed, Row("how it grows", "2 s")], tmp_path)
    text = written.read_text(encoding="utf-8")
    assert "| one clip | 0.30 s | floor 0.20 s | ≤ 1.6 × | met |" in text
    assert "| **missed** |" in text
    assert "* many: one core was taken" in text
    assert "| how it grows | 2 s |  |  |  |" in text
    again = page.keep("clip", [missed], tmp_path).read_text(encoding="utf-8")
    assert "0.30 s" not in again
    assert written.with_suffix(".json").is_file()


def test_a_part_that_was_not_measured_is_named(tmp_path: Path) -> None:
    text = page.keep("clip", [Row("one clip", "0.3 s")], tmp_path).read_text(encoding="utf-8")
    left_out = text.partition("## Not measured that day")[2]
    assert all(f"`{part}`" in left_out for part in PARTS if part != "clip")


def test_every_part_has_its_module() -> None:
    assert [part for part in PARTS if not is_there(part)] == []
