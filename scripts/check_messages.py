"""Check the message catalogues against each other and against the code: ``python -m scripts.check_messages``.

Prints one line for each message that a language lacks, that has other places or plural forms than the
English one, that code asks for and no catalogue has, or that nothing asks for; exit status 1 if any.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Final

from dashboard.services import messages

ROOT: Final = Path(__file__).resolve().parent.parent / "dashboard"
FORMS: Final = ("zero", "one", "two", "few", "many", "other")
"""CLDR's names of plural forms."""
ANY: Final = r"[\w.]+"
"""What an f-string's place may stand for in a key."""


def places(wording: str) -> frozenset[str]:
    """The names of the places in a message, with how they are written (``n:,``)."""
    return frozenset(name for _, name, _, _ in Formatter().parse(wording) if name)


def stem(key: str) -> str:
    """A key without the plural form at its end."""
    head, _, last = key.rpartition(".")
    return head if last in FORMS and head else key


def against_english(language: str) -> Iterator[str]:
    """What a catalogue lacks, has too much, or says with other places."""
    english, other = messages.catalogue().messages, messages.catalogue(language)
    forms = {str(form) for form in other.locale.plural_form.tags} | {"other"}
    for key, wording in english.items():
        if key in other.messages:
            if places(other.messages[key]) != places(wording):
                yield f"{language}: {key} has the places {_listed(places(other.messages[key]))}, not " + (
                    _listed(places(wording))
                )
        elif stem(key) == key or key.rpartition(".")[2] in forms:
            yield f"{language}: {key} is missing ({wording})"
    for key in sorted(other.messages.keys() - english.keys()):
        if stem(key) == key or f"{stem(key)}.other" not in english:
            yield f"{language}: {key} is in no English catalogue"


def against_code() -> Iterator[str]:
    """What code asks for and English lacks, and what nothing asks for."""
    known = set(messages.catalogue().messages)
    stems = {stem(key) for key in known}
    asked = Asked()
    for path in sorted(ROOT.rglob("*.py")):
        asked.read_code(ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted(ROOT.rglob("*.j2")):
        asked.read_template(path.read_text(encoding="utf-8"))
    for key in sorted(asked.said - stems - known):
        yield f"en: {key} is asked for and missing"
    composed = re.compile("|".join(sorted(asked.patterns)) or "(?!)")
    for key in sorted(known):
        is_named = {key, stem(key)} & (asked.named | asked.said) or key.rpartition(".")[0] in asked.parts
        if not (is_named or composed.fullmatch(key) or composed.fullmatch(stem(key))):
            yield f"en: nothing asks for {key}"


@dataclass(slots=True)
class Asked:
    """What the sources ask for.

    Attributes
    ----------
    said : set of str
        Keys named outright where a message is said.
    named : set of str
        Every other text that stands in the code: keys are also kept in constants and tables.
    patterns : set of str
        Regular expressions of keys that are put together.
    parts : set of str
        Prefixes whose messages are taken all at once.
    """

    said: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)

    def read_code(self, tree: ast.Module) -> None:
        """Add what a Python file asks for."""
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else ANY
                    for piece in node.values
                )
                if re.search(r"\w\\\.", pattern):  # a first word and a dot at the least, as keys have
                    self.patterns.add(pattern)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.named.add(node.value)
            elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
                if name in ("say", "part"):
                    (self.said if name == "say" else self.parts).add(str(node.args[0].value))
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "worded":
                key = node.args[1] if len(node.args) > 1 else None
                if isinstance(key, ast.Constant):
                    self.said.add(str(key.value))

    def read_template(self, text: str) -> None:
        """Add what a Jinja template asks for."""
        for key, joined in re.findall(r"""say\(["']([\w.]+)["'](\s*~)?""", text):
            if joined:
                self.patterns.add(re.escape(key) + ANY)
            else:
                self.said.add(key)
        self.named.update(re.findall(r"""["']([\w.]+)["']""", text))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def main() -> int:
    """Print every problem; 1 if there is one."""
    found = [*against_code()]
    for language in messages.languages():
        found += against_english(language)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
