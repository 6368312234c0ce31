"""Where the check of facial cues hands in what a rater says, under the pass of the task it belongs to."""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import asker, json_requests
from dashboard.services import cue_check, task_pass
from dashboard.services.refusals import worded
from db.errors import RefusedValueError

CUES: Final = "/cues"
MOST_CUES: Final = 50


@json_requests.answering
async def store_cues(request: Request) -> Response:
    """Store ``{"pass": …, "key": …, "prediction": 7, "answers": {"4": true, …}, "remark": …}``."""
    body = await json_requests.read(request)
    given, key, remark = (body.get(name) for name in ("pass", "key", "remark"))
    prediction, answers = body.get("prediction"), body.get("answers")
    are_texts = isinstance(given, str) and isinstance(key, str) and isinstance(remark, str)
    is_number = isinstance(prediction, int) and not isinstance(prediction, bool)
    if not (are_texts and is_number and _are_answers(answers)):
        raise worded(RefusedValueError, "refusal.cue_form")
    task = task_pass.read(str(given))
    await asker.require(request, task.person_id)
    read = {int(number): said for number, said in answers.items()}
    kept = await run_in_threadpool(
        cue_check.store, task, int(prediction or 0), read, remark=str(remark), key=str(key)
    )
    return json_requests.reply(
        {
            "id": kept.id,
            "answers": dict(kept.answers),
            "remark": kept.remark,
            "at": kept.created_at.isoformat(),
        }
    )


def _are_answers(answers: Any) -> bool:
    return (
        isinstance(answers, dict)
        and len(answers) <= MOST_CUES
        and all(number.isascii() and number.isdigit() and len(number) <= 3 for number in answers)
        and all(isinstance(said, bool) for said in answers.values())
    )


ROUTES: Final = (Route(CUES, store_cues, methods=["POST"]),)
