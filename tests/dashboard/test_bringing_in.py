"""What is brought in is what was said, once, or nothing at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import main
from dashboard.services import foreign_reading, importing, metadata_folder, projects
from dashboard.services.bringing_in import BroughtIn, bring_in
from dashboard.services.export import export
from dashboard.services.foreign import BadRowsError
from dashboard.services.lines_table import LineRow, LinesTable
from dashboard.services.rating import Answer, submit
from db import audit, clips, people, predictions, ratings, session
from db.records import PersonRecord, ProjectRecord, RatedClip, RatingDraft
from engine.errors import TableError
from engine.vocabulary import Channel, Delivery, Emotion, Phase
from tests.dashboard.exported_made import exported_project
from tests.dashboard.project_made import made_clip, press

COPIED = pytest.mark.sqlite
"""The project is made once, as a folder with its SQLite file, which is copied for each test."""

ANSWERS = 12
CLIPS = 3
Said = tuple[Any, ...]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a project in it, and the clips it was made of; made once."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAILIES_HOME", str(folder / "home"))
        project = exported_project(folder / "takes")
        change_minds(project)
        session.close()
    return folder


@pytest.fixture
def project(made: Path, home: Path) -> ProjectRecord:
    shutil.copytree(made / "home", home, dirs_exist_ok=True)
    return projects.listing()[0]


@pytest.fixture
def copy(made: Path) -> ProjectRecord:
    """Another project of the same clips, in which nobody has answered."""
    importing.import_clips("Copy", importing.sources_at(made / "takes", None))
    return projects.by_name("Copy")


def change_minds(project: ProjectRecord) -> None:
    """One answer is changed and changed back, another is taken back: of 14 rows eleven stand."""
    first, second = answers(project)[:2]
    for delivery in (Delivery.MUCH_TOO_MUCH, first.rating.delivery):
        with session.writing() as s:
            ratings.add(s, replace_rating(first, delivery=delivery))
    with session.writing() as s:
        ratings.withdraw(s, second.rating.id, person_id=second.person.id)


def replace_rating(rated: RatedClip, **changes: Any) -> RatingDraft:
    kept = {field.name: getattr(rated.rating, field.name) for field in fields(RatingDraft)}
    return RatingDraft(**{**kept, "idempotency_key": press(), **changes})


def answers(project: ProjectRecord, *, history: bool = False) -> list[RatedClip]:
    with session.reading() as s:
        found = ratings.all_of_project if history else ratings.current_of_project
        return list(found(s, project.id))


def said(rated: RatedClip) -> Said:
    """Everything an answer says, without the numbers and times a database gives."""
    rating, about = rated.rating, rated.prediction
    return (
        rated.clip.line,
        rating.delivery,
        rating.emotion,
        rating.expected_intensity,
        rating.expressed_intensity,
        rating.comment,
        rating.reason,
        rating.channel,
        rating.phase,
        rating.occasion,
        rating.purpose,
        rating.prediction_shown,
        rating.confirmed,
        rating.watched_share,
        rating.active_time_s,
        rating.selection_probability,
        rating.supersedes_id is None,
        None if about is None else (about.weights_version, about.emotion, about.expected_intensity),
    )


def told(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def brought(project: ProjectRecord, path: Path, **options: Any) -> BroughtIn:
    return bring_in(project.name, foreign_reading.read(path), **options)


@COPIED
@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl", "label-studio"])
def test_a_project_comes_back_row_for_row_elsewhere_and_coming_twice_changes_nothing(
    project: ProjectRecord, made: Path, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = export(project.id, format_name=form, out=tmp_path / "out", history=True, names=True)
    table = next(path for path in done.files if path.stem in ("ratings", "tasks"))
    original, stood = answers(project, history=True), answers(project)
    session.close()
    monkeypatch.setenv("DAILIES_HOME", str(tmp_path / "elsewhere"))
    names = {rated.clip.original_name: rated.clip.line for rated in original}
    lines = LinesTable("lines.csv", {name: LineRow(name, line) for name, line in names.items()})
    importing.import_clips("Copy", importing.sources_at(made / "takes", None), lines=lines)
    copy = projects.by_name("Copy")
    first = brought(copy, table)
    assert (first.answers, first.already_there, first.left_out) == (ANSWERS + 2, 0, ())
    returned = answers(copy, history=True)
    assert in_time(returned) == in_time(original)
    assert in_time(answers(copy)) == in_time(stood)
    assert len(stood) == ANSWERS - 1  # one was taken back
    again = brought(copy, table)
    assert (again.answers, again.predictions, again.already_there) == (0, 0, ANSWERS + 2)
    assert answers(copy, history=True) == returned


def in_time(given: list[RatedClip]) -> list[Said]:
    """What was said, by whom and when, in the order of time."""
    said_then = [(each.rating.created_at, each.person.name, said(each)) for each in given]
    return sorted(said_then, key=lambda told: told[0])


@COPIED
@pytest.mark.parametrize("form", ["csv", "label-studio"])
def test_an_export_under_pseudonyms_is_known_again_where_it_came_from(
    project: ProjectRecord, tmp_path: Path, form: str
) -> None:
    before = answers(project, history=True)
    done = export(project.id, format_name=form, out=tmp_path / "out", history=True)
    table = next(path for path in done.files if path.stem in ("ratings", "tasks"))
    found = brought(project, table)
    assert (found.answers, found.predictions, found.left_out) == (0, 0, ())
    assert answers(project, history=True) == before


@COPIED
def test_a_hugging_face_folder_comes_back_with_its_clips(project: ProjectRecord, tmp_path: Path) -> None:
    export(project.id, format_name="huggingface", out=tmp_path / "out")
    assert metadata_folder.read(tmp_path / "out", project.name).already_there == CLIPS
    for _ in range(2):
        found = metadata_folder.read(tmp_path / "out", "Elsewhere")
        importing.import_clips("Elsewhere", found.sources, lines=found.lines)
        assert found.ratings is not None
        brought(projects.by_name("Elsewhere"), found.ratings)
    elsewhere = projects.by_name("Elsewhere")
    with session.reading() as s:
        assert len(clips.every_of_project(s, elsewhere.id)) == CLIPS
    assert [said(each)[:-2] for each in answers(elsewhere)] == [said(each)[:-2] for each in answers(project)]
    assert {each.clip.actor is None for each in answers(elsewhere)} == {False}


def test_one_bad_row_keeps_the_whole_file_out_and_each_is_told_in_a_sentence(
    copy: ProjectRecord, tmp_path: Path
) -> None:
    table = told(
        tmp_path / "votes.csv",
        "clip,rater,verdict,rated_emotion,rated_expressed_intensity\n"
        "Asha take 0.mp4,ann,under,anger,0.5\n"
        "nobody.mp4,ann,under,anger,0.5\n"
        "Asha take 0.mp4,ben,maybe,,\n"
        "Asha take 0.mp4,ben,,rage,\n"
        "Asha take 0.mp4,ben,,joy,1.5\n"
        "Asha take 0.mp4,,over,,\n"
        "Asha take 0.mp4,ben,,,\n",
    )
    with pytest.raises(BadRowsError) as refused:
        brought(copy, table)
    assert len(refused.value.sentences) == 6
    for line, words in (
        (3, "no clip 'nobody.mp4'"),
        (4, "'maybe' is no verdict"),
        (5, "'rage' is no emotion"),
        (6, "number from 0 to 1"),
        (7, "nobody is named"),
        (8, "answers nothing"),
    ):
        assert any(f"votes.csv, line {line}: " in each and words in each for each in refused.value.sentences)
    assert answers(copy) == []
    assert "ann" not in {person.name for person in everybody()}
    done = brought(copy, table, skip_bad=True)
    assert (done.answers, len(done.left_out)) == (1, 6)
    (stored,) = answers(copy)
    assert (stored.rating.delivery, stored.rating.phase) == (Delivery.TOO_LITTLE, Phase.BLIND)


def everybody() -> tuple[PersonRecord, ...]:
    with session.reading() as s:
        return people.everybody(s)


@COPIED
def test_an_answer_given_here_is_never_replaced_by_one_brought_in(
    project: ProjectRecord, tmp_path: Path
) -> None:
    clip = made_clip(project, original_name="here.mp4")
    person = projects.person("Asha Rao")
    submit(clip_id=clip.id, person_id=person.id, answer=Answer(delivery=1), idempotency_key=press())
    table = told(tmp_path / "votes.csv", "clip,rater,delivery\nhere.mp4,Asha Rao,-1\n")
    with pytest.raises(BadRowsError, match=r"Asha Rao has answered here\.mp4 otherwise here"):
        brought(project, table)
    with session.reading() as s:
        current = ratings.current_for(s, clip.id, person.id)
    assert current is not None
    assert current.delivery == Delivery.TOO_MUCH


def test_a_corrected_file_supersedes_what_came_with_the_first(copy: ProjectRecord, tmp_path: Path) -> None:
    for delivery in (-1, 2):
        brought(copy, told(tmp_path / "v.csv", f"clip,rater,delivery\nAsha take 0.mp4,ann,{delivery}\n"))
    (stands,) = answers(copy)
    assert stands.rating.delivery == Delivery.MUCH_TOO_MUCH
    assert len(answers(copy, history=True)) == 2


def test_a_vote_is_not_put_under_the_name_of_somebody_who_never_rated_here(
    copy: ProjectRecord, tmp_path: Path
) -> None:
    stranger = projects.person("1001")
    brought(copy, told(tmp_path / "v.csv", "clip,rater,delivery\nAsha take 0.mp4,1001,0\n"))
    (stored,) = answers(copy)
    assert stored.person.id != stranger.id
    assert stored.person.name == "1001 (imported, Copy)"


@COPIED
def test_what_label_studio_users_changed_counts(project: ProjectRecord, tmp_path: Path) -> None:
    clip = made_clip(project, original_name="new.mp4")
    tasks = [
        {
            "data": {"video": "/data/local-files/?d=clips/new.mp4"},
            "annotations": [
                {
                    "completed_by": {"email": "ann@example.org"},
                    "created_at": "2026-05-01T12:00:00Z",
                    "lead_time": 12.5,
                    "result": [
                        {"from_name": "delivery", "type": "choices", "value": {"choices": ["much too much"]}},
                        {"from_name": "emotion", "type": "choices", "value": {"choices": ["joy"]}},
                        {"from_name": "expressed_intensity", "type": "number", "value": {"number": 0.75}},
                        {"from_name": "comment", "type": "textarea", "value": {"text": ["a", "b"]}},
                        {"from_name": "unknown", "type": "choices", "value": {"choices": ["x"]}},
                    ],
                },
                {"completed_by": 3, "was_cancelled": True, "result": []},
            ],
        }
    ]
    brought(project, told(tmp_path / "tasks.json", json.dumps(tasks)))
    (stored,) = (each.rating for each in answers(project) if each.clip.id == clip.id)
    assert (stored.delivery, stored.emotion) == (Delivery.MUCH_TOO_MUCH, Emotion.JOY)
    assert (stored.expressed_intensity, stored.active_time_s, stored.comment) == (0.75, 12.5, "a\nb")
    assert stored.created_at.isoformat() == "2026-05-01T12:00:00+00:00"


@pytest.fixture
def crowd() -> ProjectRecord:
    project = projects.create("Crowd")
    for name in ("1001_DFA_ANG_HI.flv", "1002_IEO_NEU_XX.mp4", "dia3_utt7.mp4"):
        made_clip(project, original_name=name, line="", actor=None)
    return project


def test_single_responses_of_crema_d_keep_their_rater_channel_and_level(
    crowd: ProjectRecord, tmp_path: Path
) -> None:
    table = told(
        tmp_path / "finishedResponses.csv",
        '"","localid","pos","ans","ttr","queryType","numTries","clipNum","questNum","subType","clipName",'
        '"sessionNums","respEmo","respLevel","dispEmo","dispVal","dispLevel"\n'
        '"1","AHa","1","A_80","4213","1","0","1","1","4","1001_DFA_ANG_HI","1","A","80","A","ANG","HI"\n'
        '"2","AHa","2","N_30","4213","3","0","1","2","4","1001_DFA_ANG_HI","1","N","30","A","ANG","HI"\n',
    )
    done = brought(crowd, table)
    assert (done.kind, done.answers, done.clips) == ("CREMA-D", 2, 1)
    voice, full = answers(crowd)
    assert (voice.person.name, voice.rating.channel, full.rating.channel) == (
        "CREMA-D AHa",
        Channel.VOICE,
        Channel.FULL,
    )
    assert (voice.rating.emotion, voice.rating.expressed_intensity) == (Emotion.ANGER, 0.8)
    assert voice.rating.prediction_id is not None  # of the clip here, so that it may teach
    assert (full.clip.line, full.clip.actor) == ("Don't forget a jacket.", "1001")
    assert full.clip.directed_emotion is Emotion.ANGER


def test_counted_votes_of_crema_d_become_as_many_answers(crowd: ProjectRecord, tmp_path: Path) -> None:
    table = told(
        tmp_path / "votes.csv",
        "clip,channel,A,D,F,H,N,S,meanAngerResp,meanNeutralResp,meanDisgustResp\n"
        "1001_DFA_ANG_HI,audio_visual,3,0,0,0,2,0,90,25.5,-1\n1002_IEO_NEU_XX,voice,0,0,0,0,1,0,-1,60,-1\n",
    )
    done = brought(crowd, table)
    assert done.answers == 6
    assert "without names" in done.notes[0]
    levels = [
        (each.rating.emotion, each.rating.expressed_intensity)
        for each in answers(crowd)
        if each.rating.channel is Channel.FULL
    ]
    assert levels == [(Emotion.ANGER, 0.9)] * 3 + [(Emotion.NEUTRAL, 0.255)] * 2
    assert brought(crowd, table).answers == 0


def test_a_table_of_meld_gives_line_speaker_and_emotion(crowd: ProjectRecord, tmp_path: Path) -> None:
    table = told(
        tmp_path / "dev_sent_emo.csv",
        "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,"
        "EndTime\n"
        '1,"Oh my God, he\x92s lost it.",Phoebe,sadness,negative,3,7,4,7,"00:20:57,256","00:21:00,049"\n',
    )
    brought(crowd, table)
    (stored,) = answers(crowd)
    assert (stored.clip.line, stored.clip.actor) == ("Oh my God, he’s lost it.", "Phoebe")
    assert stored.rating.emotion is Emotion.SADNESS


def test_predictions_come_in_once_and_are_the_clips_newest(crowd: ProjectRecord, tmp_path: Path) -> None:
    row = {
        "clip": "dia3_utt7.mp4",
        "weights_version": "theirs-1",
        "emotion": "anger",
        "expected_intensity": 0.25,
        "expressed_intensity": 0.5,
        "probability_anger": 0.75,
        "probability_joy": 0.25,
    }
    table = told(tmp_path / "p.jsonl", json.dumps(row) + "\n")
    assert [brought(crowd, table).predictions for _ in range(2)] == [1, 0]
    with session.reading() as s:
        clip = next(
            each for each in clips.every_of_project(s, crowd.id) if each.original_name == "dia3_utt7.mp4"
        )
        newest = predictions.latest_for(s, clip.id)
    assert newest is not None
    assert (newest.weights_version, newest.expressed_intensity) == ("theirs-1", 0.5)
    done = export(crowd.id, format_name="jsonl", out=tmp_path / "out", names=True)
    (line,) = (
        json.loads(each)
        for each in done.predictions_file.read_text(encoding="utf-8").splitlines()
        if "theirs-1" in each
    )
    assert (line["probability_anger"], line["verdict"]) == (0.75, "over")


def test_every_import_is_one_line_of_the_audit_log(copy: ProjectRecord, tmp_path: Path) -> None:
    brought(copy, told(tmp_path / "v.csv", "clip,rater,delivery\nAsha take 0.mp4,ann,0\n"))
    with session.reading() as s:
        line = audit.list_page(s).items[0]
    assert (line.action, line.details["file"], line.details["answers"]) == ("ratings.import", "v.csv", 1)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("empty.csv", "", "is empty"),
        ("header.csv", "clip,rater\n", "has no rows"),
        ("other.csv", "a,b\n1,2\n", "none known here"),
        ("ragged.csv", "clip,rater,delivery\na,b\n", "2 cells where the header has 3"),
        ("twice.csv", "clip,clip\n1,2\n", "more than once"),
        ("broken.jsonl", "{\n", "no JSON object"),
        ("list.json", "{}", "no list"),
        ("broken.json", "[", "no JSON"),
        ("broken.parquet", "PAR1", "cannot be read"),
        ("table.xlsx", "x", "is no table"),
    ],
)
def test_a_file_that_is_none_of_these_is_refused_in_one_sentence(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(TableError, match=words):
        foreign_reading.read(told(tmp_path / name, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_bytes(b"clip,rater,delivery\n\xff\xfe,a,0\n")
    with pytest.raises(TableError, match="UTF-8"):
        foreign_reading.read(tmp_path / "v.csv")


class TestMetadataFolder:
    """A folder of clips with what is said about them."""

    def folder(self, tmp_path: Path, rows: str) -> Path:
        folder = tmp_path / "set"
        (folder / "sub").mkdir(parents=True)
        for name in ("a.mp4", "sub/b.mp4"):
            (folder / name).write_bytes(name.encode())
        told(folder / "metadata.csv", rows)
        return folder

    def test_lines_and_speakers_are_read_by_the_names_others_use(self, tmp_path: Path) -> None:
        folder = self.folder(
            tmp_path,
            "file_name,transcription,speaker,language,label\na.mp4,Go  home.,s1,hi,happy\nsub/b.mp4,,,,\n",
        )
        found = metadata_folder.read(folder, "New")
        assert [source.name for source in found.sources] == ["a.mp4", "b.mp4"]
        assert found.lines.rows["a.mp4"] == replace(
            LineRow("a.mp4", "Go home."), actor="s1", language="hi", directed_emotion=Emotion.JOY
        )

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("../secret.mp4,x", "outside the folder"),
            ("/etc/passwd,x", "outside the folder"),
            ("gone.mp4,x", "no file 'gone.mp4'"),
            (",x", "no file is named"),
            ("a.mp4,again", "named twice"),
        ],
    )
    def test_one_bad_row_keeps_the_folder_out(self, tmp_path: Path, row: str, words: str) -> None:
        folder = self.folder(tmp_path, f"file_name,line\na.mp4,x\n{row}\n")
        with pytest.raises(BadRowsError, match=words):
            metadata_folder.read(folder, "New")
        assert projects.listing() == ()


def test_the_command_says_what_came_in_and_leaves_with_2_where_rows_are_bad(
    copy: ProjectRecord, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Callable[..., int] = lambda *words: main(["import", *map(str, words), "--project", copy.name])  # noqa: E731
    good = told(tmp_path / "good.csv", "clip,rater,delivery\nAsha take 0.mp4,ann,0\n")
    assert run(good) == 0
    assert "1 answers and 0 predictions are new" in capsys.readouterr().out
    bad = told(tmp_path / "bad.csv", "clip,rater,delivery\nAsha take 0.mp4,ben,0\nx.mp4,ben,0\n")
    assert run(bad) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 2
    assert "bad.csv, line 3" in error
    assert run(bad, "--skip-bad-rows") == 2
    assert len(answers(copy)) == 2
