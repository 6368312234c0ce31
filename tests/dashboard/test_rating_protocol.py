"""How a project is rated: checked when it is set, kept with the project, read back as it was."""

from __future__ import annotations

import json

import pytest

from dashboard.services import projects, rating_protocol, task_pass
from dashboard.services.rating_protocol import Question, RatingProtocol
from db import audit
from db.errors import RefusedValueError
from db.records import TaskKey
from db.session import reading
from engine.vocabulary import Channel, Protocol

pytestmark = pytest.mark.usefixtures("home")


def test_what_was_never_set_is_as_usual() -> None:
    project = projects.create("Spring class")
    assert rating_protocol.protocol_of(project) == RatingProtocol()


def test_what_is_set_is_read_back_and_told_in_the_audit_log() -> None:
    project = projects.create("Spring class")
    rating_protocol.change(
        project.id,
        person_id=None,
        channels=(Channel.WORDS, Channel.FULL),
        overlap=3,
        keys={"delivery": ("KeyA", "KeyB", "KeyC", "KeyD", "KeyE")},
    )
    changed = rating_protocol.change(project.id, person_id=None, control_share=0.1)
    assert rating_protocol.protocol_of(projects.by_name("Spring class")) == changed
    assert (changed.overlap, changed.control_share) == (3, 0.1)
    assert changed.keys["delivery"][0] == "KeyA"
    with reading() as session:
        assert audit.list_page(session).items[0].details == {"control_share": 0.1}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"channels": ()}, "full clip comes last"),
        ({"channels": (Channel.FULL, Channel.WORDS)}, "full clip comes last"),
        ({"channels": (Channel.WORDS, Channel.WORDS, Channel.FULL)}, "once per clip"),
        ({"overlap": -1}, "Overlap lies between 0 and 100, not at -1"),
        ({"control_share": 1.5}, "Control share lies between 0 and 1"),
        ({"repeat_share": 0.9}, "Repeat share lies between 0 and 0.5"),
        ({"watched_share": float("nan")}, "Watched share lies between 0 and 1, not at nan"),
        ({"lease_minutes": 0}, "Lease minutes lies between 1"),
    ],
)
def test_a_value_out_of_range_is_refused_and_changes_nothing(
    changes: dict[str, object], sentence: str
) -> None:
    project = projects.create("Spring class")
    with pytest.raises(RefusedValueError, match=sentence):
        rating_protocol.change(project.id, person_id=None, **changes)
    assert projects.by_name("Spring class").settings == project.settings


def test_a_person_meets_the_whole_clip_only_after_its_parts() -> None:
    protocol = RatingProtocol(channels=(Channel.WORDS, Channel.VOICE, Channel.FULL))
    assert protocol.before(Channel.FULL) == (Channel.WORDS, Channel.VOICE)
    assert protocol.before(Channel.WORDS) == ()


def test_single_channels_ask_only_what_they_can_tell() -> None:
    assert Question.EXPRESSED not in rating_protocol.questions_of(Channel.WORDS)
    assert Question.EXPECTED not in rating_protocol.questions_of(Channel.FACE)
    assert set(rating_protocol.questions_of(Channel.FULL)) == set(Question)


@pytest.mark.parametrize(
    ("protocol", "is_locked", "is_control", "channel", "shows"),
    [
        (Protocol.ASSISTED, False, False, Channel.FULL, True),
        (Protocol.ASSISTED, False, True, Channel.FULL, False),
        (Protocol.ASSISTED, False, False, Channel.VOICE, False),
        (Protocol.BLIND_FIRST, False, False, Channel.FULL, False),
        (Protocol.BLIND_FIRST, True, False, Channel.FULL, True),
        (Protocol.BLIND_FIRST, True, True, Channel.FULL, False),
        (Protocol.BLIND_ONLY, True, False, Channel.FULL, False),
    ],
)
def test_the_machine_is_shown_only_where_the_protocol_lets_it(
    protocol: Protocol, *, is_locked: bool, is_control: bool, channel: Channel, shows: bool
) -> None:
    found = rating_protocol.shows_machine(
        protocol, is_locked=is_locked, is_control=is_control, channel=channel
    )
    assert found is shows


def test_a_pass_opens_its_own_task_only() -> None:
    task = TaskKey("clip-a", 3, Channel.VOICE, 2)
    assert task_pass.read(task_pass.issue(task)) == task


def test_a_changed_pass_is_refused() -> None:
    issued = task_pass.issue(TaskKey("clip-a", 3))
    body, signature = issued.split(".")
    forged = task_pass.issue(TaskKey("clip-a", 4)).split(".")[0]
    assert forged != body
    for given in (f"{forged}.{signature}", body, "", json.dumps(["clip-a", 4])):
        with pytest.raises(task_pass.PassError, match="reload"):
            task_pass.read(given)
