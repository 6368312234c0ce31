"""XML written as it comes, by the standard library; texts that XML cannot hold are mended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from xml.sax.saxutils import XMLGenerator

FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (fifth edition, production 2)."""

REPLACEMENT: Final = "\ufffd"


class XmlFile:
    """An XML file in UTF-8 being written.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8", newline="\n")
        self._made = XMLGenerator(self._file, encoding="utf-8", short_empty_elements=True)
        self._made.startDocument()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.write("\n")
        self._file.close()

    @contextmanager
    def element(
        self, name: str, attributes: Mapping[str, str] | None = None, text: str = ""
    ) -> Iterator[None]:
        """An element; what is written in the block stands in it."""
        self._made.startElement(name, {key: mended(value) for key, value in (attributes or {}).items()})
        if text:
            self._made.characters(mended(text))
        yield
        self._made.endElement(name)
        self._made.ignorableWhitespace("\n")

    def leaf(self, name: str, attributes: Mapping[str, str] | None = None, text: str = "") -> None:
        """An element without others in it."""
        with self.element(name, attributes, text):
            pass


def mended(text: str) -> str:
    """A text with every sign that XML cannot hold replaced."""
    return FORBIDDEN.sub(REPLACEMENT, text)
