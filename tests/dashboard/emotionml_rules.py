"""A reader of EmotionML 1.0 that shares nothing with the writer: it knows the recommendation alone.

Rules are those of the W3C Recommendation of 22 May 2014 that bear on documents as Dailies writes them, each
with its section. The order of parts is that of the published schema (``emotionml.xsd``,
``emotionml-fragments.xsd``), which is not in this repository; where ``EMOTIONML_XSD`` names a folder that
holds it and the package xmlschema is installed, ``test_export_readers.py`` validates against it too.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

SPACE = "{http://www.w3.org/2009/10/emotionml}"
SCALED = ("category", "dimension", "appraisal", "action-tendency")
SETS = {name: f"{name}-set" for name in SCALED}
ROLES = {"expressedBy", "experiencedBy", "triggeredBy", "targetedAt"}
ATTRIBUTES = {
    "emotionml": {"version", *SETS.values()},
    "emotion": {
        "version",
        *SETS.values(),
        "id",
        "start",
        "end",
        "duration",
        "time-ref-uri",
        "time-ref-anchor-point",
        "offset-to-start",
        "expressed-through",
    },
    **{name: {"name", "value", "confidence"} for name in SCALED},
    "reference": {"uri", "role", "media-type"},
    "vocabulary": {"type", "id"},
    "item": {"name"},
    "info": {"id"},
}
CHILDREN = {
    "emotionml": {"emotion", "info", "vocabulary"},
    "emotion": {*SCALED, "reference", "info"},
    **{name: {"trace"} for name in SCALED},
    "vocabulary": {"item", "info"},
    "item": {"info"},
    "reference": set(),
}
NAME = re.compile(r"[^\W\d][\w.\-]*\Z")


@dataclass
class ReadEmotion:
    """One ``<emotion>``."""

    id: str
    category: str
    dimensions: dict[str, float] = field(default_factory=dict)


def read_emotions(root: ET.Element) -> Iterator[ReadEmotion]:
    """Every emotion of a document."""
    for element in root.findall(f"{SPACE}emotion"):
        category = element.find(f"{SPACE}category")
        yield ReadEmotion(
            id=element.get("id", ""),
            category="" if category is None else category.get("name", ""),
            dimensions={
                each.get("name", ""): float(each.get("value", "nan"))
                for each in element.findall(f"{SPACE}dimension")
            },
        )


def broken_rules(root: ET.Element) -> list[str]:
    """The rules a document breaks, in words; none where it is valid."""
    return list(_broken(root))


def _broken(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{SPACE}emotionml":
        yield "2.1.1: the root is <emotionml> in the namespace of EmotionML"
    if root.get("version") != "1.0":
        yield "2.1.1: the version is 1.0"
    ids = [each.get("id") for each in root.iter() if each.tag.startswith(SPACE) and each.get("id")]
    for each in ids:
        if not NAME.match(str(each)):
            yield f"xsd:ID: {each} is no name"
    if len(ids) != len(set(ids)):
        yield "xsd:ID: an id stands once in a document"
    vocabularies = {each.get("id"): each for each in root.findall(f"{SPACE}vocabulary")}
    yield from _order(root, ("info",), ("emotion", "vocabulary"))
    for emotion in root.findall(f"{SPACE}emotion"):
        yield from _order(emotion, ("info",), SCALED, ("reference",))
    yield from _vocabularies(root)
    yield from _content(root, inside_info=False)
    for emotion in root.findall(f"{SPACE}emotion"):
        yield from _emotion(root, emotion, vocabularies)


def _order(element: ET.Element, *groups: tuple[str, ...]) -> Iterator[str]:
    places = {name: place for place, group in enumerate(groups) for name in group}
    found = [places.get(child.tag.removeprefix(SPACE), -1) for child in element]
    if found != sorted(found):
        yield f"schema: the order of parts in <{element.tag.removeprefix(SPACE)}>"


def _vocabularies(root: ET.Element) -> Iterator[str]:
    for vocabulary in root.findall(f"{SPACE}vocabulary"):
        if vocabulary.get("type") not in SCALED:
            yield f"3.1.1: the type of a vocabulary is one of four, not {vocabulary.get('type')}"
        if not vocabulary.get("id"):
            yield "3.1.1: a vocabulary has an id"
        names = [item.get("name") for item in vocabulary.findall(f"{SPACE}item")]
        if not names or None in names or len(names) != len(set(names)):
            yield "3.1.2: the items of a vocabulary have names of their own"


def _content(element: ET.Element, *, inside_info: bool) -> Iterator[str]:
    name = element.tag.removeprefix(SPACE)
    is_ours = element.tag.startswith(SPACE)
    if inside_info:
        if is_ours:
            yield f"2.3.1: <info> holds elements of other namespaces, not <{name}>"
        return
    if is_ours and name in ATTRIBUTES:
        for attribute in set(element.attrib) - ATTRIBUTES[name]:
            yield f"<{name}> has no attribute {attribute}"
    if is_ours and name in CHILDREN:
        for child in element:
            if child.tag.removeprefix(SPACE) not in CHILDREN[name]:
                yield f"<{child.tag}> does not belong into <{name}>"
    if len(element.findall(f"{SPACE}info")) > 1:
        yield f"<{name}> holds one <info> at most"
    for child in element:
        yield from _content(child, inside_info=name == "info")


def _emotion(
    root: ET.Element, emotion: ET.Element, vocabularies: dict[str | None, ET.Element]
) -> Iterator[str]:
    scaled = [each for each in emotion if each.tag.removeprefix(SPACE) in SCALED]
    if not scaled:
        yield "2.1.2: an emotion holds a category, dimension, appraisal or action tendency"
    if not emotion.get("expressed-through", "").split():
        yield "2.3.3: expressed-through holds tokens"
    seen = set()
    for each in scaled:
        kind, name = each.tag.removeprefix(SPACE), each.get("name")
        if (kind, name) in seen:
            yield f"2.2: {kind} {name} stands once in an emotion"
        seen.add((kind, name))
        place = emotion.get(SETS[kind]) or root.get(SETS[kind])
        vocabulary = vocabularies.get(None if place is None else place.removeprefix("#"))
        if vocabulary is None or vocabulary.get("type") != kind:
            yield f"2.2: {kind} needs a vocabulary of its type that is there"
        elif name not in {item.get("name") for item in vocabulary.findall(f"{SPACE}item")}:
            yield f"2.2: {name} is not in the vocabulary of {kind}"
        yield from _scale(each, kind)
    for reference in emotion.findall(f"{SPACE}reference"):
        if not reference.get("uri"):
            yield "2.4.1: a reference has a uri"
        if reference.get("role", "expressedBy") not in ROLES:
            yield f"2.4.1: {reference.get('role')} is no role"


def _scale(element: ET.Element, kind: str) -> Iterator[str]:
    traces = element.findall(f"{SPACE}trace")
    if kind == "dimension" and (element.get("value") is None) == (not traces):
        yield "2.2.2: a dimension has either a value or a trace"
    for attribute in ("value", "confidence"):
        given = element.get(attribute)
        if given is not None and not 0.0 <= float(given) <= 1.0:
            yield f"2.5: the scale runs from 0 to 1, not to {given}"
