"""What is exported is read back by the tools it is meant for."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import types
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import av
import datasets
import mlcroissant
import pytest
from pympi.Elan import Eaf

from dashboard.services import agreement, consents, export_download, importing, projects
from dashboard.services.export import export
from dashboard.services.export_label_studio import STEP_NAMES
from dashboard.services.given_answers import Field
from db import clips, ratings, session
from db.records import ClipDetails, ConsentScope, ProjectRecord, RatedClip
from tests.dashboard.emotionml_rules import broken_rules, read_emotions
from tests.dashboard.exported_made import COMMENT, LINE, exported_project, made_sound

pytestmark = pytest.mark.sqlite  # the project is made once, and its folder copied for each test

ANSWERS = 12
CLIPS = 3
FILMS = 2


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the project in it, made once."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAILIES_HOME", str(folder / "home"))
        exported_project(folder / "takes")
        session.close()
    return folder / "home"


@pytest.fixture
def project(made: Path, home: Path) -> ProjectRecord:
    shutil.copytree(made, home, dirs_exist_ok=True)
    return projects.listing()[0]


@pytest.fixture
def stored(project: ProjectRecord) -> list[RatedClip]:
    with session.reading() as s:
        return list(ratings.current_of_project(s, project.id))


@pytest.fixture
def loading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``load_dataset`` that keeps what it prepares under the test's folder and asks no hub."""
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()

    def load(folder: Path, name: str | None = None) -> Any:
        prepared = str(tmp_path / "prepared")
        return datasets.load_dataset(str(folder), name, split="train", cache_dir=prepared)

    yield load
    datasets.enable_progress_bars()


def test_datasets_loads_the_clips_with_their_files_and_a_row_for_each_answer(
    project: ProjectRecord, stored: list[RatedClip], loading: Any, tmp_path: Path
) -> None:
    done = export(project.id, format_name="huggingface", out=tmp_path / "out")
    assert (done.clips, done.ratings, done.notes) == (CLIPS, ANSWERS, ())
    clips = loading(tmp_path / "out").cast_column("video", datasets.Video(decode=False))
    assert clips.num_rows == CLIPS
    films = [row for row in clips if row["video"] is not None]
    assert len(films) == FILMS
    for row in films:
        with av.open(row["video"]["path"]) as opened:
            assert opened.streams.video[0].width == 64
        assert row["answers"] == 3
        assert row["line"] == LINE
    (sound,) = (row for row in clips if row["video"] is None)
    with av.open(str(tmp_path / "out" / "clips" / sound["sound_path"])) as opened:
        assert [stream.type for stream in opened.streams] == ["audio"]
    answers = loading(tmp_path / "out", "ratings").cast_column("video", datasets.Video(decode=False))
    assert [row["rated_expected_intensity"] for row in answers] == [
        each.rating.expected_intensity for each in stored
    ]
    assert [row["comment"] for row in answers] == [each.rating.comment for each in stored]
    assert {row["clip_id"] for row in answers} == {row["clip_id"] for row in clips}


def test_a_project_of_sounds_alone_is_an_audiofolder(
    loading: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unused = types.SimpleNamespace(AudioEncoder=None)  # looked for before it is seen that a file is there
    monkeypatch.setitem(sys.modules, "torchcodec", types.ModuleType("torchcodec"))
    monkeypatch.setitem(sys.modules, "torchcodec.encoders", unused)
    sound = made_sound(tmp_path / "one.wav")
    importing.import_clips("Radio", importing.sources_at(sound, None))
    export(projects.by_name("Radio").id, format_name="huggingface", out=tmp_path / "out")
    (row,) = loading(tmp_path / "out").cast_column("audio", datasets.Audio(decode=False))
    with av.open(row["audio"]["path"]) as opened:
        assert [stream.type for stream in opened.streams] == ["audio"]


def test_without_files_the_tables_still_load(project: ProjectRecord, loading: Any, tmp_path: Path) -> None:
    export(project.id, format_name="huggingface", out=tmp_path / "out", media=False)
    assert loading(tmp_path / "out").num_rows == CLIPS
    assert loading(tmp_path / "out", "ratings").num_rows == ANSWERS


def test_the_card_says_how_far_people_agree_by_which_guideline_and_what_is_known_of_consent(
    project: ProjectRecord, tmp_path: Path
) -> None:
    export(project.id, format_name="huggingface", out=tmp_path / "out", licence="cc-by-nc-4.0")
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    found = agreement.work_out(project.id).of(Field.DELIVERY)[0].found
    assert found is not None
    main = found.main
    assert f"| delivery | {main.value:.2f} ({main.low:.2f} to {main.high:.2f}) | {found.units} |" in card
    assert "guideline that Dailies ships (en)" in card
    assert f"- not recorded: {CLIPS} clips" in card
    assert "Licence: cc-by-nc-4.0." in card
    assert f"{ANSWERS} by 3 raters" in card
    assert "Asha" not in card


def test_a_clip_whose_consent_does_not_cover_it_keeps_its_file_and_gives_its_answers(
    project: ProjectRecord, tmp_path: Path, stored: list[RatedClip]
) -> None:
    with session.writing() as s:
        clip = stored[0].clip
        known = {each.name: getattr(clip, each.name) for each in fields(ClipDetails)}
        clips.update_details(s, clip.id, ClipDetails(**{**known, "actor": "Leela"}))
    consents.record(project.id, "Leela", scopes=[ConsentScope.RATING], person_id=None)
    leaving = export_download.preview(project.id, media=True)
    assert (leaving.files, leaving.kept_back, leaving.without_consent) == (CLIPS - 1, 1, CLIPS - 1)
    done = export(project.id, format_name="huggingface", out=tmp_path / "out")
    assert (done.clips, done.ratings) == (CLIPS - 1, ANSWERS)
    assert "stays here" in done.notes[0]
    assert "- rating: 1 clips" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_no_tag_of_a_clip_leaves_with_its_file(project: ProjectRecord, tmp_path: Path) -> None:
    done = export(project.id, format_name="huggingface", out=tmp_path / "out")
    films = [path for path in done.files if path.suffix == ".mp4"]
    assert len(films) == FILMS
    for path in films:
        with av.open(str(path)) as opened:
            assert set(opened.metadata) <= {"major_brand", "minor_version", "compatible_brands", "encoder"}
            assert opened.streams.video[0].frames == 5


def test_mlcroissant_validates_the_description_and_reads_every_answer(
    project: ProjectRecord, stored: list[RatedClip], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    export(project.id, format_name="croissant", out=tmp_path / "out", licence="cc-by-4.0")
    with caplog.at_level(logging.WARNING):
        read = mlcroissant.Dataset(jsonld=tmp_path / "out" / "croissant.json")
    assert not read.metadata.ctx.issues.errors
    assert not read.metadata.ctx.issues.warnings
    rows = list(read.records("ratings"))
    assert [row["ratings/rated_expected_intensity"] for row in rows] == [
        each.rating.expected_intensity for each in stored
    ]
    assert len(list(read.records("predictions"))) == CLIPS


def test_elan_documents_open_in_pympi_with_the_words_and_each_raters_tiers(
    project: ProjectRecord, stored: list[RatedClip], tmp_path: Path
) -> None:
    done = export(project.id, format_name="elan", out=tmp_path / "out")
    documents = [Eaf(str(path)) for path in done.files if path.suffix == ".eaf"]
    assert len(documents) == CLIPS
    given = []
    for document in documents:
        names = document.get_tier_names()
        assert document.get_annotation_data_for_tier("line script") == [(0, 1000, LINE)]
        words = document.get_annotation_data_for_tier("words machine")
        assert [text for _, _, text in sorted(words)][:2] == ["How", "dare"]
        given += [
            text
            for name in names
            if name.startswith("expected intensity rater-")
            for _, _, text in document.get_annotation_data_for_tier(name)
        ]
    assert sorted(given) == sorted(str(each.rating.expected_intensity) for each in stored)


def test_every_emotionml_rule_holds_and_every_value_is_read_back(
    project: ProjectRecord, stored: list[RatedClip], tmp_path: Path
) -> None:
    done = export(project.id, format_name="emotionml", out=tmp_path / "out.emotionml")
    root = ET.parse(done.files[0]).getroot()
    assert broken_rules(root) == []
    read = {each.id: each for each in read_emotions(root)}
    people = [each for each in read.values() if each.id.startswith("rating-")]
    assert len(people) == ANSWERS
    assert sorted(each.dimensions["expected-intensity"] for each in people) == sorted(
        each.rating.expected_intensity or 0 for each in stored
    )
    assert sorted(each.category for each in people) == sorted(str(each.rating.emotion) for each in stored)
    steps = sorted(each.dimensions["delivery"] for each in people if "delivery" in each.dimensions)
    assert steps == sorted(
        (each.rating.delivery + 2) / 4 for each in stored if each.rating.delivery is not None
    )
    assert len(read) == ANSWERS + CLIPS


@pytest.mark.skipif("EMOTIONML_XSD" not in os.environ, reason="EMOTIONML_XSD names no folder with the schema")
def test_emotionml_is_valid_by_the_published_schema(project: ProjectRecord, tmp_path: Path) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    done = export(project.id, format_name="emotionml", out=tmp_path / "out.emotionml")
    schema = xmlschema.XMLSchema(str(Path(os.environ["EMOTIONML_XSD"]) / "emotionml.xsd"))
    assert [str(error) for error in schema.iter_errors(str(done.files[0]))] == []


@pytest.mark.parametrize(
    ("find", "put", "rule"),
    [
        ('<emotionml version="1.0" ', "<emotionml ", "version"),
        ('name="anger"/>\n<item', 'name="rage"/>\n<item', "vocabulary"),
        ('value="0.30000000000000004"', 'value="1.5"', "scale"),
        ('type="dimension"', 'type="size"', "type"),
        ('role="expressedBy"', 'role="by"', "role"),
        ("dailies:answer", "answer", "info"),
        ("<info><dailies:project", '<vocabulary type="category" id="v"/><info><dailies:project', "order"),
    ],
)
def test_the_reader_of_emotionml_would_have_noticed(
    project: ProjectRecord, tmp_path: Path, find: str, put: str, rule: str
) -> None:
    done = export(project.id, format_name="emotionml", out=tmp_path / "out.emotionml")
    text = done.files[0].read_text(encoding="utf-8")
    assert find in text
    assert any(rule in each for each in broken_rules(ET.fromstring(text.replace(find, put))))


def test_label_studio_tasks_use_the_names_of_their_configuration(
    project: ProjectRecord, stored: list[RatedClip], tmp_path: Path
) -> None:
    export(project.id, format_name="label-studio", out=tmp_path / "out")
    tasks = json.loads((tmp_path / "out" / "tasks.json").read_text(encoding="utf-8"))
    controls = {
        element.get("name"): element.tag
        for element in ET.parse(tmp_path / "out" / "config.xml").getroot().iter()
        if element.get("toName")
    }
    kinds = {"Choices": "choices", "Number": "number", "TextArea": "textarea"}
    results = [each for task in tasks for said in task["annotations"] for each in said["result"]]
    for each in results:
        assert kinds[controls[each["from_name"]]] == each["type"]
        assert each["type"] in each["value"] or each["type"] == "textarea"
    given = [each["value"]["choices"][0] for each in results if each["from_name"] == "delivery"]
    assert sorted(given) == sorted(
        STEP_NAMES[each.rating.delivery] for each in stored if each.rating.delivery is not None
    )
    assert COMMENT in {each["value"]["text"][0] for each in results if each["from_name"] == "comment"}
