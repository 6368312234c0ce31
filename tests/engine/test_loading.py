"""What is loaded is not looked through for garbage; what comes after is."""

from __future__ import annotations

import gc

import pytest

from engine.loading import unswept


@pytest.fixture(autouse=True)
def _as_it_was() -> object:
    yield
    gc.unfreeze()
    gc.enable()


def test_nobody_looks_for_garbage_while_things_are_loaded() -> None:
    with unswept():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_loaded_is_not_looked_through_again() -> None:
    before = gc.get_freeze_count()
    with unswept():
        kept = [[] for _ in range(100)]
    assert gc.get_freeze_count() >= before + len(kept)


def test_who_had_turned_it_off_finds_it_off() -> None:
    gc.disable()
    with unswept():
        pass
    assert not gc.isenabled()


def test_an_error_leaves_it_on() -> None:
    with pytest.raises(KeyError), unswept():
        raise KeyError
    assert gc.isenabled()
