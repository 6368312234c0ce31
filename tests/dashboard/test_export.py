"""Exports hold every answer, open in the tools people use, and name nobody."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard.services import projects
from dashboard.services.export import export
from dashboard.services.parquet_table import ParquetTable
from dashboard.services.predictions import draft_of
from dashboard.services.rating import Answer, submit
from dashboard.services.table_files import Column, CsvTable, cell, plain
from dashboard.services.thresholds_table import fit_file
from db import audit, predictions, session
from db.records import ClipRecord, ProjectRecord
from engine.errors import DailiesError, UnknownNameError
from engine.vocabulary import Emotion, Modality
from tests.dashboard.analysis_made import made_analysis
from tests.dashboard.project_made import made_clip, made_ratings, press

COMMENT = '=HYPERLINK("http://x") “क्या” 🎭\nnext line'
FULL = Answer(
    delivery=-2,
    emotion=Emotion.SHAME,
    expected_intensity=0.1,
    expressed_intensity=0.30000000000000004,
    comment=COMMENT,
    watched_share=1.0,
    active_time_s=3.25,
)


@pytest.fixture
def project() -> ProjectRecord:
    return projects.create("Hamlet")


@pytest.fixture
def clip(project: ProjectRecord) -> ClipRecord:
    clip = made_clip(project, actor="+1 Actor", original_name="prise n° 1.mp4", directed_intensity=0.9)
    person = projects.person("Asha Rao")
    for delivery in (0, -2):
        submit(
            clip_id=clip.id,
            person_id=person.id,
            answer=replace(FULL, delivery=delivery),
            idempotency_key=press(),
        )
    return clip


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_csv_holds_the_answer_that_stands_to_the_last_digit(
    project: ProjectRecord, clip: ClipRecord, tmp_path: Path
) -> None:
    done = export(project.id, format_name="csv", out=tmp_path / "out", names=True)
    assert (done.ratings, done.predictions) == (1, 1)
    (row,) = rows_of(done.ratings_file)
    assert row["clip_id"].removeprefix("'") == clip.id  # one id in 64 begins as a formula might
    assert row["clip"] == "prise n° 1.mp4"
    assert row["delivery"] == "-2"
    assert row["verdict"] == "under"
    assert row["rated_emotion"] == "shame"
    assert float(row["rated_expressed_intensity"]) == 0.30000000000000004
    assert (float(row["expected_intensity"]), float(row["expressed_intensity"])) == (0.7, 0.4)
    assert row["directed_level"] == "strong"
    assert row["policy_version"] == "fixed-0.15"
    assert datetime.fromisoformat(row["rated_at"]).tzinfo is not None


@pytest.mark.usefixtures("clip")
def test_history_holds_superseded_answers_too(project: ProjectRecord, tmp_path: Path) -> None:
    done = export(project.id, format_name="csv", out=tmp_path / "out", history=True)
    rows = rows_of(done.ratings_file)
    assert [row["delivery"] for row in rows] == ["0", "-2"]
    assert [row["stands"] for row in rows] == ["false", "true"]
    assert rows[1]["supersedes_id"] == rows[0]["rating_id"]


def test_nobody_and_nothing_is_named_unless_asked_for(
    project: ProjectRecord, clip: ClipRecord, tmp_path: Path
) -> None:
    anonymous = export(project.id, format_name="csv", out=tmp_path / "anonymous")
    named = export(project.id, format_name="csv", out=tmp_path / "named", names=True)
    for table in anonymous.files:
        text = table.read_text(encoding="utf-8")
        for known in ("Asha", "Actor", "prise n", clip.id, clip.sha256):
            assert known not in text
    (row,), (known_row,) = rows_of(anonymous.ratings_file), rows_of(named.ratings_file)
    assert row["rater"].startswith("rater-")
    assert row["actor"].startswith("actor-")
    assert row["clip"] == f"{row['clip_id']}.mp4"
    assert row["rating_id"] != known_row["rating_id"]
    assert known_row["rater"] == "Asha Rao"


@pytest.mark.usefixtures("clip")
def test_dates_are_shifted_by_one_span_of_the_project_so_that_distances_hold(
    project: ProjectRecord, tmp_path: Path
) -> None:
    told = [
        rows_of(
            export(
                project.id, format_name="csv", out=tmp_path / str(names), names=names, history=True
            ).ratings_file
        )
        for names in (False, True)
    ]
    shifted, true = ([datetime.fromisoformat(row["rated_at"]) for row in rows] for rows in told)
    spans = {after - before for before, after in zip(shifted, true, strict=True)}
    assert len(spans) == 1
    assert timedelta(days=1) <= spans.pop() <= timedelta(days=365)


def test_pseudonyms_stay_in_a_project_and_tell_nothing_between_projects(tmp_path: Path) -> None:
    told = []
    for name in ("Hamlet", "Lear"):
        project = projects.create(name)
        clip = made_clip(project, sha256="ab" * 32)
        submit(clip_id=clip.id, person_id=projects.person("Asha").id, answer=FULL, idempotency_key=press())
        told += [
            rows_of(export(project.id, format_name="csv", out=tmp_path / f"{name}{i}").ratings_file)[0]
            for i in range(2)
        ]
    for column in ("rater", "clip_id", "clip_sha256", "rating_id"):
        first, again, other, _ = (row[column] for row in told)
        assert first == again
        assert first != other


@pytest.mark.usefixtures("clip")
def test_no_text_of_a_person_is_run_as_a_formula(project: ProjectRecord, tmp_path: Path) -> None:
    done = export(project.id, format_name="csv", out=tmp_path / "out", names=True)
    (row,) = rows_of(done.ratings_file)
    assert row["comment"] == "'" + COMMENT
    assert row["actor"] == "'+1 Actor"
    assert float(row["alignment"]) < 0  # a negative number is no formula and stays a number


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_every_start_of_a_formula_is_defused(start: str) -> None:
    assert cell(start) == "'" + start


@pytest.mark.usefixtures("clip")
def test_parquet_holds_the_same_rows_with_types(project: ProjectRecord, tmp_path: Path) -> None:
    done = export(project.id, format_name="parquet", out=tmp_path / "out")
    table = pd.read_parquet(done.ratings_file)
    assert table.loc[0, "comment"] == COMMENT
    assert table.loc[0, "rated_expressed_intensity"] == 0.30000000000000004
    assert table["simulated"].dtype == bool
    assert table["rated_at"].dt.tz is not None
    said = pd.read_parquet(done.predictions_file)
    assert said.loc[0, "verdict"] == "under"
    assert said.loc[0, "probability_anger"] == 0.6
    assert said.loc[0, "trust_face"] == 0.2


def test_both_formats_agree_cell_by_cell(project: ProjectRecord, tmp_path: Path) -> None:
    made_ratings(project, clips_count=7, raters=2, tolerance=0.5)
    made_clip(project, expected=None)
    as_csv = export(project.id, format_name="csv", out=tmp_path / "csv")
    as_parquet = export(project.id, format_name="parquet", out=tmp_path / "parquet")
    for one, other in (
        (as_csv.ratings_file, as_parquet.ratings_file),
        (as_csv.predictions_file, as_parquet.predictions_file),
    ):
        typed = pq.read_table(other).to_pylist()
        assert rows_of(one) == [{name: cell(value) for name, value in row.items()} for row in typed]


def test_json_lines_hold_the_same_rows_as_parquet(project: ProjectRecord, tmp_path: Path) -> None:
    made_ratings(project, clips_count=7, raters=2, tolerance=0.5)
    lines = export(project.id, format_name="jsonl", out=tmp_path / "jsonl")
    typed = export(project.id, format_name="parquet", out=tmp_path / "parquet")
    for one, other in zip(lines.files, typed.files, strict=True):
        read = [json.loads(line) for line in one.read_text(encoding="utf-8").splitlines()]
        assert read == [
            {name: plain(value) for name, value in row.items()} for row in pq.read_table(other).to_pylist()
        ]


@pytest.mark.usefixtures("clip")
def test_a_folder_that_holds_other_files_is_not_written_over(project: ProjectRecord, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("keep me")
    with pytest.raises(DailiesError, match="holds other files"):
        export(project.id, format_name="elan", out=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


@pytest.mark.usefixtures("clip")
def test_a_folder_of_an_earlier_export_is_replaced_as_a_whole(project: ProjectRecord, tmp_path: Path) -> None:
    export(project.id, format_name="elan", out=tmp_path / "out")
    export(project.id, format_name="croissant", out=tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["out"]
    assert not list((tmp_path / "out").glob("*.eaf"))


@pytest.mark.usefixtures("clip")
def test_who_exported_what_stands_in_the_audit_log(project: ProjectRecord, tmp_path: Path) -> None:
    export(project.id, format_name="csv", out=tmp_path / "out", names=True)
    with session.reading() as s:
        line = audit.list_page(s).items[0]
    assert (line.action, line.subject) == ("project.export", f"project:{project.id}")
    assert line.details["names"] is True


def test_an_exported_table_of_ratings_is_one_that_thresholds_are_fitted_from(
    project: ProjectRecord, tmp_path: Path
) -> None:
    made_ratings(project, clips_count=30, raters=2, tolerance=0.8)
    done = export(project.id, format_name="csv", out=tmp_path / "out")
    found = fit_file(done.ratings_file, tmp_path / "policy.json", context=(), group="actor")
    assert found.candidate.judge(0.5).verdict == "correct"


@pytest.mark.usefixtures("clip")
def test_a_file_name_puts_the_predictions_beside_it(project: ProjectRecord, tmp_path: Path) -> None:
    done = export(project.id, format_name="csv", out=tmp_path / "deep" / "mine.csv")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["mine.csv", "mine.predictions.csv"]
    assert done.ratings_file == tmp_path / "deep" / "mine.csv"


def test_an_empty_project_gives_tables_with_their_headers(project: ProjectRecord, tmp_path: Path) -> None:
    for form in ("csv", "parquet"):
        done = export(project.id, format_name=form, out=tmp_path / form)
        assert (done.ratings, done.predictions) == (0, 0)
        read = pd.read_csv if form == "csv" else pd.read_parquet
        assert "delivery" in read(done.ratings_file).columns


@pytest.mark.usefixtures("clip")
def test_exporting_again_replaces_the_files_and_leaves_nothing_beside_them(
    project: ProjectRecord, tmp_path: Path
) -> None:
    for _ in range(2):
        export(project.id, format_name="parquet", out=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "predictions.parquet",
        "ratings.parquet",
    ]


def test_a_failure_half_way_leaves_the_old_files_as_they_were(
    project: ProjectRecord, clip: ClipRecord, tmp_path: Path
) -> None:
    done = export(project.id, format_name="csv", out=tmp_path / "out")
    before = [done.ratings_file.read_bytes(), done.predictions_file.read_bytes()]
    submit(clip_id=clip.id, person_id=projects.person("Ben").id, answer=FULL, idempotency_key=press())
    with session.writing() as s:
        unreadable = replace(draft_of(made_analysis(), clip_id=clip.id), document={"format": "prediction-99"})
        predictions.add(s, unreadable)
    with pytest.raises(DailiesError, match="analyse the clip again"):
        export(project.id, format_name="csv", out=tmp_path / "out")
    assert [done.ratings_file.read_bytes(), done.predictions_file.read_bytes()] == before
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["predictions.csv", "ratings.csv"]


@pytest.mark.usefixtures("clip")
def test_a_folder_in_the_place_of_a_table_is_refused_before_anything_is_written(
    project: ProjectRecord, tmp_path: Path
) -> None:
    (tmp_path / "out" / "predictions.csv").mkdir(parents=True)
    with pytest.raises(DailiesError, match="is a folder"):
        export(project.id, format_name="csv", out=tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["predictions.csv"]


def test_a_folder_that_may_not_be_made_is_said(project: ProjectRecord, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DailiesError, match="cannot be written"):
        export(project.id, format_name="csv", out=tmp_path / "file" / "out")


@pytest.mark.parametrize("form", ["csv", "emotionml", "croissant"])
def test_files_are_not_asked_of_a_format_that_has_no_place_for_them(
    project: ProjectRecord, tmp_path: Path, form: str
) -> None:
    with pytest.raises(DailiesError, match="no place for the clips' files"):
        export(project.id, format_name=form, out=tmp_path / "out", media=True)
    assert not (tmp_path / "out").exists()


def test_a_format_nobody_knows_is_refused(project: ProjectRecord, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="'xlsx' is no export format"):
        export(project.id, format_name="xlsx", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(project: ProjectRecord, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("keep me")
    with pytest.raises(DailiesError, match="is a file"):
        export(project.id, format_name="csv", out=tmp_path / "out")
    assert (tmp_path / "out").read_text() == "keep me"


@pytest.mark.parametrize("kind", [CsvTable, ParquetTable])
def test_long_tables_are_written_in_pieces(kind: type[CsvTable], tmp_path: Path) -> None:
    columns = (Column("n", int), Column("moment", datetime), Column("text", str))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with kind(tmp_path / "table", columns) as table:
        assert table.write((n, moment, None if n % 2 else "half \ud800") for n in range(12_001)) == 12_001
    if kind is ParquetTable:
        assert pq.ParquetFile(tmp_path / "table").metadata.num_row_groups == 3
        assert pq.read_table(tmp_path / "table").column("n").to_pylist() == list(range(12_001))
    else:
        assert len((tmp_path / "table").read_text(encoding="utf-8").splitlines()) == 12_002


def test_beside_an_answer_stands_what_the_words_alone_were_read_as(
    project: ProjectRecord, tmp_path: Path
) -> None:
    said = made_analysis()
    words = said.modalities[Modality.TEXT]
    assert words.emotion is not None
    for analysis in (said, replace(said, modalities={Modality.VOICE: said.modalities[Modality.VOICE]})):
        clip = made_clip(project)
        with session.writing() as s:
            predictions.add(s, draft_of(analysis, clip_id=clip.id))
        person = projects.person("Asha Rao")
        submit(clip_id=clip.id, person_id=person.id, answer=FULL, idempotency_key=press())
    done = export(project.id, format_name="csv", out=tmp_path / "out")
    assert [row["line_emotion"] for row in rows_of(done.ratings_file)] == [words.emotion.label.value, ""]
