"""What somebody tries who wants in, or wants another's browser to act for them: none of it works."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from dashboard import asker, gate
from dashboard.own_site import Names, OriginError, checked_origin, has_own_origin, is_own, local_path
from dashboard.server import OWN_ROUTES
from dashboard.services import accounts, sign_in_mode, sign_ins
from dashboard.services.sign_in_mode import ModeError, SignIn
from db import session
from db.columns import now
from db.tables import SignIn as SignInRow
from tests.dashboard import own_loop
from tests.dashboard.door_made import PASSWORD, door

pytestmark = pytest.mark.usefixtures("home")

STREAM = "/_stcore/stream"
HTML = {"accept": "text/html,*/*"}


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with door() as client:
        accounts.add("Asha", PASSWORD)
        yield client


def enter(browser: TestClient, password: str = PASSWORD, **fields: str) -> int:
    return browser.post("/sign-in", data={"name": "Asha", "password": password, **fields}).status_code


def test_fixation_a_cookie_from_before_the_sign_in_is_worth_nothing_after_it(browser: TestClient) -> None:
    accounts.add("Mallory", PASSWORD)
    planted = sign_ins.begin(accounts.required("Mallory").id)
    browser.cookies.set(asker.COOKIE, planted)
    assert enter(browser) == 303
    got = browser.cookies.get(asker.COOKIE, domain="testserver.local")
    assert got
    assert sign_ins.id_in(got) != sign_ins.id_in(planted)
    assert sign_ins.look(planted) is None


def test_theft_and_replay_end_the_sign_in_for_thief_and_owner(browser: TestClient) -> None:
    assert enter(browser) == 303
    stolen = browser.cookies[asker.COOKIE]
    _age(stolen, rotated=timedelta(minutes=16))
    assert browser.get("/session").status_code == 200
    browser.get("/anything")
    newer = browser.cookies[asker.COOKIE]
    assert newer != stolen
    assert browser.get("/anything").status_code == 200
    _age(newer, taken_up=timedelta(minutes=2))
    browser.cookies.clear()
    assert browser.get("/anything", headers={"cookie": f"{asker.COOKIE}={stolen}"}).status_code == 401
    assert browser.get("/anything", headers={"cookie": f"{asker.COOKIE}={newer}"}).status_code == 401


def _age(cookie: str, *, rotated: timedelta | None = None, taken_up: timedelta | None = None) -> None:
    aged = {} if rotated is None else {"rotated_at": now() - rotated}
    aged |= {} if taken_up is None else {"taken_up_at": now() - taken_up}
    with session.writing() as s:
        s.execute(update(SignInRow).where(SignInRow.id == sign_ins.id_in(cookie)).values(**aged))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_csrf_no_other_site_has_anything_done(browser: TestClient, headers: dict[str, str]) -> None:
    assert enter(browser) == 303
    changing = [
        (method, re.sub(r"{\w+(:int)?}", "1", route.path))
        for route in OWN_ROUTES
        for method in (route.methods or ())
        if method not in ("GET", "HEAD")
    ]
    assert len(changing) >= 12
    for method, path in [
        *changing,
        ("PUT", "/_stcore/upload_file/a/b"),
        ("DELETE", "/_stcore/upload_file/a/b"),
    ]:
        answer = browser.request(method, path, headers=headers, data={"everywhere": "1"})
        assert (answer.status_code, path) == (403, path)
    assert browser.get("/session").json()["person"] is not None


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "is_ours"),
    [
        ("http", "dailies.test", "http://dailies.test", True),
        ("http", "dailies.test:8501", "http://dailies.test:8501", True),
        ("http", "dailies.test:80", "http://dailies.test", True),
        ("ws", "[::1]:8501", "http://[::1]:8501", True),
        ("http", "dailies.test", "https://dailies.test", True),  # a proxy that does not say so
        ("http", "dailies.test:8501", "http://dailies.test", False),
        ("http", "dailies.test", "http://dailies.test:8501", False),
        ("http", "dailies.test:80", "https://dailies.test", False),
        ("https", "dailies.test", "https://dailies.test", True),
        ("https", "dailies.test:443", "https://dailies.test", True),
        ("wss", "dailies.test:8443", "https://dailies.test:8443", True),
        ("https", "dailies.test", "http://dailies.test", False),
        ("wss", "dailies.test", "http://dailies.test", False),
        ("wss", "dailies.test", "http://dailies.test:443", False),
        ("https", "dailies.test:8443", "https://dailies.test", False),
        ("https", "dailies.test", "https://dailies.test.evil.example", False),
        ("https", "dailies.test", "https://evil.example", False),
        ("http", "dailies.test", "ftp://dailies.test", False),
        ("http", "dailies.test", "http://dailies.test/path", False),
        ("http", "dailies.test", "http://me@dailies.test", False),
        ("http", "dailies.test", "null", False),
        ("http", "dailies.test", "", False),
        ("http", "dailies.test", "http://[", False),
        ("http", "dailies.test", "http://dailies.test:x", False),
        ("http", "", "http://", False),
    ],
)
def test_a_page_is_ours_by_host_port_and_where_it_is_known_scheme(
    scheme: str, host: str, origin: str, is_ours: bool
) -> None:
    headers = Headers({"host": host, "origin": origin})
    assert has_own_origin(headers, scheme) is is_ours
    assert is_own(headers, scheme) is is_ours


@pytest.mark.parametrize(("believed", "status"), [("203.0.113.5", 403), ("192.0.2.1", 303)])
def test_what_a_proxy_says_of_tls_counts_only_where_it_is_believed(believed: str, status: int) -> None:
    """A page without TLS cannot speak for one with it, once the proxy that holds the certificate is known."""
    accounts.add("Asha", PASSWORD)
    with door() as client:
        behind = ProxyHeadersMiddleware(client.app, trusted_hosts=["203.0.113.5"])
        browser = TestClient(
            behind, base_url="http://testserver", client=(believed, 1), follow_redirects=False
        )
        given = {"origin": "http://testserver", "x-forwarded-proto": "https"}
        said = {"name": "Asha", "password": PASSWORD}
        assert browser.post("/sign-in", data=said, headers=given).status_code == status


def test_smuggling_a_request_of_two_lengths_is_refused_before_its_body_is_read(browser: TestClient) -> None:
    lengths = {"content-length": "5", "transfer-encoding": "chunked"}
    assert browser.post("/sign-in", headers=lengths, content=iter([b"name="])).status_code == 400
    assert enter(browser) == 303


def test_a_live_connection_is_for_a_page_of_this_server_and_somebody_signed_in(browser: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(STREAM):
        pass
    assert enter(browser) == 303
    evil = {"origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect(STREAM, headers=evil):
        pass
    own = {"origin": "http://testserver", "cookie": f"{asker.COOKIE}={browser.cookies[asker.COOKIE]}"}
    with browser.websocket_connect(STREAM, headers=own) as live:
        live.send_text("run")
        assert live.receive_text() == "run"


def test_one_person_has_only_so_many_live_connections(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MOST_AT_ONCE", 2)
    assert enter(browser) == 303
    own = {"cookie": f"{asker.COOKIE}={browser.cookies[asker.COOKIE]}"}
    for _ in range(2):  # what is closed counts no more
        with (
            browser.websocket_connect(STREAM, headers=own),
            browser.websocket_connect(STREAM, headers=own) as last,
        ):
            last.send_text("run")
            assert last.receive_text() == "run"
            with pytest.raises(WebSocketDisconnect) as shut, browser.websocket_connect(STREAM, headers=own):
                pass
            assert shut.value.code == gate.LATER


def test_what_one_person_leaves_half_sent_ends_with_so_many_and_keeps_nobody_else_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gate, "MOST_AT_ONCE", 2)
    sign_in_mode.use(SignIn.ACCOUNTS)
    asha, bela = (sign_ins.begin(accounts.add(name, None).id) for name in ("Asha", "Bela"))
    statuses: list[int] = []

    async def reads_all(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await Response(status_code=204)(_scope, receive, send)

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def ask(cookie: str, receive: Receive) -> None:
        cookies = (b"cookie", f"{asker.COOKIE}={cookie}".encode())
        scope = {"type": "http", "method": "PUT", "path": "/x", "query_string": b"", "headers": [cookies]}
        await door_of(dict(scope, scheme="http", server=("testserver", 80)), receive, note)

    async def whole() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def attack() -> None:
        ends = asyncio.Event()

        async def half() -> Message:
            await ends.wait()
            return {"type": "http.disconnect"}

        held = [asyncio.create_task(ask(asha, half)) for _ in range(2)]
        while sum(door_of._under_way["http"].values()) < 2:
            await asyncio.sleep(0.01)
        await ask(asha, whole)
        await ask(bela, whole)
        ends.set()
        await asyncio.gather(*held)
        await ask(asha, whole)

    door_of = gate.Gate(reads_all)
    own_loop.run(attack())
    assert statuses == [429, 204, 204, 204, 204]


def test_who_hangs_up_halfway_is_no_error_of_the_server(
    browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert enter(browser) == 303
    cookie = f"{asker.COOKIE}={browser.cookies[asker.COOKIE]}".encode()

    async def hang_up(path: str, kind: bytes) -> None:
        coming: list[Message] = [{"type": "http.request", "body": b"name=", "more_body": True}]

        async def receive() -> Message:
            return coming.pop(0) if coming else {"type": "http.disconnect"}

        async def unheard(_: Message) -> None: ...

        names = (b"host", b"content-type", b"content-length", b"cookie")
        headers = list(zip(names, (b"testserver", kind, b"99", cookie), strict=True))
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await browser.app({**scope, "scheme": "http", "server": ("testserver", 80)}, receive, unheard)

    own_loop.run(hang_up("/sign-in", b"application/x-www-form-urlencoded"))
    own_loop.run(hang_up("/answers", b"application/json"))
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


def test_who_is_signed_out_or_shut_out_is_cut_off_before_the_next_run_and_when_idle(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for is_idle in (False, True):
        accounts.enable("Asha")
        assert enter(browser) == 303
        monkeypatch.setattr(gate, "LOOK_AGAIN_S", 0.05 if is_idle else 60.0)
        cookie = {"cookie": f"{asker.COOKIE}={browser.cookies[asker.COOKIE]}"}
        with browser.websocket_connect(STREAM, headers=cookie) as live:
            live.send_text("run")
            assert live.receive_text() == "run"
            accounts.disable("Asha")
            if not is_idle:
                live.send_text("run")
            with pytest.raises(WebSocketDisconnect) as gone:
                live.receive_text()
        assert gone.value.code == gate.ENDED
        assert browser.get("/anything").status_code == 401


def test_enumeration_an_unknown_name_a_wrong_password_and_a_shut_account_look_alike(
    browser: TestClient,
) -> None:
    accounts.add("Bela", PASSWORD)
    accounts.disable("Bela")
    answers = [
        browser.post("/sign-in", data={"name": name, "password": password})
        for name, password in (("Asha", "wrong"), ("Bela", PASSWORD), ("Nobo", "wrong"))
    ]
    shown = {re.sub(r'value="\w{4}"|nonce[=-]"?[\w-]+', "", answer.text) for answer in answers}
    assert len(shown) == 1
    assert {answer.status_code for answer in answers} == {422}
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_brute_force_is_told_to_wait_whatever_it_sends_next(browser: TestClient) -> None:
    assert [enter(browser, f"guess {number}") for number in range(6)] == [422] * 5 + [429]
    assert enter(browser) == 429


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/sign-out",
        " //evil.example",
        "http:evil",
        "/%0d%0a\r\nset-cookie:x",
        "",
    ],
)
def test_open_redirect_one_goes_on_within_this_server_alone(browser: TestClient, wanted: str) -> None:
    assert local_path(wanted) == "/"
    answer = browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"


def test_one_comes_back_to_where_one_wanted_to_go(browser: TestClient) -> None:
    turned = browser.get("/clips?project=A%26B&clip=1", headers=HTML)
    assert turned.status_code == 303
    shown = browser.get(turned.headers["location"]).text
    found = re.search(r'name="next" value="([^"]*)"', shown)
    assert found
    assert found[1] == "/clips?project=A%26B&amp;clip=1"
    answer = browser.post(
        "/sign-in", data={"name": "Asha", "password": PASSWORD, "next": "/clips?project=A%26B&clip=1"}
    )
    assert answer.headers["location"] == "/clips?project=A%26B&clip=1"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/media/0123.csv",
        "/_stcore/upload_file/a/b",
        "/_stcore/host-config",
        "/static/..%2fmedia%2f0123.csv",
        "/static/%2e%2e/media/0123.csv",
        "/invitation/..%2f..%2ftakes%2fkey",
        "//takes/key",
        "/takes/key",
        "/Takes/key",
        "/sign-in/",
        "/sign-in/%2e%2e/takes/key",
        "/healthz/%2e%2e/takes/key",
    ],
)
def test_traversal_no_way_leads_around_the_gate(browser: TestClient, path: str) -> None:
    for method in ("GET", "HEAD", "PUT", "OPTIONS", "PROPFIND"):
        answer = browser.request(method, f"http://testserver{path}")
        assert (answer.status_code, method) == (401, method)


@pytest.mark.parametrize(
    "path",
    ["/sign-in?next=//evil.example", "/sign-in?next=%22%3E%3Cscript%3E", "/sign-in?x=%22%3E%3Cscript%3E"],
)
def test_nothing_of_an_address_becomes_part_of_the_page(browser: TestClient, path: str) -> None:
    shown = browser.get(path).text
    assert 'name="next" value="/"' in shown
    assert shown.count("<script") == 1


@pytest.mark.parametrize("host", ["evil.example", "", "testserver.evil.example", "evil.example:80"])
def test_rebinding_the_server_does_not_go_by_another_name(browser: TestClient, host: str) -> None:
    assert browser.get("/sign-in", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["testserver", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "10.0.0.7"])
def test_it_goes_by_its_names_and_by_numbers(host: str) -> None:
    assert Names("testserver").knows(host)
    assert Names("0.0.0.0", ["Dailies.School.example"]).knows("dailies.school.example:443")


def test_every_answer_says_what_a_page_may_do_and_scripts_have_numbers_used_once(browser: TestClient) -> None:
    assert enter(browser) == 303
    pages = [browser.get("/", headers={**HTML, "if-none-match": '"1"'}) for _ in range(2)]
    policies = [page.headers["content-security-policy"] for page in pages]
    numbers = [
        re.search(r"script-src 'nonce-([\w-]+)' 'strict-dynamic' 'wasm-unsafe-eval';", policy)[1]
        for policy in policies
    ]  # type: ignore[index]
    assert numbers[0] != numbers[1]
    for page, number in zip(pages, numbers, strict=True):
        assert page.text == f'<html><script nonce="{number}">1</script><link nonce="{number}" rel=x></html>'
        assert page.headers["cache-control"] == "no-store"
        assert "etag" not in page.headers
    for answer in (*pages, browser.get("/session"), browser.get("/healthz"), browser.get("/sign-in?out=1")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=(self), microphone=(self)" in answer.headers["permissions-policy"]


def test_over_tls_the_cookie_is_of_this_host_alone_and_a_plain_one_is_not_heard() -> None:
    with door(base="https://testserver") as browser:
        accounts.add("Asha", PASSWORD)
        answer = browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "strict-transport-security" in answer.headers
        value = cookie.partition("=")[2].partition(";")[0]
        browser.cookies.clear()
        plain = {"cookie": f"{asker.COOKIE}={value}"}
        assert browser.get("/anything", headers=plain).status_code == 401


def test_only_who_is_named_may_frame_a_page_and_a_sign_in_holds_in_such_a_frame() -> None:
    with door(base="https://testserver", framers=["https://space.example"]) as browser:
        accounts.add("Asha", PASSWORD)
        answer = browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD})
        assert {"Secure", "HttpOnly", "SameSite=none", "Partitioned"} <= set(
            answer.headers["set-cookie"].split("; ")
        )
        inside = browser.get("/", headers=HTML)
        browser.cookies.clear()
        for page in (inside, browser.get("/sign-in?out=1", headers=HTML)):
            assert "frame-ancestors https://space.example" in page.headers["content-security-policy"]
            assert "x-frame-options" not in page.headers
        other = browser.get("/session")
        assert "frame-ancestors 'none'" in other.headers["content-security-policy"]
        assert other.headers["x-frame-options"] == "DENY"
        forged = browser.post("/password", headers={"sec-fetch-site": "cross-site"})
        assert forged.status_code == 403


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "'self'",
        "space.example",
        "http://space.example",
        "https://a;b",
        "https://a b",
        "https://a/p",
        "https://",
    ],
)
def test_who_may_frame_is_an_origin_or_it_is_said(origin: str) -> None:
    assert checked_origin("https://Space.example:8443/") == "https://space.example:8443"
    with pytest.raises(OriginError):
        checked_origin(origin)


@pytest.mark.parametrize(
    ("mode", "host", "demo"),
    [
        (None, "0.0.0.0", True),
        (SignIn.NONE, "0.0.0.0", False),
        (SignIn.NONE, "192.0.2.1", False),
        (SignIn.NONE, "::", False),
        (SignIn.NONE, "school.example", False),
        (SignIn.ACCOUNTS, "127.0.0.1", True),
    ],
)
def test_nobody_names_themselves_on_an_address_that_others_reach(
    mode: SignIn | None, host: str, *, demo: bool
) -> None:
    with pytest.raises(ModeError):
        sign_in_mode.checked(mode, host, demo=demo)


def test_accounts_are_the_rule_and_the_demo_signs_its_teacher_in_here_alone() -> None:
    assert sign_in_mode.checked(None, "0.0.0.0", demo=False) is SignIn.ACCOUNTS
    assert sign_in_mode.checked(None, "127.0.0.1", demo=True) is SignIn.NONE
    assert sign_in_mode.checked(SignIn.NONE, "localhost", demo=False) is SignIn.NONE


def test_a_browser_that_has_let_somebody_in_is_heard_while_strangers_guess(browser: TestClient) -> None:
    assert enter(browser) == 303
    device = browser.cookies[asker.DEVICE]
    browser.post("/sign-out")
    assert browser.cookies[asker.DEVICE] == device  # it stays, and signs nobody in
    assert browser.get("/session").status_code == 401
    with door() as stranger:
        assert [enter(stranger, "a guess") for _ in range(6)] == [422] * 5 + [429]
        forged = f"{device[:-4]}AAAA"
        stranger.cookies.set(asker.DEVICE, forged)
        assert enter(stranger, PASSWORD) == 429
    assert enter(browser) == 303
