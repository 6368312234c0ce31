"""A scene is cut by what was given, read line by line, stopped and taken up, and told where it drifts."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from dashboard.services import projects, scene_turns, scene_view, scenes, script_reading, scripts
from dashboard.services.permissions import NotAllowedError
from dashboard.services.scene_lines import read_cuts
from dashboard.services.scene_turns import LookTurn, UtteranceTurn
from dashboard.services.scene_work import SceneLook
from dashboard.services.scenes import Cuts
from db import people, session
from db import scenes as scene_rows
from db.errors import RefusedValueError
from db.records import CutBy, PersonRecord, ProjectRecord, SceneRecord, SceneStatus, UtteranceStatus
from engine.errors import TableError
from engine.scenes.reading import UtteranceReading
from engine.scenes.speakers import VoicePrint
from engine.vocabulary import Role, Verdict
from tests.dashboard.analysis_made import made_analysis

SRT = b"""1
00:00:01,000 --> 00:00:02,500
ASHA: How dare you!

2
00:01:00,250 --> 00:01:02,000
<i>Go.</i>
"""
VTT = b"""WEBVTT

00:01.000 --> 00:02.500
<v Asha>How dare you!

00:04.000 --> 00:05.000
- Ben: Go.
"""


@pytest.fixture
def project() -> ProjectRecord:
    return projects.get_or_create("Hamlet")


@pytest.fixture
def lead(project: ProjectRecord) -> PersonRecord:
    return member(project, Role.INSTRUCTOR)


def member(project: ProjectRecord, role: Role, name: str = "Cara") -> PersonRecord:
    with session.writing() as s:
        person = people.get_or_create(s, name)
        people.join(s, project.id, person.id, role)
        return person


def made_scene(
    project: ProjectRecord, lead: PersonRecord, *, lines: int = 6, script_id: int | None = None
) -> SceneRecord:
    """A queued scene of lines that two people say in turn, 2 s each."""
    rows = "".join(f"{2 * n},{2 * n + 1.5},Line {n},{'AB'[n % 2]}\n" for n in range(lines))
    cuts = Cuts("times.csv", f"start,end,line,speaker\n{rows}".encode())
    return scenes.bring_in(
        project.id, BytesIO(b"a film"), name="scene.mp4", cuts=cuts, script_id=script_id, person_id=lead.id
    )


def looked_at(duration_s: float = 60.0, **options: object) -> SceneLook:
    look = SceneLook(None, duration_s, 640, 480, ())
    return replace(look, **options)  # type: ignore[arg-type]  # fields of a SceneLook


def read_one(expressed: float, *, pitch: float = 20.0) -> UtteranceTurn:
    """Take the next utterance and keep what was made for it."""
    turn = scene_turns.claim()
    assert isinstance(turn, UtteranceTurn)
    analysis = made_analysis(expected=0.5, expressed=expressed, line=turn.utterance.line)
    turn.keep(UtteranceReading(analysis, VoicePrint(pitch, (pitch,) * 12)))
    return turn


def read_through(scene: SceneRecord, expressed: list[float]) -> None:
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    look.keep(looked_at())
    for number, value in enumerate(expressed):
        read_one(value, pitch=20.0 + 15.0 * (number % 2))
    assert scene_turns.claim() is None  # nothing is left but to say who speaks
    with session.reading() as s:
        assert scene_rows.get(s, scene.id).status is SceneStatus.READY


def test_subtitles_give_times_words_and_who_speaks() -> None:
    kind, found = read_cuts(SRT, name="a.srt")
    assert kind is CutBy.SUBTITLES
    assert [(each.start_s, each.end_s, each.line, each.given_speaker) for each in found] == [
        (1.0, 2.5, "How dare you!", "ASHA"),
        (60.25, 62.0, "Go.", None),
    ]
    _kind, voiced = read_cuts(VTT, name="a.vtt")
    assert [(each.line, each.given_speaker) for each in voiced] == [("How dare you!", "Asha"), ("Go.", "Ben")]


def test_a_table_of_times_is_read_in_seconds_and_minutes_and_put_in_order() -> None:
    kind, found = read_cuts(b"start;end;line\n1:02.5;1:04;Go.\n3;4.5;Stay.\n", name="t.csv")
    assert kind is CutBy.TIMES
    assert [(each.start_s, each.end_s, each.line) for each in found] == [(3, 4.5, "Stay."), (62.5, 64, "Go.")]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"start,end\n2,1\n", "t.csv", "row 2"),
        (b"start,end\n1,2\nsoon,4\n", "t.csv", "row 3"),
        (b"from,to\n1,2\n", "t.csv", "lacks the columns start and end"),
        (b"start,end\n", "t.csv", "names no line"),
        (b"start,end,line\n1,2,Stay, please.\n", "t.csv", "more cells than the header"),
        (b"no subtitles at all", "t.srt", "cannot be read|names no line"),
        (b"x", "t.docx", "ends in .srt"),
    ],
)
def test_cuts_that_cannot_be_used_are_refused_before_anything_is_stored(
    content: bytes, name: str, sentence: str, project: ProjectRecord, lead: PersonRecord
) -> None:
    with pytest.raises(TableError, match=sentence):
        scenes.bring_in(
            project.id,
            BytesIO(b"film"),
            name="s.mp4",
            cuts=Cuts(name, content),
            script_id=None,
            person_id=lead.id,
        )
    assert scenes.listing(project.id, person_id=lead.id) == ()


def test_a_scene_cut_at_pauses_takes_the_lines_of_its_script_one_for_one(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    play = script_reading.read_typed("A: One.\nB: Two.", title="Two lines")
    script = scripts.bring_in(project.id, play, person_id=lead.id)
    scene = scenes.bring_in(
        project.id, BytesIO(b"film"), name="s.mp4", cuts=None, script_id=script.id, person_id=lead.id
    )
    turn = scene_turns.claim()
    assert isinstance(turn, LookTurn)
    assert turn.job.cut_by_pauses
    turn.keep(looked_at(spans_s=((0.5, 2.0), (3.0, 4.0))))
    with session.reading() as s:
        found = scene_rows.utterances(s, scene)
    assert [(each.start_s, each.line, each.given_speaker) for each in found] == [
        (0.5, "One.", "A"),
        (3.0, "Two.", "B"),
    ]


def test_subtitles_find_their_speakers_in_the_script_though_words_differ(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    play = script_reading.read_typed("ASHA: How dare you!\nBEN: Nothing.\nCARA: Go, now.", title="Three")
    script = scripts.bring_in(project.id, play, person_id=lead.id)
    cuts = Cuts("a.srt", SRT.replace(b"ASHA: How dare you!", b"How dare you").replace(b"Go.", b"Go now!"))
    scene = scenes.bring_in(
        project.id, BytesIO(b"film"), name="s.mp4", cuts=cuts, script_id=script.id, person_id=lead.id
    )
    with session.reading() as s:
        assert [each.given_speaker for each in scene_rows.utterances(s, scene)] == ["ASHA", "CARA"]


def test_a_scene_that_drifts_says_from_when_to_when_and_whose(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = made_scene(project, lead, lines=8)
    read_through(scene, [0.5, 0.5, 0.2, 0.2, 0.2, 0.5, 0.2, 0.5])
    view = scene_view.view(scene.id, person_id=lead.id)
    assert [line.verdict for line in view.lines[2:5]] == [Verdict.UNDER] * 3
    assert view.lines[0].verdict is Verdict.CORRECT
    everybody, her = view.sentences
    assert "From 0:04 to 0:09" in everybody
    assert "3 lines in a row show too little" in everybody
    assert "−1.50" in everybody
    assert her.startswith("A, from 0:04 to 0:13: 3 lines")
    sums = {each.speaker: (each.lines, each.under, each.over) for each in view.speakers}
    assert sums == {"A": (4, 3, 0), "B": (4, 1, 0)}


def test_who_speaks_is_heard_where_nobody_is_named(project: ProjectRecord, lead: PersonRecord) -> None:
    rows = "".join(f"{2 * n},{2 * n + 1.5},Line {n}\n" for n in range(6))
    cuts = Cuts("t.csv", f"start,end,line\n{rows}".encode())
    scene = scenes.bring_in(
        project.id, BytesIO(b"film"), name="s.mp4", cuts=cuts, script_id=None, person_id=lead.id
    )
    read_through(scene, [0.5] * 6)
    view = scene_view.view(scene.id, person_id=lead.id)
    assert [line.speaker for line in view.lines] == ["Speaker 1", "Speaker 2"] * 3


def test_a_stop_is_heard_between_two_lines_outlives_a_restart_and_nothing_is_done_twice(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = made_scene(project, lead)
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    look.keep(looked_at())
    done = [read_one(0.5).utterance.id for _ in range(2)]
    interrupted = scene_turns.claim()
    scenes.stop(scene.id, person_id=lead.id)
    assert scene_turns.claim() is None
    with session.writing() as s:
        scene_rows.requeue_interrupted(s)  # the server was killed and started again
    assert scene_turns.claim() is None
    now = scenes.look(scene.id, person_id=lead.id)
    assert (now.done, now.total, now.scene.stopped) == (2, 6, True)
    scenes.go_on(scene.id, person_id=lead.id)
    rest = [read_one(0.5).utterance.id for _ in range(4)]
    assert interrupted is not None
    assert len({*done, *rest}) == 6
    assert scene_turns.claim() is None
    assert scenes.look(scene.id, person_id=lead.id).scene.status is SceneStatus.READY


def test_a_line_that_fails_fails_alone_and_can_be_tried_again(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = made_scene(project, lead, lines=2)
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    look.keep(looked_at())
    broken = scene_turns.claim()
    assert isinstance(broken, UtteranceTurn)
    broken.fail("It is damaged there.")
    read_one(0.5)
    assert scene_turns.claim() is None
    view = scene_view.view(scene.id, person_id=lead.id)
    assert view.scene.status is SceneStatus.READY
    assert [line.utterance.status for line in view.lines] == [UtteranceStatus.FAILED, UtteranceStatus.READY]
    assert view.lines[0].verdict is None
    scenes.try_again(scene.id, person_id=lead.id)
    assert read_one(0.5).utterance.id == broken.utterance.id


def test_times_behind_the_end_are_left_out_and_a_scene_without_any_line_fails(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = made_scene(project, lead)
    look = scene_turns.claim()
    assert isinstance(look, LookTurn)
    with pytest.raises(RefusedValueError, match="No line was found"):
        look.keep(looked_at(spans_s=(), duration_s=0.0))
    look.keep(looked_at(duration_s=5.0))
    with session.reading() as s:
        assert [each.end_s for each in scene_rows.utterances(s, scene)] == [1.5, 3.5, 5.0]


def test_a_corrected_line_is_read_again_and_a_corrected_name_is_not(
    project: ProjectRecord, lead: PersonRecord
) -> None:
    scene = made_scene(project, lead, lines=2)
    read_through(scene, [0.5, 0.5])
    with session.reading() as s:
        first, second = scene_rows.utterances(s, scene)
    scenes.correct(scene.id, first.id, line=first.line, speaker="Asha", person_id=lead.id)
    assert scene_turns.claim() is None
    scenes.correct(scene.id, second.id, line="Other words.", speaker="B", person_id=lead.id)
    assert read_one(0.9).utterance.line == "Other words."
    view = scene_view.view(scene.id, person_id=lead.id)
    assert [line.speaker for line in view.lines] == ["Asha", "B"]


def test_raters_and_strangers_see_no_scene(project: ProjectRecord, lead: PersonRecord) -> None:
    scene = made_scene(project, lead)
    rater = member(project, Role.RATER, "Ben")
    for act in (
        lambda: scenes.listing(project.id, person_id=rater.id),
        lambda: scenes.look(scene.id, person_id=rater.id),
        lambda: scene_view.view(scene.id, person_id=rater.id),
        lambda: scenes.stop(scene.id, person_id=rater.id),
        lambda: made_scene(project, rater),
    ):
        with pytest.raises(NotAllowedError):
            act()
