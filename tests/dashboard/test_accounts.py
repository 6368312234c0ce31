"""Who gets in: passwords, tries, cookies that rotate, and links that are good once."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.services import (
    accounts,
    invitations,
    members,
    passwords,
    permissions,
    projects,
    sign_ins,
)
from dashboard.services.accounts import AccountError, SignInError
from dashboard.services.invitations import InvitationError
from dashboard.services.passwords import PasswordError
from dashboard.services.permissions import NotAllowedError
from db import audit, people, session
from db.errors import RefusedValueError
from db.records import PersonRecord, ProjectRecord
from engine.vocabulary import Role

pytestmark = pytest.mark.usefixtures("home", "quick_hashes")

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
PASSWORD = "mangrove ladder quietly seven"
ADDRESS = "192.0.2.7"


@pytest.fixture
def asha(quick_hashes: None) -> PersonRecord:  # noqa: ARG001 before it
    return accounts.add("Asha", PASSWORD)


@pytest.fixture
def led(asha: PersonRecord) -> ProjectRecord:
    project = projects.create("Spring class", is_class=True)
    members.take_in(project.id, asha.id, Role.INSTRUCTOR)
    return project


def enter(name: str = "Asha", password: str = PASSWORD, at: datetime = NOW, address: str = ADDRESS) -> str:
    return accounts.sign_in(name, password, address=address, at=at)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("rU7!xQ", "at least 15"),
        ("x" * 257, "at most 256"),
        ("passwordpassword", "tried first"),
        ("aaaaaaaaaaaaaaaaaaaa", "tried first"),
        ("abababababababababab", "tried first"),
        ("123456789012345", "tried first"),
        ("AshaAshaAshaAsha1", "tried first"),
        ("qwertyuiopasdfghjkl", "tried first"),
    ],
)
def test_a_password_that_is_short_or_guessed_early_is_not_taken(password: str, sentence: str) -> None:
    with pytest.raises(PasswordError, match=sentence):
        passwords.checked(password, about=("Asha",))


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "नीली नदी के पार सात दीये",
        "دریا کے پار سات نیلے چراغ",
        "x7#" * 3 + "Kd ö!pq",
        "q" + "zw v" * 63,
    ],
)
def test_a_long_password_of_any_characters_is_taken(password: str) -> None:
    stored = passwords.hashed(passwords.checked(password))
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, password)
    assert not passwords.fits(stored, password + "x")


@pytest.mark.parametrize("password", ["4@8({[</369&#!1/|0$5+7%2" * 3, "1!|7+({[" * 9])
def test_a_password_of_many_signs_is_judged_without_keeping_a_processor_busy(password: str) -> None:
    begun = time.process_time()
    with suppress(PasswordError):
        passwords.checked(password)
    assert time.process_time() - begun < 5  # half a second; each way to read all of them takes twenty


def test_a_password_is_the_same_however_it_is_typed() -> None:
    stored = passwords.hashed("Straße übern Fluß ﬁnden")
    assert passwords.fits(stored, "Straße übern Fluß finden")


def test_a_name_gets_in_whatever_its_case_and_a_wrong_one_is_told_nothing(asha: PersonRecord) -> None:
    seen = sign_ins.look(enter(" aSHA "), at=NOW)
    assert seen is not None
    assert seen.person_id == asha.id
    accounts.add("Bela", None)
    accounts.add("Chand", PASSWORD)
    accounts.disable("Chand")
    said = set()
    for name, password in (("Asha", "wrong"), ("Nobody", PASSWORD), ("Bela", ""), ("Chand", PASSWORD)):
        with pytest.raises(SignInError) as caught:
            enter(name, password)
        said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.usefixtures("asha")
def test_an_unknown_name_takes_as_many_hashes_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    real = passwords._hasher

    class Counting:
        def verify(self, stored: str, given: str) -> bool:
            verified.append(stored)
            return real.verify(stored, given)

        hash = staticmethod(real.hash)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    for name in ("Asha", "Nobody"):
        with pytest.raises(SignInError):
            enter(name, "wrong")
    assert len(verified) == 2
    assert len({stored.rpartition("$")[0].rpartition("$")[0] for stored in verified}) == 1


@pytest.mark.usefixtures("asha")
def test_a_clock_put_back_shuts_nobody_out_for_long() -> None:
    for _ in range(5):
        with pytest.raises(SignInError):
            enter("Asha", "wrong")
    assert enter("Asha", PASSWORD, NOW - timedelta(days=400))


def test_a_clock_that_was_ahead_leaves_nobody_signed_in_for_years(asha: PersonRecord) -> None:
    ahead = sign_ins.begin(asha.id, at=NOW + timedelta(days=400))
    assert sign_ins.look(ahead, at=NOW) is None
    assert sign_ins.look(sign_ins.begin(asha.id, at=NOW), at=NOW) is not None


@pytest.mark.usefixtures("asha")
def test_a_clock_put_back_keeps_people_signed_in_and_a_replaced_secret_ends_all_the_same() -> None:
    old = enter()
    seen = sign_ins.look(old, at=NOW - timedelta(hours=3))
    assert seen is not None
    assert seen.cookie is not None  # secrets go on being replaced
    assert sign_ins.look(seen.cookie, at=NOW, may_rotate=False) is not None
    assert sign_ins.look(old, at=NOW - timedelta(hours=3)) is None  # long under way, by either clock


@pytest.mark.usefixtures("asha")
def test_a_cookie_is_replaced_and_a_copy_of_the_old_one_ends_the_sign_in() -> None:
    old = enter()
    later = NOW + timedelta(minutes=16)
    seen = sign_ins.look(old, at=later)
    assert seen is not None
    assert seen.cookie is not None
    assert sign_ins.look(old, at=later + timedelta(minutes=40)) is not None  # the new one got lost: no harm
    taken_up = later + timedelta(minutes=41)
    assert sign_ins.look(seen.cookie, at=taken_up, may_rotate=False) is not None
    assert sign_ins.look(old, at=taken_up + timedelta(seconds=30)) is not None  # was under way
    assert sign_ins.look(seen.cookie, at=taken_up + timedelta(minutes=2), may_rotate=False) is not None
    assert sign_ins.look(old, at=taken_up + timedelta(minutes=2)) is None
    assert sign_ins.look(seen.cookie, at=taken_up + timedelta(minutes=2)) is None
    with session.reading() as reading:
        assert audit.list_page(reading).items[0].action == "sign_in.copied"


@pytest.mark.usefixtures("asha")
def test_no_cookie_but_one_made_here_gets_in() -> None:
    cookie = enter()
    head, _, sign = cookie.rpartition(".")
    for forged in (None, "", "nonsense", head, head + "." + sign[::-1], "x." + sign, cookie + "x", "ü"):
        assert sign_ins.look(forged, at=NOW) is None
    assert sign_ins.look(cookie, at=NOW) is not None


def test_a_sign_in_ends_by_itself_by_hand_and_with_the_account(asha: PersonRecord) -> None:
    for moment in (NOW + timedelta(days=8), NOW + timedelta(days=31)):
        assert sign_ins.look(enter(), at=moment) is None
    cookie = enter()
    ended = sign_ins.id_in(cookie)
    assert ended is not None
    sign_ins.end(ended, at=NOW)
    assert sign_ins.look(cookie, at=NOW) is None
    cookies = [enter(), enter()]
    sign_ins.end_everywhere(asha.id, at=NOW)
    assert [sign_ins.look(each, at=NOW) for each in cookies] == [None, None]
    cookie = enter()
    accounts.disable("asha", at=NOW)
    assert sign_ins.look(cookie, at=NOW) is None
    accounts.enable("asha")
    assert sign_ins.look(cookie, at=NOW) is None
    cookie = enter()
    accounts.set_password("Asha", "harbour violet kettle nine", at=NOW)
    assert sign_ins.look(cookie, at=NOW) is None


@pytest.mark.sqlite
@pytest.mark.usefixtures("asha")
def test_of_a_password_and_a_cookie_nothing_is_kept_but_hashes(home: object) -> None:
    cookie = enter()
    token = sign_ins._parts(cookie)
    assert token is not None
    invited = invitations.first_link(at=NOW)
    session.close()
    stored = b"".join(path.read_bytes() for path in home.glob("dailies.db*"))  # type: ignore[attr-defined]
    for secret in (PASSWORD, token[1], invited or ""):
        assert secret.encode() not in stored


def test_ones_own_password_takes_the_old_one_and_keeps_this_browser_alone(asha: PersonRecord) -> None:
    other = enter()
    with pytest.raises(SignInError):
        accounts.change_own(asha.id, "wrong", "harbour violet kettle nine", address=ADDRESS, at=NOW)
    kept = accounts.change_own(asha.id, PASSWORD, "harbour violet kettle nine", address=ADDRESS, at=NOW)
    assert sign_ins.look(other, at=NOW) is None
    assert sign_ins.look(kept, at=NOW) is not None


def test_the_first_link_makes_one_admin_once_and_only_the_newest_is_good() -> None:
    stale, link = invitations.first_link(at=NOW), invitations.first_link(at=NOW)
    assert stale is not None
    assert link is not None
    with pytest.raises(InvitationError):
        invitations.accept(stale, "Asha", PASSWORD, at=NOW)
    with pytest.raises(InvitationError):
        invitations.accept(link, "Asha", PASSWORD, at=NOW + timedelta(hours=25))
    with pytest.raises(PasswordError):
        invitations.accept(link, "Asha", "short", at=NOW)
    cookie = invitations.accept(link, "Asha", PASSWORD, at=NOW)
    seen = sign_ins.look(cookie, at=NOW)
    assert seen is not None
    with session.reading() as reading:
        assert accounts.is_admin(reading, seen.person_id)
    assert invitations.first_link(at=NOW) is None
    with pytest.raises(InvitationError):
        invitations.accept(link, "Bela", PASSWORD, at=NOW)


def test_an_invitation_gives_its_part_once_and_only_as_far_as_its_maker_reaches(
    asha: PersonRecord, led: ProjectRecord
) -> None:
    link = invitations.invite(led.id, Role.STUDENT, person_id=asha.id, at=NOW)
    assert invitations.look(link, at=NOW).project == "Spring class"
    with pytest.raises(AccountError, match="called that already"):
        invitations.accept(link, "ASHA", PASSWORD, at=NOW)
    seen = sign_ins.look(invitations.accept(link, "Bela", PASSWORD, at=NOW), at=NOW)
    assert seen is not None
    assert permissions.role_of(led.id, seen.person_id) is Role.STUDENT
    with pytest.raises(InvitationError):
        invitations.accept_as(link, asha.id, at=NOW)
    with pytest.raises(NotAllowedError):
        invitations.invite(led.id, Role.STUDENT, person_id=seen.person_id, at=NOW)
    with pytest.raises(NotAllowedError):
        invitations.invite(led.id, Role.ADMIN, person_id=asha.id, at=NOW)
    with pytest.raises(RefusedValueError):
        invitations.invite(led.id, Role.STUDENT, person_id=asha.id, lasts=timedelta(days=999), at=NOW)


def test_a_link_is_worth_nothing_once_withdrawn_or_its_maker_gone(
    asha: PersonRecord, led: ProjectRecord
) -> None:
    links = [invitations.invite(led.id, Role.STUDENT, person_id=asha.id, at=NOW) for _ in range(2)]
    newest = invitations.listing(led.id, person_id=asha.id, at=NOW)[0]
    invitations.withdraw(newest.id, person_id=asha.id)
    with pytest.raises(InvitationError):
        invitations.look(links[1], at=NOW)
    invitations.look(links[0], at=NOW)
    accounts.disable("Asha", at=NOW)
    with pytest.raises(InvitationError):
        invitations.look(links[0], at=NOW)


def test_a_link_for_one_person_is_theirs_and_lowers_nobody(asha: PersonRecord, led: ProjectRecord) -> None:
    with session.writing() as writing:
        bela = people.get_or_create(writing, "Bela")
        people.join(writing, led.id, bela.id, Role.STUDENT)
    assert invitations.invitable(led.id, person_id=asha.id) == (bela,)
    link = invitations.invite(led.id, Role.STUDENT, person_id=asha.id, member_id=bela.id, at=NOW)
    with pytest.raises(InvitationError):
        invitations.accept_as(link, asha.id, at=NOW)
    seen = sign_ins.look(invitations.accept(link, "Somebody else", PASSWORD, at=NOW), at=NOW)
    assert seen is not None
    assert seen.person_id == bela.id
    anybodys = invitations.invite(led.id, Role.STUDENT, person_id=asha.id, at=NOW)
    invitations.accept_as(anybodys, asha.id, at=NOW)
    assert permissions.role_of(led.id, asha.id) is Role.INSTRUCTOR


def test_nobody_is_let_into_a_name_by_whoever_leads_only_one_of_their_projects(
    asha: PersonRecord, led: ProjectRecord
) -> None:
    other = projects.create("The head's")
    with session.writing() as writing:
        head = people.get_or_create(writing, "The head")
        people.join(writing, led.id, head.id, Role.STUDENT)  # as a teacher's list of names would
    link = invitations.invite(led.id, Role.STUDENT, person_id=asha.id, member_id=head.id, at=NOW)
    members.take_in(other.id, head.id, Role.INSTRUCTOR)
    assert invitations.invitable(led.id, person_id=asha.id) == ()
    with pytest.raises(RefusedValueError):
        invitations.invite(led.id, Role.STUDENT, person_id=asha.id, member_id=head.id, at=NOW)
    with pytest.raises(InvitationError):
        invitations.accept(link, "", PASSWORD, at=NOW)
