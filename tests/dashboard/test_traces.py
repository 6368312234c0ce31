"""A trace is stored once, moved earlier by the hand's lag, and shown beside other people's mean."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.services import projects, task_pass, trace_lag, traces
from dashboard.services.permissions import NotAllowedError
from dashboard.trace_routes import ROUTES, TRACES
from db import people, session
from db.errors import AlreadyThereError, RefusedValueError, UnknownRowError
from db.records import ClipRecord, PersonRecord, ProjectRecord, TaskKey
from engine.vocabulary import Channel, Role
from tests.dashboard.project_made import made_clip, press

LONG_S = 20.0


@pytest.fixture
def project() -> ProjectRecord:
    return projects.get_or_create("Hamlet")


@pytest.fixture
def clip(project: ProjectRecord) -> ClipRecord:
    return made_clip(project)


def rater(project: ProjectRecord, name: str = "Asha") -> PersonRecord:
    with session.writing() as s:
        person = people.get_or_create(s, name)
        people.join(s, project.id, person.id, Role.RATER)
        return person


def task(clip: ClipRecord, person: PersonRecord, channel: Channel = Channel.FULL) -> TaskKey:
    return TaskKey(clip.id, person.id, channel)


def rows() -> int:
    with session.reading() as s:
        return int(s.connection().exec_driver_sql("SELECT count(*) FROM traces").scalar_one())


def test_a_trace_sent_twice_is_stored_once(project: ProjectRecord, clip: ClipRecord) -> None:
    asha, key = rater(project), press()
    first = traces.store(task(clip, asha), key=key, levels=[0.2] * 40)
    assert traces.store(task(clip, asha), key=key, levels=[0.2] * 40) == first
    assert rows() == 1
    assert (first.rate_hz, len(first.levels)) == (10.0, 40)


def test_the_usual_lag_is_taken_off_a_short_clip(project: ProjectRecord, clip: ClipRecord) -> None:
    levels = [round(0.02 * i, 2) for i in range(40)]
    stored = traces.store(task(clip, rater(project)), key=press(), levels=levels)
    assert stored.lag_s == trace_lag.USUAL_LAG_S
    assert stored.levels == (*levels[10:], *(None,) * 10)


def test_a_lag_that_shows_beside_the_performance_is_found() -> None:
    generator = np.random.default_rng(4)
    behaviour = np.cumsum(generator.normal(size=100))
    times = (np.arange(100) + 0.5) * LONG_S / 100
    fine = np.interp(np.arange(200) / 10, times, behaviour)
    late = np.concatenate([np.full(23, np.nan), fine[:-23]])
    levels = [None if math.isnan(value) else float(value) for value in late]
    found = trace_lag.estimated_lag(levels, rate_hz=10, behaviour=behaviour, times_s=tuple(times))
    assert found == pytest.approx(2.3)


def test_a_trace_unlike_the_performance_is_taken_as_usual() -> None:
    generator = np.random.default_rng(5)
    levels = [float(value) for value in generator.uniform(size=200)]
    times = tuple((np.arange(50) + 0.5) * LONG_S / 50)
    behaviour = generator.normal(size=50)
    found = trace_lag.estimated_lag(levels, rate_hz=10, behaviour=behaviour, times_s=times)
    assert found == trace_lag.USUAL_LAG_S


def test_of_a_very_short_clip_no_more_than_a_third_is_taken_off() -> None:
    lag = trace_lag.estimated_lag([0.5] * 12, rate_hz=10, behaviour=np.zeros(0), times_s=())
    assert lag == pytest.approx(0.4)


def test_activity_is_unknown_where_nothing_was_measured() -> None:
    found = trace_lag.activity((None, -10.0, 10.0, None), (None, None, 2.0, 2.0))
    assert np.isnan(found).tolist() == [True, False, False, True]
    assert found[2] > found[1]


def test_others_are_shown_as_a_mean_and_only_once_they_may_be(
    project: ProjectRecord, clip: ClipRecord
) -> None:
    asha, ben = rater(project), rater(project, "Ben")
    mine = traces.store(task(clip, asha), key=press(), levels=[0.2] * 40)
    traces.store(task(clip, ben), key=press(), levels=[1.0] * 40)
    traces.store(task(clip, ben), key=press(), levels=[0.6] * 40)
    blind = traces.shown(task(clip, asha), reveals=False)
    assert (blind.mine, blind.others, blind.raters) == (mine.levels, (), 0)
    open_ = traces.shown(task(clip, asha), reveals=True)
    assert open_.raters == 2
    assert open_.others[:30] == (0.4,) * 30
    assert set(open_.others[30:]) == {None}


def test_the_mean_is_of_those_who_traced_the_instant() -> None:
    assert traces.mean([(0.2, None, 0.4), (0.4, None)]) == (0.3, None, 0.4)
    assert traces.mean([]) == ()


def test_traces_of_channels_are_kept_apart(project: ProjectRecord, clip: ClipRecord) -> None:
    asha = rater(project)
    traces.store(task(clip, asha, Channel.FACE), key=press(), levels=[0.2] * 40)
    assert traces.shown(task(clip, asha), reveals=True).mine == ()


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([], "Nothing was traced"),
        ([None, None], "Nothing was traced"),
        ([0.5, 1.5], "number from 0 to 1"),
        ([0.5, math.nan], "number from 0 to 1"),
        ([0.5, True], "number from 0 to 1"),
        ([0.5, "0.4"], "number from 0 to 1"),
        ([0.5] * 61, "at most 60"),
    ],
)
def test_what_is_no_trace_is_refused(
    project: ProjectRecord, clip: ClipRecord, levels: list[Any], words: str
) -> None:
    with pytest.raises(RefusedValueError, match=words):
        traces.store(task(clip, rater(project)), key=press(), levels=levels)
    assert rows() == 0


def test_a_key_belongs_to_one_task(project: ProjectRecord, clip: ClipRecord) -> None:
    key = press()
    traces.store(task(clip, rater(project)), key=key, levels=[0.5])
    with pytest.raises(AlreadyThereError):
        traces.store(task(clip, rater(project, "Ben")), key=key, levels=[0.5])


def test_strangers_words_and_unknown_clips_have_no_trace(project: ProjectRecord, clip: ClipRecord) -> None:
    asha = rater(project)
    with session.writing() as s:
        stranger = people.get_or_create(s, "Stranger")
    with pytest.raises(NotAllowedError):
        traces.store(task(clip, stranger), key=press(), levels=[0.5])
    with pytest.raises(RefusedValueError, match="Words"):
        traces.store(task(clip, asha, Channel.WORDS), key=press(), levels=[0.5])
    with pytest.raises(UnknownRowError):
        traces.store(TaskKey("gone", asha.id), key=press(), levels=[0.5])


def sent(body: Any, **headers: str) -> Any:
    browser = TestClient(Starlette(routes=list(ROUTES)), base_url="http://localhost")
    given = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return browser.post(TRACES, content=json.dumps(body), headers=given)


def test_the_pass_says_whose_trace_it_is(project: ProjectRecord, clip: ClipRecord) -> None:
    asha = rater(project)
    body = {"pass": task_pass.issue(task(clip, asha)), "key": press(), "levels": [None, 0.3, 0.4]}
    answers = [sent(body), sent(body)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    with session.reading() as s:
        found = s.connection().exec_driver_sql("SELECT person_id, clip_id FROM traces").all()
    assert found == [(asha.id, clip.id)]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"pass": "forged"}, 403),
        ({"pass": None}, 422),
        ({"key": 7}, 422),
        ({"key": ""}, 422),
        ({"key": "k" * 101}, 422),
        ({"levels": "0.5"}, 422),
        ({"levels": [2]}, 422),
        ({"levels": [10**400]}, 422),
        ({"pass": "\ud800"}, 403),
        ({"levels": [0.5] * 20_001}, 422),
    ],
)
def test_a_bad_request_is_refused_in_a_sentence(
    project: ProjectRecord, clip: ClipRecord, changes: dict[str, Any], status: int
) -> None:
    body = {"pass": task_pass.issue(task(clip, rater(project))), "key": press(), "levels": [0.5]}
    answer = sent({**body, **changes})
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert rows() == 0


def test_another_servers_page_cannot_send_a_trace(project: ProjectRecord, clip: ClipRecord) -> None:
    body = {"pass": task_pass.issue(task(clip, rater(project))), "key": press(), "levels": [0.5]}
    assert sent(body, sec_fetch_site="cross-site").status_code == 403
    assert rows() == 0
