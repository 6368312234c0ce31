"""Signing in, out, being invited, changing a password, and the machine owner's commands for all that."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from dashboard.__main__ import main
from dashboard.provider_sign_in import Vouched, read
from dashboard.services import accounts, invitations, members, permissions, projects, sign_ins
from engine.vocabulary import Role
from tests.dashboard.door_made import PASSWORD, door

pytestmark = pytest.mark.usefixtures("home")

OTHER = "harbour violet kettle nine"


@pytest.fixture
def browser() -> Iterator[TestClient]:
    with door() as client:
        yield client


def who(browser: TestClient) -> str | None:
    answer = browser.get("/session")
    return accounts.name_of(answer.json()["person"]) if answer.status_code == 200 else None


def test_the_first_link_opens_the_server_and_out_is_out(browser: TestClient) -> None:
    link = invitations.first_link()
    assert "look after this server" in browser.get(f"/invitation/{link}").text
    refused = browser.post(f"/invitation/{link}", data={"name": "Asha", "password": "short"})
    assert (refused.status_code, "at least 15" in refused.text) == (422, True)
    assert browser.post(f"/invitation/{link}", data={"name": "Asha", "password": PASSWORD}).status_code == 303
    assert who(browser) == "Asha"
    assert browser.get(f"/invitation/{link}").status_code == 404
    assert browser.post("/sign-out", data={"everywhere": ""}).headers["location"] == "/sign-in?out=1"
    assert who(browser) is None
    assert "You are signed out." in browser.get("/sign-in?out=1").text


def test_somebody_signed_in_takes_an_invitation_up_as_themselves(browser: TestClient) -> None:
    lead, asha = accounts.add("Lead", None), accounts.add("Asha", PASSWORD)
    project = projects.create("Spring")
    members.take_in(project.id, lead.id, Role.INSTRUCTOR)
    link = invitations.invite(project.id, Role.RATER, person_id=lead.id)
    browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD})
    shown = browser.get(f"/invitation/{link}").text
    assert "Lead invites you to" in shown
    assert "Take part as Asha" in shown
    assert browser.post(f"/invitation/{link}", data={"as_me": "1"}).status_code == 303
    assert permissions.role_of(project.id, asha.id) is Role.RATER


def test_a_new_password_keeps_this_browser_and_signs_the_others_out(browser: TestClient) -> None:
    asha = accounts.add("Asha", PASSWORD)
    other = sign_ins.begin(asha.id)
    browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD})
    assert browser.post("/password", data={"old": PASSWORD, "new": "short"}).status_code == 422
    assert browser.post("/password", data={"old": PASSWORD, "new": OTHER}).status_code == 303
    assert who(browser) == "Asha"
    assert sign_ins.look(other) is None


def test_out_everywhere_ends_every_browser(browser: TestClient) -> None:
    asha = accounts.add("Asha", PASSWORD)
    other = sign_ins.begin(asha.id)
    browser.post("/sign-in", data={"name": "Asha", "password": PASSWORD})
    browser.post("/sign-out", data={"everywhere": "1"})
    assert sign_ins.look(other) is None


@pytest.mark.parametrize(("language", "word", "runs"), [("hi", "पासवर्ड", "ltr"), ("ur", "پاس ورڈ", "rtl")])
def test_the_door_speaks_every_language(browser: TestClient, language: str, word: str, runs: str) -> None:
    for shown in (
        browser.get("/sign-in", headers={"accept-language": f"{language}-IN,en;q=0.5"}).text,
        browser.get(f"/sign-in?language={language}").text,
    ):
        assert word in shown
        assert f'<html lang="{language}" dir="{runs}">' in shown
    refused = browser.post("/sign-in", data={"name": "A", "password": "b", "language": language}).text
    assert 'role="alert"' in refused
    assert "do not fit" not in refused


def test_a_form_that_is_too_large_or_of_another_kind_is_refused(browser: TestClient) -> None:
    assert browser.post("/sign-in", data={"name": "a" * 20_000}).status_code == 413
    assert browser.post("/sign-in", content=b"", headers={"content-length": "-1"}).status_code in (400, 413)
    assert browser.post("/sign-in", json={"name": "Asha"}).status_code == 422


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"iss": "https://id.example", "sub": "7", "origin": "https://here.example"},
        {"iss": "https://id.example", "sub": "7", "is_logged_in": True, "origin": "https://there.example"},
        {"iss": "", "sub": "7", "is_logged_in": True, "origin": "https://here.example"},
        {"iss": "https://id.example", "sub": 7, "is_logged_in": True, "origin": "https://here.example"},
        {
            "iss": "https://id.example",
            "sub": "7" * 300,
            "is_logged_in": True,
            "origin": "https://here.example",
        },
    ],
)
def test_a_provider_that_names_nobody_vouches_for_nobody(said: object) -> None:
    assert read(said, origin="https://here.example") is None


def test_a_provider_vouches_for_whom_was_invited_and_for_nobody_by_their_name() -> None:
    said = {
        "iss": "https://id.example",
        "sub": "7",
        "name": "Asha",
        "is_logged_in": True,
        "origin": "https://h",
    }
    found = read(said, origin="https://h")
    assert found == Vouched("https://id.example", "7", "Asha")
    accounts.add("Asha", PASSWORD)
    assert accounts.sign_in_vouched(issuer=found.issuer, subject=found.subject) is None
    link = invitations.first_link()
    assert link
    person = invitations.accept_vouched(link, "Asha Rao", issuer=found.issuer, subject=found.subject)
    cookie = accounts.sign_in_vouched(issuer=found.issuer, subject=found.subject)
    seen = sign_ins.look(cookie)
    assert seen is not None
    assert seen.person_id == person.id
    assert accounts.sign_in_vouched(issuer="https://other.example", subject=found.subject) is None
    accounts.disable("Asha Rao")
    assert accounts.sign_in_vouched(issuer=found.issuer, subject=found.subject) is None


def test_the_owner_makes_lists_and_closes_accounts_and_no_password_is_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    projects.create("Spring")

    def run(*words: str, piped: str = "") -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(piped))
        return main(["users", *words])

    assert run("add", "Asha", "--admin", "--project", "Spring", "--role", "admin", piped=PASSWORD + "\n") == 0
    assert run("add", "asha", piped=OTHER + "\n") == 2
    assert run("add", "Bela", piped="short\n") == 2
    assert run("add", "Bela") == 2
    assert run("passwd", "Nobody", piped=OTHER + "\n") == 2
    cookie = accounts.sign_in("Asha", PASSWORD, address="192.0.2.1")
    assert run("passwd", "Asha", piped=OTHER + "\n") == 0
    assert sign_ins.look(cookie) is None
    cookie = accounts.sign_in("Asha", OTHER, address="192.0.2.1")
    assert run("disable", "Asha") == 0
    assert sign_ins.look(cookie) is None
    capsys.readouterr()
    assert run("list", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["admin"], listed["disabled_at"] is None) == ("Asha", True, False)
    assert run("enable", "Asha") == 0
    assert run("disable", "Nobody") == 2
    assert "Nobody" in capsys.readouterr().err
