"""``agreement`` on plain tables: what it prints, and what it refuses in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import BAD_INPUT, OK, main

KRIPPENDORFF_2011 = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def _table(folder: Path, text: str) -> str:
    path = folder / "ratings.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _published(folder: Path) -> str:
    rows = ["clip,who,said"]
    for who, line in enumerate(KRIPPENDORFF_2011):
        rows += [f"{unit},{who},{'' if cell == '.' else cell}" for unit, cell in enumerate(line.split())]
    return _table(folder, "\n".join(rows))


def _words(level: str, *more: str, unit: str = "clip", value: str = "said") -> list[str]:
    return ["--unit", unit, "--value", value, "--level", level, *more]


def _document(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["agreement", *words, "--json"]) == OK
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_json_holds_the_published_alpha_with_its_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str, alpha: float
) -> None:
    found = _document(capsys, _published(tmp_path), *_words(level, "--rater", "who"))
    main_one = found["coefficients"]["krippendorff_alpha"]
    assert main_one["value"] == pytest.approx(alpha, abs=5e-4)
    assert main_one["low"] < alpha < main_one["high"]
    assert [found[name] for name in ("level", "units", "raters", "answers", "pairs")] == [
        level, 11, 4, 40, 55,
    ]  # fmt: skip
    assert any("7 rows have no answer" in note for note in found["notes"])


def test_every_coefficient_that_fits_the_level_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = _published(tmp_path)
    names = {
        level: set(_document(capsys, table, *_words(level, "--rater", "who"))["coefficients"])
        for level in ("nominal", "ordinal", "interval")
    }
    kappas = {"krippendorff_alpha", "cohen_kappa", "fleiss_kappa"}
    assert names == {
        "nominal": kappas,
        "ordinal": kappas | {"quadratic_kappa"},
        "interval": {"krippendorff_alpha", "icc_2_1", "icc_2_k", "quadratic_kappa"},
    }
    assert main(["agreement", table, *_words("ordinal", "--rater", "who")]) == OK
    said = capsys.readouterr().out
    assert "ratings.csv, ordinal: 11 units with two answers or more, 4 raters, 40 answers, 55 pairs" in said
    assert "Krippendorff’s alpha" in said
    assert "+0.815  (90% interval" in said


def test_rows_without_raters_are_answers_of_different_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = _table(tmp_path, "clip,said\na,3\na,3\na,2\nb,5\nb,4\n")
    found = _document(capsys, table, *_words("ordinal"))
    assert (found["raters"], found["pairs"]) == (None, 4)
    assert found["coefficients"]["cohen_kappa"]["undefined"] == "needs_raters"
    assert found["coefficients"]["fleiss_kappa"]["value"] is not None


def test_verdict_words_and_steps_mean_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for cells in (("under", "under", "over", "correct"), ("-1", "-1", "1", "0"), ("under", "-2", "2", "0")):
        rows = [f"{clip},{cell}" for clip, cell in zip("aabb", cells, strict=True)]
        found.append(_document(capsys, _table(tmp_path, "\n".join(["clip,said", *rows])), *_words("ordinal")))
    assert found[0]["coefficients"] == found[1]["coefficients"] == found[2]["coefficients"]


def test_where_nothing_varies_agreement_is_undefined_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = _table(tmp_path, "clip,who,said\na,x,1\na,y,1\nb,x,1\nb,y,1\n")
    found = _document(capsys, table, *_words("interval", "--rater", "who"))
    assert {each["value"] for each in found["coefficients"].values()} == {None}
    assert {each["undefined"] for each in found["coefficients"].values()} == {"no_variation"}
    assert main(["agreement", table, *_words("nominal", "--rater", "who")]) == OK
    printed = capsys.readouterr().out
    assert printed.count("undefined, no variation") == 3
    assert "nan" not in printed.lower()


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("", _words("nominal"), "is empty"),
        ("clip,said\n", _words("nominal"), "no answer at all"),
        ("clip,said\na,\nb,NaN\n", _words("interval"), "no answer at all"),
        ("clip,value\na,1\n", _words("nominal"), "no column 'said'; its columns are: clip, value"),
        ("clip,said\na,1\na,2\n", _words("nominal", "--rater", "who"), "no column 'who'"),
        ("clip,said\na,1\na,2\n", _words("nominal", value="clip"), "one is named twice"),
        ("clip,said\na,1\na,2\na,3\n", _words("interval"), "Only one unit has two answers"),
        ("clip,said\na,1\nb,2\nc,3\n", _words("interval"), "No unit has two answers"),
        (
            "clip,who,said\na,x,1\nb,x,2\n",
            _words("interval", "--rater", "who"),
            "All answers are by one rater",
        ),
        (
            "clip,who,said\na,x,1\na,x,2\na,y,1\nb,x,1\nb,y,1\n",
            _words("nominal", "--rater", "who"),
            "x answers a twice and differently",
        ),
        ("clip,said\na,1\na,loud\nb,2\nb,3\n", _words("interval"), "Answer 2 is 'loud'"),
        ("clip,said\na,1\na,inf\nb,2\nb,3\n", _words("interval"), "Answer 2 is 'inf'"),
        ("clip,said\na,1\na,fine\nb,2\nb,3\n", _words("ordinal"), "under, correct or over"),
        ("clip,said\na,1\na,2\nb,2\nb,3\n", _words("ratio"), "--level"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str], sentence: str
) -> None:
    assert main(["agreement", _table(tmp_path, text), *words]) == BAD_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert printed.err.count("\n") == 1


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement", str(tmp_path / "none.csv"), *_words("nominal")]) == BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1
