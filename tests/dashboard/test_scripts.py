"""Scripts come in as text, Fountain or CSV, whole or not at all, and keep who says what."""

from __future__ import annotations

import pytest

from dashboard.services import projects, script_reading, scripts
from dashboard.services.line_turns import LinesTurn
from dashboard.services.permissions import NotAllowedError
from dashboard.services.recording_pass import Performer
from db import people, session
from db.errors import RefusedValueError, UnknownRowError
from db.records import LineReading, PersonRecord, ProjectRecord
from engine.errors import TableError
from engine.vocabulary import Emotion, Role
from tests.dashboard.takes_made import made_take

FOUNTAIN = """Title: The Platform
Author: Somebody

INT. STATION - NIGHT

A train pulls out.

ASHA (O.S.)
(shouting)
You *promised* me.
(beat)
You promised.

@आशा
मत जाओ।

BEN ^
I know.

CUT TO:
"""


@pytest.fixture
def project() -> ProjectRecord:
    return projects.get_or_create("Hamlet")


def member(project: ProjectRecord, role: Role, name: str = "Asha") -> PersonRecord:
    with session.writing() as s:
        person = people.get_or_create(s, name)
        people.join(s, project.id, person.id, role)
        return person


def test_fountain_keeps_speaker_direction_and_scene() -> None:
    read = script_reading.read_script(FOUNTAIN.encode(), name="platform.fountain")
    assert read.title == "The Platform"
    assert [(line.speaker, line.text, line.direction) for line in read.lines] == [
        ("ASHA", "You promised me.", "shouting"),
        ("ASHA", "You promised.", "beat"),
        ("आशा", "मत जाओ।", ""),
        ("BEN", "I know.", ""),
    ]
    assert {line.heading for line in read.lines} == {"INT. STATION - NIGHT"}


def test_plain_text_with_names_and_without() -> None:
    named = script_reading.read_script(
        b"Asha: Where were you?\nall night\n\nBen (low): Out.\nAsha: Out: that is all?\n",
        name="a.txt",
    )
    assert [(line.speaker, line.text, line.direction) for line in named.lines] == [
        ("Asha", "Where were you? all night", ""),
        ("Ben", "Out.", "low"),
        ("Asha", "Out: that is all?", ""),
    ]
    bare = script_reading.read_script(b"I know.\n\nOne thing: go.\nNow.\n", name="b.txt")
    assert [(line.speaker, line.text) for line in bare.lines] == [
        (None, "I know."),
        (None, "One thing: go."),
        (None, "Now."),
    ]


def test_a_table_needs_its_line_column_and_may_have_others() -> None:
    read = script_reading.read_script("line;speaker;scene\nکیسے ہو؟;آشا;1\n".encode(), name="c.csv")
    assert (read.lines[0].text, read.lines[0].speaker, read.lines[0].heading) == ("کیسے ہو؟", "آشا", "1")
    with pytest.raises(TableError, match="lacks the column line"):
        script_reading.read_script(b"who,what\na,b\n", name="d.csv")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"hello", "play.docx", "ends in .txt"),
        (b"\xff\xfe\x00\xd8", "play.txt", "UTF-8"),
        (b"  \n\n", "play.txt", "No line to say"),
        (b"INT. ROOM - DAY\n\nNobody speaks.\n", "play.fountain", "No line to say"),
        (b"word " * 500, "play.txt", "more than 2000"),
        (b'line\n"open\n', "play.csv", "no proper CSV"),
        (b"line,speaker\nStay, please.,Ben\n", "play.csv", "more cells than the header"),
        # Each of these would keep a pattern busy for minutes to hours, and with it the server.
        (b"a\n" * 300_000, "play.fountain", "at most 100000 lines"),
        (b"/*" * 2_000_000, "play.fountain", "line 1 has more than 4000"),
        (b"/*\n" * 90_000, "play.fountain", "more than 20000"),
        (b"[[\n" * 50_000, "play.fountain", "line 201 has more than"),
        (b"a" + b" " * 3_000_000, "play.txt", "line 1 has more than 4000"),
    ],
)
def test_what_is_no_script_is_refused_in_a_sentence(content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        script_reading.read_script(content, name=name)


def test_lines_wait_to_be_read_and_then_say_what_they_demand(project: ProjectRecord) -> None:
    lead = member(project, Role.INSTRUCTOR)
    read = script_reading.read_typed("A: One.\nB: Two.", title="Two")
    script = scripts.bring_in(project.id, read, person_id=lead.id)
    turn = LinesTurn.claim()
    assert turn is not None
    assert [text for _line, text in turn.job] == ["One.", "Two."]
    assert scripts.look(script.id, person_id=lead.id).unread == 2
    turn.keep(tuple(LineReading(line, 0.25 * line, Emotion.JOY, "w") for line, _text in turn.job[:1]))
    seen = scripts.look(script.id, person_id=lead.id)
    assert (seen.unread, seen.lines[0].emotion, seen.speakers) == (1, Emotion.JOY, ("A", "B"))
    rest = LinesTurn.claim()
    assert rest is not None
    rest.fail("no weights")
    assert LinesTurn.claim() is None
    assert scripts.look(script.id, person_id=lead.id).lines[1].expected_intensity is None


def test_only_who_sets_up_brings_scripts_in_and_strangers_see_none(project: ProjectRecord) -> None:
    lead, rater = member(project, Role.INSTRUCTOR), member(project, Role.RATER, "Ben")
    read = script_reading.read_typed("One.", title="One")
    with pytest.raises(NotAllowedError):
        scripts.bring_in(project.id, read, person_id=rater.id)
    script = scripts.bring_in(project.id, read, person_id=lead.id)
    assert scripts.listing(project.id, person_id=rater.id) == (script,)
    stranger = projects.person("Cem")
    with pytest.raises(NotAllowedError):
        scripts.look(script.id, person_id=stranger.id)


def test_a_script_that_was_performed_stays(project: ProjectRecord) -> None:
    lead = member(project, Role.INSTRUCTOR)
    performer = Performer(project.id, lead.id)
    used, unused = (
        scripts.bring_in(project.id, script_reading.read_typed("One.", title=title), person_id=lead.id)
        for title in ("used", "unused")
    )
    line = scripts.look(used.id, person_id=lead.id).lines[0]
    made_take(performer, b"take", line="One.", script_line_id=line.id)
    with pytest.raises(RefusedValueError, match="stays"):
        scripts.remove(used.id, person_id=lead.id)
    scripts.remove(unused.id, person_id=lead.id)
    assert scripts.listing(project.id, person_id=lead.id) == (used,)
    other = projects.get_or_create("Macbeth")
    member(other, Role.INSTRUCTOR)
    with pytest.raises(UnknownRowError):
        scripts.line(line.id, project_id=other.id, person_id=lead.id)
