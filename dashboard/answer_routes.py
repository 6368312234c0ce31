"""Where the rating form hands in answers and drafts, past the page's own session.

A page's session ends when its connection is gone for long; the pass in the form does not. So an answer
given after hours, or while the page reconnects, finds its way.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import answer_body, asker, json_requests
from dashboard.json_requests import read, reply
from dashboard.services import answering, assigning, drafts, gold, metrics, task_pass
from dashboard.services.answering import ConflictError
from dashboard.services.refusals import told
from db.records import DraftRecord, RatingRecord

PASS_HEADER: Final = "dailies-pass"


@json_requests.answering
async def store_answer(request: Request) -> Response:
    """Store an answer; 409 with the standing one where the person answered elsewhere meanwhile."""
    sent = answer_body.sent_of(await read(request))
    await asker.require(request, sent.task.person_id)
    try:
        stored = await run_in_threadpool(answering.submit, sent)
    except ConflictError as conflict:
        return reply({"error": told(conflict), "standing": _answer(conflict.standing)}, status=409)
    metrics.ANSWERS.inc()
    known = await run_in_threadpool(gold.told, stored)
    feedback = None if known is None else known.sentence
    return reply({"key": sent.key, "rating": stored.id, "stored": _answer(stored), "feedback": feedback})


@json_requests.answering
async def save_draft(request: Request) -> Response:
    """Keep what the form holds, and say when it was kept and as which revision."""
    task, content, revision, tab = answer_body.draft_of(await read(request))
    await asker.require(request, task.person_id)
    kept = await run_in_threadpool(drafts.save, task, content, revision=revision, tab=tab)
    return reply({"draft": draft_sent(kept)})


@json_requests.answering
async def find_draft(request: Request) -> Response:
    """What the server keeps of a task, ``null`` where it keeps nothing."""
    task = task_pass.read(request.headers.get(PASS_HEADER, ""))
    await asker.require(request, task.person_id)
    return reply({"draft": draft_sent(await run_in_threadpool(drafts.find, task))})


@json_requests.answering
async def renew_lease(request: Request) -> Response:
    """Keep a task's place on a sign of life; where others have it by now, a sentence says so."""
    task = answer_body.task_of(await read(request))
    await asker.require(request, task.person_id)
    try:
        until = await run_in_threadpool(assigning.renew, task)
    except assigning.NoPlaceError as gone:
        return reply({"until": None, "error": told(gone)})
    return reply({"until": until.isoformat()})


def draft_sent(draft: DraftRecord | None) -> dict[str, Any] | None:
    """A draft as the form takes it."""
    if draft is None:
        return None
    return {"content": draft.content, "revision": draft.revision, "saved_at": draft.saved_at.isoformat()}


def _answer(rating: RatingRecord) -> dict[str, Any]:
    return {
        "id": rating.id,
        "delivery": None if rating.delivery is None else int(rating.delivery),
        "emotion": None if rating.emotion is None else rating.emotion.value,
        "expected": rating.expected_intensity,
        "expressed": rating.expressed_intensity,
        "comment": rating.comment or None,
        "phase": rating.phase.value,
        "at": rating.created_at.isoformat(),
        "locked_at": None if rating.locked_at is None else rating.locked_at.isoformat(),
        "lock_hash": rating.lock_hash,
    }


ROUTES: Final = (
    Route("/answers", store_answer, methods=["POST"]),
    Route("/drafts", save_draft, methods=["POST", "PUT"]),
    Route("/drafts", find_draft, methods=["GET"]),
    Route("/leases", renew_lease, methods=["POST"]),
)
