"""Guessing is slow and ends, whoever guesses from wherever; nobody is kept out by the guesses of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.services import accounts, known_devices, sign_ins, throttle
from dashboard.services.accounts import SignInError
from dashboard.services.throttle import TooManyTriesError, Try
from db import session
from db.records import PersonRecord

pytestmark = pytest.mark.usefixtures("home", "quick_hashes")

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PASSWORD = "mangrove ladder quietly seven"
OTHER = "harbour violet kettle nine"
HOME = "192.0.2.7"
SCHOOL = "198.51.100.1"


@pytest.fixture
def asha(quick_hashes: None) -> PersonRecord:  # noqa: ARG001 before it
    return accounts.add("Asha", PASSWORD)


def enter(
    password: str = PASSWORD,
    at: datetime = NOW,
    address: str = HOME,
    *,
    name: str = "Asha",
    device: str | None = None,
) -> str:
    return accounts.sign_in(name, password, address=address, device=device, at=at)


def heard(attempt: Try, at: datetime) -> bool:
    """Whether a wrong try is looked at."""
    try:
        throttle.count(attempt, at=at)
    except TooManyTriesError:
        return False
    return True


def strangers(name: str = "asha") -> Iterator[Try]:
    """Tries of a name from ever another address."""
    for number in range(110):
        yield Try(name, f"2001:db8:{number:x}::1", has_account=True)


def shut_to_strangers(at: datetime = NOW) -> int:
    """Have strangers guess until they are not heard any more; how often they were."""
    return sum(heard(attempt, at) for attempt in strangers())


def waited(error: TooManyTriesError) -> int:
    return int("".join(filter(str.isdigit, str(error))))


@pytest.mark.usefixtures("asha")
@pytest.mark.parametrize("name", ["Asha", "Nobody"])
def test_guessing_gets_slower_for_a_name_known_or_not_and_a_restart_forgets_nothing(name: str) -> None:
    moment, waits = NOW, []
    while len(waits) < 12:
        try:
            enter("wrong", moment, name=name)
        except TooManyTriesError as error:
            waits.append(waited(error))
            moment += timedelta(seconds=waits[-1])
        except SignInError:
            session.close()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert heard(Try(name.lower(), SCHOOL), moment)  # elsewhere nobody waits for it


@pytest.mark.usefixtures("asha")
def test_who_gets_in_starts_anew_and_waits_fade() -> None:
    for _ in range(5):
        with pytest.raises(SignInError):
            enter("wrong")
    with pytest.raises(TooManyTriesError):
        enter()
    assert enter(at=NOW + timedelta(seconds=1))
    for _ in range(5):
        with pytest.raises(SignInError):
            enter("wrong", NOW + timedelta(seconds=1))
    later = NOW + timedelta(hours=6)
    for _ in range(5):  # one failure was forgiven an hour
        assert heard(Try("asha", HOME), later)
    assert not heard(Try("asha", HOME), later)


@pytest.mark.usefixtures("asha")
def test_tries_count_before_they_are_looked_at() -> None:
    for _ in range(5):
        throttle.count(Try("asha", HOME), at=NOW)
    with pytest.raises(TooManyTriesError):
        enter()


def test_however_many_addresses_and_browsers_guess_a_name_is_heard_100_times_in_a_row(
    asha: PersonRecord,
) -> None:
    assert shut_to_strangers() == throttle.MOST_OF_STRANGERS
    moment = NOW + 400 * DAY  # no patience helps
    assert shut_to_strangers(moment) == 0
    tries = 0
    for number in range(60):
        known = known_devices.name_of(known_devices.remembered(None, asha.id), asha.id)
        assert known
        attempt = Try("asha", f"203.0.113.{number}", known, has_account=True)
        tries += heard(attempt, moment + number * DAY)
    assert throttle.MOST_OF_STRANGERS + tries == throttle.MOST_IN_A_ROW == 100
    with pytest.raises(TooManyTriesError, match="another password"):
        enter(at=moment + 100 * DAY, device=known_devices.remembered(None, asha.id))
    accounts.set_password("Asha", OTHER, at=moment)
    assert enter(OTHER, moment + 100 * DAY)


def test_patience_from_one_address_gets_no_more_tries_of_a_name() -> None:
    attempt = Try("asha", HOME, has_account=True)
    guesses = (heard(attempt, NOW + number * timedelta(minutes=16)) for number in range(110))
    assert sum(guesses) == throttle.MOST_OF_STRANGERS


def test_an_unknown_name_is_shut_as_a_known_one_is() -> None:
    tries = (replace(attempt, has_account=False) for attempt in strangers("nobody"))
    assert sum(heard(attempt, NOW) for attempt in tries) == throttle.MOST_OF_STRANGERS


def test_strangers_do_not_keep_the_owner_out_where_they_have_signed_in_before(asha: PersonRecord) -> None:
    device = known_devices.remembered(None, asha.id)
    for number in range(3):  # a new crowd of guessers each day, and guessers behind the owner's own address
        moment = NOW + number * DAY
        assert shut_to_strangers(moment) == throttle.MOST_OF_STRANGERS
        with suppress(TooManyTriesError):
            throttle.count(Try("asha", HOME, has_account=True), at=moment)
        with pytest.raises(TooManyTriesError):
            enter(at=moment)
        with pytest.raises(SignInError):  # they may mistype too
            enter("wrong", moment, device=device)
        assert sign_ins.look(enter(at=moment, device=device), at=moment)


def test_the_owner_who_got_in_where_they_are_known_gets_in_elsewhere_again(asha: PersonRecord) -> None:
    device = known_devices.remembered(None, asha.id)
    shut_to_strangers()
    with pytest.raises(TooManyTriesError, match="signed in before"):
        enter(address=SCHOOL)
    enter(device=device)
    assert enter(address=SCHOOL)


def test_wrong_guesses_by_a_known_browser_slow_that_browser_alone(asha: PersonRecord) -> None:
    lost, kept = (known_devices.remembered(None, asha.id) for _ in range(2))
    for _ in range(5):
        with pytest.raises(SignInError):
            enter("wrong", device=lost)
    with pytest.raises(TooManyTriesError):
        enter(device=lost)
    assert enter(device=kept)


def test_a_forgetful_person_does_not_keep_a_school_behind_one_address_waiting() -> None:
    moment, tries = NOW, 0
    while moment < NOW + DAY / 2:  # as fast as they are heard, half a day
        tries += heard(Try("forgetful", SCHOOL, has_account=True), moment)
        for number in range(4):
            assert heard(Try(f"pupil {number} {moment}", SCHOOL, has_account=True), moment)
        moment += timedelta(minutes=15)
    assert tries >= 40


@pytest.mark.usefixtures("asha")
def test_one_address_tries_few_names_and_keeps_only_browsers_without_a_past_waiting_seconds() -> None:
    names = (Try(f"name {number}", SCHOOL) for number in range(130))
    assert sum(heard(attempt, NOW) for attempt in names) == throttle.ADDRESS_HOLDS
    with pytest.raises(TooManyTriesError) as held:
        enter(address=SCHOOL)
    assert waited(held.value) <= throttle.ADDRESS_REFILLS.total_seconds()
    asha = accounts.required("Asha")
    assert enter(address=SCHOOL, device=known_devices.remembered(None, asha.id))
    assert enter(address=HOME)
    patient = (Try(f"name {number}", SCHOOL) for number in range(300))
    tries = sum(
        heard(attempt, NOW + number * timedelta(seconds=10)) for number, attempt in enumerate(patient, 1)
    )
    assert tries <= timedelta(seconds=3_000) / throttle.ADDRESS_REFILLS


@pytest.mark.usefixtures("asha")
def test_an_address_of_ipv6_is_a_household() -> None:
    for number in range(throttle.ADDRESS_HOLDS):
        assert heard(Try(f"name {number}", f"2001:db8::{number:x}"), NOW)
    assert not heard(Try("asha", "2001:db8::ffff"), NOW)
    assert heard(Try("asha", "2001:db9::1"), NOW)


def test_clocks_that_were_ahead_keep_nobody_waiting() -> None:
    ahead = NOW + 4000 * DAY
    for number in range(throttle.ADDRESS_HOLDS):
        assert heard(Try(f"name {number}", SCHOOL), ahead)
    for _ in range(5):
        assert heard(Try("asha", HOME), ahead)
    assert heard(Try("asha", HOME), NOW)
    with pytest.raises(TooManyTriesError) as held:
        throttle.count(Try("asha", SCHOOL), at=NOW)
    assert waited(held.value) <= throttle.ADDRESS_REFILLS.total_seconds()


def test_a_browser_is_known_to_those_it_let_in_and_to_nobody_by_a_forged_cookie(asha: PersonRecord) -> None:
    bela = accounts.add("Bela", OTHER)
    shared = known_devices.remembered(known_devices.remembered(None, asha.id), bela.id)
    names = {known_devices.name_of(shared, person.id) for person in (asha, bela)}
    assert None not in names
    assert len(names) == 2
    again = known_devices.remembered(shared, asha.id)
    assert {known_devices.name_of(again, person.id) for person in (asha, bela)} == names
    assert known_devices.name_of(shared, 999) is None
    head, _, sign = shared.rpartition(".")
    for forged in (None, "", "nonsense", head, head + "." + sign[::-1], shared + "x", "ü"):
        assert known_devices.name_of(forged, asha.id) is None
    for person_id in range(1000, 1030):  # a cookie has its limits
        shared = known_devices.remembered(shared, person_id)
    assert len(shared) < 2_000
    assert known_devices.name_of(shared, asha.id) is None
