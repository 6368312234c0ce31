"""The matrix of routes: what each answers to whom, with the pass that the asking person's page would have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from dashboard.services import recording_pass, task_pass
from dashboard.services.permissions import Act
from dashboard.services.recording_pass import Performer
from db.records import TaskKey
from engine.vocabulary import Channel, Role
from tests.dashboard.role_matrix import PARTIES, STUDENT, World, needs

NOBODY: Final = "nobody"
RECORDING: Final = "a" * 32
UNASKED: Final = 401
Request = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A request and what is answered.

    Attributes
    ----------
    request : Callable
        Of the world and the person who asks (0 for nobody): method, address, and options of the client.
    status : Mapping of str to int
        By party, nobody included.
    """

    request: Callable[[World, int], Request]
    status: Mapping[str, int] = field(default_factory=dict)


def _said(yes: int, no: int, may: frozenset[str], nobody: int = UNASKED) -> dict[str, int]:
    return {**{party: yes if party in may else no for party in PARTIES}, NOBODY: nobody}


def _everybody(status: int, nobody: int = UNASKED) -> dict[str, int]:
    return _said(status, status, frozenset(PARTIES), nobody)


RATES: Final = needs(Act.RATE)
GRADES: Final = needs(Act.GRADE)
SEES: Final = needs(Act.SEE_MACHINE)
MEMBERS: Final = frozenset(role.value for role in Role)


def _task(world: World, who: int) -> TaskKey:
    return TaskKey(world.clip.id, who or world.who["rater"].id, Channel.FULL)


def _pass(world: World, who: int) -> str:
    return task_pass.issue(_task(world, who))


def _performer(world: World, who: int) -> dict[str, str]:
    return {"dailies-pass": recording_pass.issue(Performer(world.project.id, who or world.who["rater"].id))}


def _form(**fields: str) -> dict[str, Any]:
    return {"data": fields}


ROUTE_ROWS: Final[dict[str, RouteRow]] = {
    "GET /sign-in": RouteRow(lambda *_: ("GET", "/sign-in", {}), _everybody(303, 200)),
    "POST /sign-in": RouteRow(
        lambda _w, who: ("POST", "/sign-in", _form(name=f"No such {who}", password="wrong")),
        _everybody(422, 422),
    ),
    "POST /sign-out": RouteRow(lambda *_: ("POST", "/sign-out", _form(everywhere="")), _everybody(303, 303)),
    "GET /session": RouteRow(lambda *_: ("GET", "/session", {}), _everybody(200)),
    "GET /invitation/{token}": RouteRow(lambda *_: ("GET", "/invitation/guessed", {}), _everybody(404, 404)),
    "POST /invitation/{token}": RouteRow(
        lambda *_: ("POST", "/invitation/guessed", _form(name="A", password="mangrove ladder quietly seven")),
        _everybody(404, 404),
    ),
    "GET /password": RouteRow(lambda *_: ("GET", "/password", {}), _everybody(200)),
    "POST /password": RouteRow(
        lambda *_: ("POST", "/password", _form(old="wrong", new="mangrove ladder quietly seven")),
        _everybody(422),
    ),
    "POST /visitor": RouteRow(lambda *_: ("POST", "/visitor", {"content": "1.forged"}), _everybody(403)),
    "POST /answers": RouteRow(
        lambda w, who: (
            "POST",
            "/answers",
            {
                "json": {
                    "pass": _pass(w, who),
                    "key": f"answer-{who}",
                    "delivery": 0,
                    "emotion": "anger",
                    "expected": 0.5,
                    "expressed": 0.5,
                }
            },
        ),
        _said(200, 403, RATES),
    ),
    "PUT /drafts": RouteRow(
        lambda w, who: (
            "PUT",
            "/drafts",
            {"json": {"pass": _pass(w, who), "content": {"delivery": 1}, "revision": 1, "tab": "t"}},
        ),
        _said(200, 403, RATES),
    ),
    "POST /drafts": RouteRow(
        lambda w, who: (
            "POST",
            "/drafts",
            {"json": {"pass": _pass(w, who), "content": {"delivery": 1}, "revision": 2, "tab": "t"}},
        ),
        _said(200, 403, RATES),
    ),
    "GET /drafts": RouteRow(
        lambda w, who: ("GET", "/drafts", {"headers": {"dailies-pass": _pass(w, who)}}),
        _said(200, 403, RATES),
    ),
    "POST /leases": RouteRow(
        lambda w, who: ("POST", "/leases", {"json": {"pass": _pass(w, who)}}), _everybody(404)
    ),  # nothing was handed out: nobody is told more
    "POST /traces": RouteRow(
        lambda w, who: (
            "POST",
            "/traces",
            {"json": {"pass": _pass(w, who), "key": f"trace-{who}", "levels": [0.5] * 10}},
        ),
        _said(200, 403, RATES),
    ),
    "POST /cues": RouteRow(
        lambda w, who: (
            "POST",
            "/cues",
            {
                "json": {
                    "pass": _pass(w, who),
                    "key": f"cue-{who}",
                    "prediction": w.prediction_id,
                    "answers": {"4": True},
                    "remark": "",
                }
            },
        ),
        _said(422, 403, RATES),  # the prediction names no cues
    ),
    "GET /sheets/{assignment:int}/{student:int}.html": RouteRow(
        lambda w, _: ("GET", f"/sheets/{w.work.id}/{w.other.id}.html", {}), _said(200, 403, GRADES)
    ),
    "GET /sheets/{assignment:int}/{student:int}.pdf": RouteRow(
        lambda w, _: ("GET", f"/sheets/{w.work.id}/{w.other.id}.pdf", {}), _said(200, 403, GRADES)
    ),
    "GET /gradebooks/{project:int}.csv": RouteRow(
        lambda w, _: ("GET", f"/gradebooks/{w.room.id}.csv", {}), _said(200, 403, GRADES)
    ),
    "GET /gradebooks/{project:int}.xlsx": RouteRow(
        lambda w, _: ("GET", f"/gradebooks/{w.room.id}.xlsx", {}), _said(200, 403, GRADES)
    ),
    "GET /recordings/{key}": RouteRow(
        lambda w, who: ("GET", f"/recordings/{RECORDING}", {"headers": _performer(w, who)}),
        _said(200, 403, MEMBERS),
    ),
    "PUT /recordings/{key}/{index:int}": RouteRow(
        lambda w, who: (
            "PUT",
            f"/recordings/{RECORDING}/0",
            {"headers": _performer(w, who), "content": b"a piece"},
        ),
        _said(200, 403, MEMBERS),
    ),
    "POST /recordings/{key}": RouteRow(
        lambda w, who: (
            "POST",
            f"/recordings/{RECORDING}",
            {"headers": _performer(w, who), "json": {"pieces": 2, "kind": "webm", "line": "Go."}},
        ),
        _said(409, 403, MEMBERS),  # a piece is missing
    ),
    "POST /uploads": RouteRow(
        lambda w, who: (
            "POST",
            "/uploads",
            {"headers": _performer(w, who), "json": {"name": "take.mp4", "size": 9}},
        ),
        _said(201, 403, MEMBERS),
    ),
    "GET /uploads/{key}": RouteRow(
        lambda w, who: ("GET", f"/uploads/{RECORDING}", {"headers": _performer(w, who)}),
        _said(404, 403, MEMBERS),
    ),
    "PUT /uploads/{key}/{at:int}": RouteRow(
        lambda w, who: (
            "PUT",
            f"/uploads/{RECORDING}/0",
            {"headers": _performer(w, who), "content": b"a piece"},
        ),
        _said(404, 403, MEMBERS),
    ),
    "DELETE /uploads/{key}": RouteRow(
        lambda w, who: ("DELETE", f"/uploads/{RECORDING}", {"headers": _performer(w, who)}),
        _said(200, 403, MEMBERS),
    ),
    "GET /review": RouteRow(lambda *_: ("GET", "/review", {}), _everybody(307)),
    "GET /takes/clips/{clip_id}/predictions/{prediction_id:int}/peaks/{key}": RouteRow(
        lambda w, _: ("GET", f"/takes/clips/{w.clip.id}/predictions/{w.prediction_id}/peaks/guessed", {}),
        _everybody(404),
    ),
    "GET /takes/{key}": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.clip.media_key}", {}), _said(200, 404, RATES)
    ),
    "GET /readyz": RouteRow(lambda *_: ("GET", "/readyz", {}), _everybody(200, 200)),
    "GET /metrics": RouteRow(
        lambda *_: ("GET", "/metrics", {}), _everybody(404, 404)
    ),  # from another machine
    "GET /fonts/devanagari.ttf": RouteRow(
        lambda *_: ("GET", "/fonts/devanagari.ttf", {}), _everybody(200, 200)
    ),
    "GET /fonts/arabic.ttf": RouteRow(lambda *_: ("GET", "/fonts/arabic.ttf", {}), _everybody(200, 200)),
    "GET /healthz": RouteRow(lambda *_: ("GET", "/healthz", {}), _everybody(200, 200)),
}
"""By method and path, as the routes are declared."""

MORE_ROWS: Final[dict[str, RouteRow]] = {
    "GET /takes/{key} of another student's take": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.taken.media_key}", {}), _said(200, 404, GRADES)
    ),
    "GET /takes/{key} of a student's own take": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.own.media_key}", {}), _said(200, 404, GRADES | STUDENT)
    ),
    "GET /takes/{key} of the still of another student's take": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.taken.thumbnail_key}", {}), _said(200, 404, GRADES)
    ),
    "GET /takes/{key} of what a lead performed": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.performed_key}", {}), _said(200, 404, SEES)
    ),
    "GET /takes/{key} of a scene": RouteRow(
        lambda w, _: ("GET", f"/takes/{w.scene.media_key}", {}), _said(200, 404, SEES)
    ),
    "GET / and whatever else Streamlit serves": RouteRow(
        lambda *_: ("GET", "/media/0123456789.csv", {}), _everybody(200)
    ),
    "POST /answers with another's pass": RouteRow(
        lambda w, _: (
            "POST",
            "/answers",
            {"json": {"pass": _pass(w, w.other.id), "key": "stolen", "delivery": 0}},
        ),
        _everybody(401),
    ),
    "GET /drafts with another's pass": RouteRow(
        lambda w, _: ("GET", "/drafts", {"headers": {"dailies-pass": _pass(w, w.other.id)}}), _everybody(401)
    ),
    "PUT /recordings/{key}/{index:int} with another's pass": RouteRow(
        lambda w, _: (
            "PUT",
            f"/recordings/{RECORDING}/0",
            {"headers": _performer(w, w.other.id), "content": b"a piece"},
        ),
        _everybody(401),
    ),
    "GET /uploads/{key} with another's pass": RouteRow(
        lambda w, _: ("GET", f"/uploads/{RECORDING}", {"headers": _performer(w, w.other.id)}), _everybody(401)
    ),
}
"""Routes again, asked for something of somebody's."""
