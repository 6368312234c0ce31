"""What a form sends is stored for the person of its pass, and only a page of this server is heard."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.answer_routes import PASS_HEADER, ROUTES
from dashboard.json_requests import LARGEST_BODY
from dashboard.services import assigning, messages, projects, review, task_pass
from db import assignments, circumstances, clips, drafts, people, ratings, session
from db.records import Circumstances, DraftRecord, RatingRecord, TaskKey
from engine.vocabulary import Channel, Delivery, Emotion, Phase, Protocol, Role
from tests.dashboard.desk_made import made_desk, newest_prediction, rater
from tests.dashboard.project_made import made_clip

WATCHED = {
    "watched_share": 0.75,
    "intervals_s": [[0, 1.5], [2, 3.5]],
    "replays": 1,
    "fastest": 1.25,
    "active_s": 8.5,
    "hidden_s": 2,
}
OWN_PAGE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=list(ROUTES)), headers=OWN_PAGE) as made:
        yield made


@pytest.fixture
def task() -> TaskKey:
    project = projects.create("Hamlet", protocol=Protocol.BLIND_FIRST)
    person = projects.person("Asha")
    with session.writing() as s:
        people.join(s, project.id, person.id, Role.RATER)
    return TaskKey(made_clip(project).id, person.id)


def body(task: TaskKey, **changes: Any) -> dict[str, Any]:
    sent = {
        "pass": task_pass.issue(task),
        "key": "press-1",
        "base": None,
        "shown": None,
        "delivery": -1,
        "emotion": "fear",
        "expected": 0.5,
        "expressed": 1,
        "comment": "क्या 🎭",
        "reason": "",
        "confirmed": False,
        "watched": WATCHED,
        "elapsed_s": 20.5,
        "language": "en",
        "guideline": None,
        "tab": "tab-1",
        "draft_revision": 0,
    }
    return {**sent, **changes}


def history(task: TaskKey) -> tuple[RatingRecord, ...]:
    with session.reading() as s:
        return ratings.history(s, task.clip_id)


def kept(task: TaskKey) -> DraftRecord | None:
    with session.reading() as s:
        return drafts.find(s, task)


def test_an_answer_is_stored_whole_and_acknowledged(client: TestClient, task: TaskKey) -> None:
    response = client.post("/answers", json=body(task, language="hi"))
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    (stored,) = history(task)
    receipt = response.json()
    assert (receipt["key"], receipt["rating"]) == ("press-1", stored.id)
    assert receipt["stored"]["lock_hash"] == stored.lock_hash
    assert (stored.delivery, stored.emotion, stored.phase) == (
        Delivery.TOO_LITTLE,
        Emotion.FEAR,
        Phase.BLIND,
    )
    assert (stored.comment, stored.watched_share, stored.active_time_s) == ("क्या 🎭", 0.75, 8.5)
    with session.reading() as s:
        assert circumstances.of_ratings(s, [stored.id])[stored.id] == Circumstances(
            ((0.0, 1.5), (2.0, 3.5)), 1, 1.25, 2.0, 20.5, None, "hi"
        )


def test_the_receipt_of_a_blind_answer_tells_nothing_of_the_machine(
    client: TestClient, task: TaskKey
) -> None:
    said = client.post("/answers", json=body(task)).text
    assert "prediction" not in said
    assert "policy" not in said


@pytest.mark.parametrize(
    ("protocol", "rules", "phase"),
    [
        (Protocol.ASSISTED, {}, Phase.ASSISTED),
        (Protocol.ASSISTED, {"control_share": 1.0}, Phase.BLIND),
        (Protocol.BLIND_FIRST, {}, Phase.BLIND),
        (Protocol.BLIND_ONLY, {}, Phase.BLIND),
    ],
)
@pytest.mark.parametrize("is_claimed", [True, False])
def test_what_a_forged_body_says_of_the_prediction_changes_nothing(
    client: TestClient, protocol: Protocol, rules: dict[str, float], phase: Phase, is_claimed: bool
) -> None:
    project, (clip,) = made_desk(clips=1, protocol=protocol, **rules)
    task = TaskKey(clip.id, rater(project).id)
    view = review.view(project.id, task.person_id)  # the page they were handed
    assert view is not None
    claim = newest_prediction(clip.id) if is_claimed else None
    forged = body(task, shown=claim, phase="blind", prediction_shown=claim is not None, confirmed=True)
    assert client.post("/answers", json=forged).status_code == 200
    (stored,) = history(task)
    was_shown = phase is Phase.ASSISTED
    assert (stored.phase, stored.prediction_shown, stored.confirmed) == (phase, was_shown, was_shown)
    assert (stored.locked_at is None) is was_shown


@pytest.mark.both
@pytest.mark.parametrize("field", ["comment", "key", "language"])
@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_a_character_that_one_database_cannot_keep_is_refused_by_each(
    client: TestClient, task: TaskKey, field: str, sign: str
) -> None:
    sent = json.dumps(body(task, **{field: f"a{sign}b"}))
    answer = client.post("/answers", content=sent, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "cannot be stored" in answer.json()["error"]
    assert history(task) == ()


def test_the_same_press_sent_again_gets_the_same_receipt(client: TestClient, task: TaskKey) -> None:
    first, second = (client.post("/answers", json=body(task)) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert len(history(task)) == 1


def test_an_answer_given_elsewhere_is_a_conflict_that_shows_it(client: TestClient, task: TaskKey) -> None:
    client.post("/answers", json=body(task))
    response = client.post("/answers", json=body(task, key="press-2", delivery=2))
    assert response.status_code == 409
    assert response.json()["standing"]["delivery"] == -1
    assert "stands" in response.json()["error"]
    assert len(history(task)) == 1


def test_the_person_of_an_answer_is_the_one_of_the_pass(client: TestClient, task: TaskKey) -> None:
    forged = task_pass.issue(task)[:-2] + "xx"
    response = client.post("/answers", json=body(task, **{"pass": forged, "person": 1}))
    assert response.status_code == 403
    assert "another server" in response.json()["error"]
    assert history(task) == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"delivery": 1.5}, "delivery is not a whole number"),
        ({"delivery": True}, "delivery is not a whole number"),
        ({"delivery": 7}, "step from -2"),
        ({"expected": "0.5"}, "expected is not a number"),
        ({"expected": 1.5}, "between 0 and 1"),
        ({"emotion": "hangry"}, "no emotion known"),
        ({"emotion": 3}, "emotion is not a text"),
        ({"watched": [1]}, "watched is not an object"),
        ({"watched": {"intervals_s": [[2, 1]]}}, "pairs of seconds"),
        ({"watched": {"intervals_s": [[1]]}}, "pairs of seconds"),
        ({"watched": {"replays": -1}}, "replays is not 0 or more"),
        ({"key": ""}, "needs a key"),
        ({"key": "x" * 300}, "needs a key"),
        ({"base": 2**80}, "base is not a whole number"),
        ({"guideline": 999}, None),
        ({"comment": "x" * 10_001}, "at most 10000"),
    ],
)
def test_what_no_form_sends_is_refused_in_one_sentence(
    client: TestClient, task: TaskKey, change: dict[str, Any], sentence: str | None
) -> None:
    response = client.post("/answers", json=body(task, **change))
    assert 400 <= response.status_code < 500
    assert set(response.json()) == {"error"}
    if sentence:
        assert sentence in response.json()["error"]
    assert history(task) == ()


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "application/json", 403),
        (b"{}", "text/plain", 415),
        (b"x" * (LARGEST_BODY + 1), "application/json", 413),
    ],
)
def test_what_is_no_small_json_object_is_refused(
    client: TestClient, content: bytes, kind: str, status: int
) -> None:
    for path in ("/answers", "/drafts"):
        response = client.post(path, content=content, headers={"content-type": kind})
        assert response.status_code == status, response.text
        assert set(response.json()) == {"error"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_only_a_page_of_this_server_is_heard(task: TaskKey, headers: dict[str, str], status: int) -> None:
    with TestClient(Starlette(routes=list(ROUTES))) as stranger:
        assert stranger.post("/answers", json=body(task), headers=headers).status_code == status
    assert len(history(task)) == (status == 200)


def test_a_draft_is_kept_and_found_on_another_device(client: TestClient, task: TaskKey) -> None:
    given = {"pass": task_pass.issue(task), "tab": "tab-1", "revision": 1}
    response = client.put("/drafts", json={**given, "content": {"delivery": 1, "comment": "half a sen"}})
    assert response.status_code == 200, response.text
    stored = kept(task)
    assert stored is not None
    assert response.json()["draft"]["saved_at"] == stored.saved_at.isoformat()
    found = client.get("/drafts", headers={PASS_HEADER: task_pass.issue(task)})
    assert found.json() == response.json()
    assert found.json()["draft"]["content"] == {"delivery": 1, "comment": "half a sen"}


def test_a_draft_of_another_person_is_out_of_reach(client: TestClient, task: TaskKey) -> None:
    ben = projects.person("Ben")
    with session.writing() as s:
        drafts.keep(s, task, {"delivery": 1})
        people.join(s, clips.get(s, task.clip_id).project_id, ben.id, Role.RATER)
    other = TaskKey(task.clip_id, ben.id, Channel.FULL)
    found = client.get("/drafts", headers={PASS_HEADER: task_pass.issue(other)})
    assert found.json() == {"draft": None}
    assert client.get("/drafts").status_code == 403


def test_an_emptied_form_leaves_no_draft(client: TestClient, task: TaskKey) -> None:
    given = {"pass": task_pass.issue(task), "tab": "tab-1"}
    client.post("/drafts", json={**given, "revision": 1, "content": {"delivery": 1}})
    emptied = client.post(
        "/drafts", json={**given, "revision": 2, "content": {"delivery": None, "comment": ""}}
    )
    assert emptied.json() == {"draft": None}
    assert kept(task) is None


@pytest.mark.parametrize(
    "change",
    [
        {"content": None},
        {"content": {"prediction": 1}},
        {"content": {"comment": "x" * 10_001}},
        {"content": {"delivery": [1]}},
        {"content": {"delivery": True}},
        {"content": {"delivery": 10**400}},
        {"content": {"delivery": 1, "watched": "all of it"}},
        {"content": {"delivery": 1, "watched": {"intervals_s": [[2, 1]]}}},
        {"content": {"delivery": 1, "watched": {"intervals_s": [[0, 1, 2]]}}},
        {"content": {"delivery": 1, "watched": {"intervals_s": [[0, 1]] * 1001}}},
        {"content": {"delivery": 1, "watched": {"intervals_s": [[0, 10**400]]}}},
        {"content": {"delivery": 1, "watched": {"intervals_s": [[0, 1]], "active_s": -1}}},
        {"revision": 0},
        {"revision": 10**400},
        {"revision": "1"},
        {"tab": "x" * 300},
    ],
)
def test_what_is_no_draft_of_a_form_is_refused(
    client: TestClient, task: TaskKey, change: dict[str, Any]
) -> None:
    given = {"pass": task_pass.issue(task), "tab": "t", "revision": 1, "content": {"delivery": 1}}
    response = client.put("/drafts", json={**given, **change})
    assert response.status_code == 422
    assert kept(task) is None


def test_a_draft_keeps_what_was_watched_beside_an_answer_and_alone_is_none(
    client: TestClient, task: TaskKey
) -> None:
    given = {"pass": task_pass.issue(task), "tab": "t"}
    seen = {"watched": WATCHED}
    alone = client.put("/drafts", json={**given, "revision": 1, "content": {**seen, "delivery": None}})
    assert alone.json() == {"draft": None}
    client.put("/drafts", json={**given, "revision": 2, "content": {**seen, "delivery": 1}})
    found = kept(task)
    assert found is not None
    assert found.content == {"delivery": 1, "watched": WATCHED}


@pytest.mark.parametrize("path", ["/answers", "/drafts", "/leases"])
@pytest.mark.parametrize("given", ["\ud800", "é.x", "x" * 9000])
def test_an_odd_pass_is_nobodys(client: TestClient, task: TaskKey, path: str, given: str) -> None:
    content = json.dumps(
        {"pass": given, "key": "k", "delivery": 1, "content": {"delivery": 1}, "revision": 1}
    )
    response = client.post(path, content=content, headers={"content-type": "application/json"})
    assert response.status_code == 403
    assert (history(task), kept(task)) == ((), None)


@pytest.mark.parametrize("name", ["delivery", "base", "shown", "expected", "elapsed_s", "guideline"])
def test_a_number_beyond_any_is_refused(client: TestClient, task: TaskKey, name: str) -> None:
    for beyond in (10**400, -(10**400), 2**63):
        response = client.post("/answers", json=body(task, **{name: beyond}))
        if name == "elapsed_s" and beyond == 2**63:
            continue  # a long time, and a number
        assert response.status_code == 422, response.text
    assert len(history(task)) == (name == "elapsed_s")


@pytest.mark.parametrize("language", ["en", "hi", "ur"])
def test_a_refusal_is_in_the_language_of_the_page(client: TestClient, task: TaskKey, language: str) -> None:
    said = client.post("/answers", json=body(task, language=language, delivery=None, emotion="")).json()
    assert said == {"error": messages.catalogue(language).say("refusal.first_delivery")}


def test_where_the_page_names_no_language_its_browser_does(client: TestClient, task: TaskKey) -> None:
    given = {"pass": task_pass.issue(task), "revision": 0, "content": {"delivery": 1}}
    for header, language in (("hi-IN,hi;q=0.9", "hi"), ("fr", "en"), ("", "en")):
        said = client.put("/drafts", json=given, headers={"accept-language": header}).json()
        assert said == {"error": messages.catalogue(language).say("refusal.draft_revision")}


def test_the_conflict_of_two_windows_is_told_in_the_language_of_the_page(
    client: TestClient, task: TaskKey
) -> None:
    client.post("/answers", json=body(task))
    said = client.post("/answers", json=body(task, key="press-2", language="ur")).json()
    assert said["error"] == messages.catalogue("ur").say("refusal.conflict")


def test_a_sign_of_life_keeps_the_task_in_hand(client: TestClient, task: TaskKey) -> None:
    project = projects.by_name("Hamlet")
    assigning.open_task(project.id, task.person_id, task.clip_id)
    response = client.post("/leases", json={"pass": task_pass.issue(task)})
    assert response.status_code == 200, response.text
    with session.reading() as s:
        held = assignments.find(s, task)
    assert held is not None
    assert response.json()["until"] == held.expires_at.isoformat()


def test_a_sign_of_life_for_what_was_never_handed_out_is_refused(client: TestClient, task: TaskKey) -> None:
    response = client.post("/leases", json={"pass": task_pass.issue(task)})
    assert response.status_code == 404
    assert set(response.json()) == {"error"}


def test_a_number_that_is_none_is_refused(client: TestClient, task: TaskKey) -> None:
    for odd in (math.nan, math.inf):
        text = f'{{"pass": "{task_pass.issue(task)}", "key": "k", "delivery": 1, "expected": {odd}}}'
        sent = text.replace("nan", "NaN").replace("inf", "Infinity")
        response = client.post("/answers", content=sent, headers={"content-type": "application/json"})
        assert response.status_code == 422
    assert history(task) == ()
