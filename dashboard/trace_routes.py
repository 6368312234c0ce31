"""Where the player hands in a trace, under the pass of the task it belongs to."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import asker, json_requests
from dashboard.services import task_pass, traces
from dashboard.services.refusals import worded
from db.errors import RefusedValueError

TRACES: Final = "/traces"
MOST_LEVELS: Final = 20_000
"""Half an hour at 10 Hz, and to spare; the service knows the clip and is stricter."""


@json_requests.answering
async def store_trace(request: Request) -> Response:
    """Store a trace: ``{"pass": …, "key": …, "levels": [0 to 1 or null, …]}`` at 10 Hz."""
    body = await json_requests.read(request)
    given, key, levels = (body.get(name) for name in ("pass", "key", "levels"))
    if not isinstance(given, str) or not isinstance(key, str) or not isinstance(levels, list):
        raise worded(RefusedValueError, "refusal.trace_form")
    if len(levels) > MOST_LEVELS:
        raise worded(RefusedValueError, "refusal.trace_most", n=MOST_LEVELS)
    task = task_pass.read(given)
    await asker.require(request, task.person_id)
    kept = await run_in_threadpool(traces.store, task, key=key, levels=levels)
    return json_requests.reply(
        {
            "key": kept.idempotency_key,
            "trace": kept.id,
            "at": kept.created_at.isoformat(),
            "lag_s": kept.lag_s,
            "levels": kept.levels,
        }
    )


ROUTES: Final = (Route(TRACES, store_trace, methods=["POST"]),)
