"""Every sentence a person reads, by key, from one catalogue per language.

A catalogue is a folder in ``dashboard/locale`` named for its language; its JSON files, one per part of
the application, are read as one. Keys are dotted paths; a value is a sentence with named places
(``"{n} clips"``) or, where a number decides the wording, an object of the language's plural forms by
their CLDR names (``one``, ``other``). A language that lacks a message has no other to fall back on:
every catalogue holds every message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel import Locale
from babel.numbers import format_decimal

from engine.errors import UnknownNameError

FOLDER: Final = Path(__file__).resolve().parent.parent / "locale"
DEFAULT_LANGUAGE: Final = "en"
ISOLATED: Final = "\u2066"
ISOLATED_END: Final = "\u2069"
"""Unicode's left-to-right isolate and its end (UAX #9)."""
GROUPED: Final = ","
"""A place written ``{n:,}`` holds a number with its thousands set apart as the language does."""
MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+!$:~|^=-])")
_spoken: ContextVar[str | None] = ContextVar("dailies_language", default=None)
_elsewhere: list[Callable[[], str | None]] = []


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages of one language.

    Attributes
    ----------
    language : str
        ISO 639-1 code, the folder's name.
    messages : dict of str to str
        By dotted key; plural forms end in their CLDR names, such as ``.one`` and ``.other``.
    """

    language: str
    messages: dict[str, str]

    @property
    def locale(self) -> Locale:
        """What CLDR knows of the language: plurals, numbers, dates, direction."""
        return Locale.parse(self.language)

    @property
    def direction(self) -> str:
        """``"rtl"`` or ``"ltr"``."""
        return direction_of(self.language)

    def say(self, key: str, **values: object) -> str:
        """The message of ``key`` with its places filled; a count ``n`` chooses the plural form.

        Raises
        ------
        UnknownNameError
            If the catalogue has no such message, or a place is left without a value.
        """
        wording = self.messages.get(key)
        if wording is None and "n" in values:
            wording = self.messages.get(f"{key}.{self.locale.plural_form(Decimal(str(values['n'])))}")
        if wording is None:
            raise UnknownNameError(f"The catalogue {self.language!r} has no message {key!r}; add it.")
        try:
            return _Places(self.locale).vformat(wording, (), values) if values else wording
        except KeyError as missing:
            raise UnknownNameError(f"The message {key!r} needs a value for {missing}.") from None

    def part(self, prefix: str) -> dict[str, str]:
        """All messages directly under ``prefix``, by the last word of their key."""
        start = prefix + "."
        return {
            key.removeprefix(start): wording
            for key, wording in self.messages.items()
            if key.startswith(start) and "." not in key.removeprefix(start)
        }


@lru_cache
def catalogue(language: str = DEFAULT_LANGUAGE) -> Catalogue:
    """Read the catalogue of ``language``.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if language not in languages():
        raise UnknownNameError(
            f"There is no catalogue for {language!r}; use one of {', '.join(languages())}."
        )
    messages: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.json")):
        content = _flat(json.loads(path.read_text(encoding="utf-8")))
        twice = messages.keys() & content.keys()
        if twice:
            raise UnknownNameError(
                f"{path.name} of {language!r} has the message {min(twice)!r} a second time; remove one."
            )
        messages |= content
    return Catalogue(language=language, messages=messages)


def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, in alphabetical order."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def nearest(wanted: object) -> str:
    """The shipped language nearest to what a browser asks for, such as ``"hi"`` for ``"hi-IN,en;q=0.8"``."""
    named = wanted if isinstance(wanted, str) else ""
    language = re.split("[-,;]", named, maxsplit=1)[0].strip().lower()
    return language if language in languages() else DEFAULT_LANGUAGE


def own_name(language: str) -> str:
    """What a language calls itself, for the list to choose from."""
    return str(Locale.parse(language).get_display_name() or language)


def speak(language: str) -> None:
    """Choose the language of :func:`say` for the rest of this run of a page."""
    _spoken.set(catalogue(language).language)


def remember_by(recall: Callable[[], str | None]) -> None:
    """Ask ``recall`` for the language where nothing was chosen in this run of a page.

    Callbacks and fragments that refresh themselves run without the frame, which calls :func:`speak`.
    """
    _elsewhere[:] = [recall]


def spoken() -> str:
    """The language chosen by :func:`speak`, else the one remembered, else English."""
    chosen = _spoken.get()
    return chosen or next((found for recall in _elsewhere if (found := recall())), DEFAULT_LANGUAGE)


def say(key: str, **values: object) -> str:
    """The message of ``key`` in the language chosen by :func:`speak`; see :meth:`Catalogue.say`."""
    return catalogue(spoken()).say(key, **values)


def plain(text: str) -> str:
    """``text`` that somebody typed, to stand in a message read as Markdown and mean only itself."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def signed(value: float) -> str:
    """A gap or threshold with its sign and two places, minus as −.

    Between words that run from the right the sign would slip behind the number; isolated, it stays.
    """
    number = f"{value:+.2f}".replace("-", "−")
    return f"{ISOLATED}{number}{ISOLATED_END}" if direction() == "rtl" else number


def part(prefix: str) -> dict[str, str]:
    """The messages under ``prefix`` in the language chosen by :func:`speak`."""
    return catalogue(spoken()).part(prefix)


def direction() -> str:
    """The writing direction of the language chosen by :func:`speak`."""
    return catalogue(spoken()).direction


class _Places(Formatter):
    """Fills the places of a message as ``str.format`` does, thousands as the language sets them apart."""

    def __init__(self, locale: Locale) -> None:
        super().__init__()
        self.locale = locale

    def format_field(self, value: Any, format_spec: str) -> str:  # a place takes a value of any kind
        if format_spec == GROUPED:
            return format_decimal(value, locale=self.locale)
        return str(super().format_field(value, format_spec))


def direction_of(language: str) -> str:
    """The writing direction of any language, ``"rtl"`` or ``"ltr"``."""
    return "rtl" if Locale.parse(language).text_direction == "rtl" else "ltr"


def _flat(content: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = str(value)
    return flat
