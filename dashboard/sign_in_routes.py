"""The door: signing in and out, taking an invitation up, changing one's password.

Plain pages with forms: a browser gets its cookie by the answer to one, which no live connection could give.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import asker, json_requests, provider_sign_in
from dashboard.doorway import pages
from dashboard.own_site import is_own, local_path
from dashboard.services import accounts, invitations, messages, sign_in_mode, sign_ins
from dashboard.services.invitations import InvitationError, Offer
from dashboard.services.refusals import told
from dashboard.services.sign_in_mode import SignIn
from dashboard.services.throttle import TooManyTriesError
from engine.errors import DailiesError

LARGEST_FORM: Final = 16 * 1024
"""Bytes: a name and two passwords of full length in any script, with the address to go on to."""
Act = Callable[[Request, FormData], Awaitable[Response]]


def _posted(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Wrap what a form is sent to: only a page of this server is heard, and only a small form."""

    async def answered(request: Request) -> Response:
        pages.speak(request)
        if not is_own(request.headers, request.scope["scheme"]):
            return JSONResponse({"error": messages.say("refusal.own_page")}, status_code=403)
        if not 0 <= _length(request) <= LARGEST_FORM:
            too_large = messages.say("refusal.too_large", n=LARGEST_FORM // 1024)
            return JSONResponse({"error": too_large}, status_code=413)
        try:
            async with request.form(max_files=0, max_fields=12) as form:
                pages.speak(request, form.get(pages.LANGUAGE))
                return await act(request, form)
        except ClientDisconnect:
            return Response(status_code=json_requests.GONE)  # nobody reads it

    return answered


async def show_sign_in(request: Request) -> Response:
    """The form to sign in by, or the way to the identity provider; onwards for who is signed in."""
    pages.speak(request)
    wanted = local_path(request.query_params.get("next"))
    if sign_in_mode.is_named() or await run_in_threadpool(asker.of, request) is not None:
        return RedirectResponse(wanted, status_code=303)
    if sign_in_mode.in_force() is SignIn.OIDC:
        return await provider_sign_in.enter(request, wanted)
    said = messages.say("sign_in.is_out") if "out" in request.query_params else ""
    return pages.draw(request, "sign_in", title=messages.say("sign_in.title"), next=wanted, said=said)


@_posted
async def sign_in(request: Request, form: FormData) -> Response:
    """Sign in by a name and a password; a browser that was somebody else's is theirs no more."""
    if sign_in_mode.in_force() is not SignIn.ACCOUNTS:
        return RedirectResponse("/", status_code=303)
    name, wanted = _text(form, "name"), local_path(_text(form, "next"))
    address = request.client.host if request.client else ""
    try:
        cookie = await run_in_threadpool(
            lambda: accounts.sign_in(
                name, _text(form, "password"), address=address, device=asker.device_of(request)
            )
        )
    except DailiesError as error:
        status = 429 if isinstance(error, TooManyTriesError) else 422
        title = messages.say("sign_in.title")
        return pages.draw(
            request, "sign_in", title=title, status=status, next=wanted, name=name, refusal=told(error)
        )
    return await _entered(request, cookie, wanted)


@_posted
async def sign_out(request: Request, form: FormData) -> Response:
    """End this browser's sign-in, or every one of its person."""
    seen = await run_in_threadpool(asker.look, request)
    if seen is not None:
        if _text(form, "everywhere"):
            await run_in_threadpool(sign_ins.end_everywhere, seen.person_id)
        else:
            await run_in_threadpool(sign_ins.end, seen.id)
    response = RedirectResponse("/sign-in?out=1", status_code=303)
    asker.drop(response, request)
    provider_sign_in.drop(response, request)
    return response


async def tell_session(request: Request) -> Response:
    """Who is signed in, as a number that a page compares with its own; 401 for nobody."""
    person_id = await run_in_threadpool(asker.of, request)
    if person_id is None and not sign_in_mode.is_named():
        return json_requests.reply({"person": None}, status=401)
    return json_requests.reply({"person": person_id})


async def show_invitation(request: Request) -> Response:
    """What a link offers, and the form to take it up by."""
    pages.speak(request)
    return await _invitation(request)


@_posted
async def accept(request: Request, form: FormData) -> Response:
    """Take a link up: as who is signed in, by a new account, or by an identity provider's word."""
    token = request.path_params["token"]
    try:
        if _text(form, "as_me"):
            person_id = await run_in_threadpool(asker.of, request)
            if person_id is None:
                return await _invitation(request, messages.say("sign_in.refusal.signed_out"))
            await run_in_threadpool(invitations.accept_as, token, person_id)
            return RedirectResponse("/", status_code=303)
        name = _text(form, "name")
        if sign_in_mode.in_force() is SignIn.OIDC:
            return await provider_sign_in.accept(request, token, name)
        cookie = await run_in_threadpool(invitations.accept, token, name, _text(form, "password"))
    except DailiesError as error:
        return await _invitation(request, told(error), name=_text(form, "name"))
    return await _entered(request, cookie, "/")


async def show_password(request: Request) -> Response:
    """The form to change one's own password by."""
    pages.speak(request)
    return await _password(request)


@_posted
async def change_password(request: Request, form: FormData) -> Response:
    """Change one's own password; every other browser is signed out."""
    person_id = await run_in_threadpool(asker.of, request)
    if person_id is None or sign_in_mode.in_force() is not SignIn.ACCOUNTS:
        return RedirectResponse("/sign-in", status_code=303)
    old, new = _text(form, "old"), _text(form, "new")
    address = request.client.host if request.client else ""
    try:
        cookie = await run_in_threadpool(lambda: accounts.change_own(person_id, old, new, address=address))
    except DailiesError as error:
        return await _password(request, told(error))
    return await _entered(request, cookie, "/")


async def _entered(request: Request, cookie: str, wanted: str) -> Response:
    before = await run_in_threadpool(asker.look, request)
    if before is not None:
        await run_in_threadpool(sign_ins.end, before.id)
    response = RedirectResponse(wanted, status_code=303)
    asker.keep(response, request, cookie)
    person_id = await run_in_threadpool(sign_ins.person_of, sign_ins.id_in(cookie) or "")
    if person_id is not None:
        asker.keep_device(response, request, person_id)
    return response


async def _invitation(request: Request, refusal: str = "", *, name: str = "") -> Response:
    title = messages.say("sign_in.invited.title")
    if sign_in_mode.is_named():
        return RedirectResponse("/", status_code=303)
    try:
        offer = await run_in_threadpool(invitations.look, request.path_params["token"])
    except InvitationError as error:
        gone = {"offer": None, "part": "", "vouched": False}
        return pages.draw(request, "invitation", title=title, status=404, refusal=told(error), **gone)
    me = await run_in_threadpool(asker.of, request)
    known = "" if me is None or not _is_for(offer, me) else await run_in_threadpool(accounts.name_of, me)
    vouched = provider_sign_in.vouched(request) if sign_in_mode.in_force() is SignIn.OIDC else None
    is_away = sign_in_mode.in_force() is SignIn.OIDC and vouched is None
    return pages.draw(
        request,
        "invitation",
        title=title,
        status=422 if refusal else 200,
        refusal=refusal,
        offer=offer,
        part="" if offer.role is None else messages.say(f"project.part_what.{offer.role.value}"),
        me=known,
        name=name or ("" if vouched is None else vouched.name),
        vouched=vouched is not None,
        provider=provider_sign_in.address() if is_away and not known else "",
    )


def _is_for(offer: Offer, person_id: int) -> bool:
    return not offer.makes_admin and (offer.person is None or offer.person.id == person_id)


async def _password(request: Request, refusal: str = "") -> Response:
    person_id = await run_in_threadpool(asker.of, request)
    if person_id is None or sign_in_mode.in_force() is not SignIn.ACCOUNTS:
        return RedirectResponse("/sign-in?next=/password", status_code=303)
    return pages.draw(
        request,
        "password",
        title=messages.say("sign_in.own_password"),
        status=422 if refusal else 200,
        refusal=refusal,
        me=await run_in_threadpool(accounts.name_of, person_id),
    )


def _length(request: Request) -> int:
    told_length = request.headers.get("content-length", "")
    return int(told_length) if told_length.isdecimal() and len(told_length) < 10 else -1


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


ROUTES: Final = (
    Route("/sign-in", show_sign_in, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/session", tell_session, methods=["GET"]),
    Route("/invitation/{token}", show_invitation, methods=["GET"]),
    Route("/invitation/{token}", accept, methods=["POST"]),
    Route("/password", show_password, methods=["GET"]),
    Route("/password", change_password, methods=["POST"]),
)
