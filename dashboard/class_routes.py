"""Where feedback sheets and grade books are fetched: each address asks who it is before it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import asker
from dashboard.services import messages
from dashboard.services.permissions import NotAllowedError
from dashboard.services.refusals import told
from db.errors import UnknownRowError
from engine.errors import DailiesError

LANGUAGE: Final = "language"
LARGEST_ID: Final = 2**63 - 1
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"
)
"""A sheet holds all it shows, and runs nothing."""
HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "content-security-policy": SHEET_POLICY,
}


def sheet_url(assignment_id: int, student_id: int, form: str) -> str:
    """Where a student's feedback sheet is, as ``html`` or ``pdf``, in the language spoken now."""
    return f"/sheets/{assignment_id}/{student_id}.{form}?{LANGUAGE}={messages.spoken()}"


def book_url(project_id: int, form: str) -> str:
    """Where a class's grade book is, as ``csv`` or ``xlsx``, in the language spoken now."""
    return f"/gradebooks/{project_id}.{form}?{LANGUAGE}={messages.spoken()}"


async def serve_sheet(request: Request) -> Response:
    """A feedback sheet, for those who grade, and for its student once it is given back."""
    given = request.path_params
    return await run_in_threadpool(
        _answered,
        request,
        lambda person: _sheet(given["assignment"], given["student"], _form(request), person),
    )


async def serve_book(request: Request) -> Response:
    """A grade book, for those who grade."""
    given = request.path_params
    return await run_in_threadpool(
        _answered, request, lambda person: _book(given["project"], _form(request), person)
    )


def _answered(request: Request, act: Callable[[int], Response]) -> Response:
    language = request.query_params.get(LANGUAGE, "")
    messages.speak(language if language in messages.languages() else messages.DEFAULT_LANGUAGE)
    person = asker.of(request)
    if person is None or any(
        isinstance(value, int) and value > LARGEST_ID for value in request.path_params.values()
    ):
        return PlainTextResponse(messages.say("classes.refusal.nobody"), status_code=403, headers=HEADERS)
    try:
        return act(person)
    except (NotAllowedError, UnknownRowError) as error:  # one answer for both: nobody learns what there is
        sentence = told(error) if isinstance(error, NotAllowedError) else messages.say("refusal.gone")
        return PlainTextResponse(sentence, status_code=403, headers=HEADERS)
    except DailiesError as error:
        return PlainTextResponse(told(error), status_code=503, headers=HEADERS)


def _sheet(assignment_id: int, student_id: int, form: str, person_id: int) -> Response:
    from dashboard.report import feedback_page, feedback_pdf  # fonts and PDF take a moment to load
    from dashboard.services import feedback

    sheet = feedback.sheet(assignment_id, student_id, person_id=person_id)
    if form == "pdf":
        return Response(feedback_pdf.render(sheet), media_type="application/pdf", headers=HEADERS)
    return Response(feedback_page.render(sheet), media_type="text/html", headers=HEADERS)


def _book(project_id: int, form: str, person_id: int) -> Response:
    from dashboard.services import grade_book

    book = grade_book.book(project_id, person_id=person_id)
    content, kind = (
        (grade_book.as_workbook(book), XLSX) if form == "xlsx" else (grade_book.as_csv(book), "text/csv")
    )
    headers = {**HEADERS, "content-disposition": f'attachment; filename="grades.{form}"'}
    return Response(content, media_type=kind, headers=headers)


def _form(request: Request) -> str:
    return request.url.path.rpartition(".")[2]


ROUTES: Final = (
    Route("/sheets/{assignment:int}/{student:int}.html", serve_sheet),
    Route("/sheets/{assignment:int}/{student:int}.pdf", serve_sheet),
    Route("/gradebooks/{project:int}.csv", serve_book),
    Route("/gradebooks/{project:int}.xlsx", serve_book),
)
