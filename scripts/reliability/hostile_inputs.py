"""Every parser of people's files, a good sample for each, and ways to spoil it."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard import answer_body
from dashboard.services import (
    agreement_table,
    foreign_reading,
    lines_table,
    metadata_folder,
    scene_lines,
    script_reading,
    task_pass,
    thresholds_table,
)
from dashboard.services.scene_lines import read_cuts
from db.records import TaskKey
from engine.raters.answers import Level
from engine.verdict import policy_file
from engine.verdict.fixed import FIXED

PROJECT: Final = "Hostile"
HUGE_DIGITS: Final = 6_000
DEEP: Final = 100_000
LONG: Final = 3_000_000
ZEROS: Final = 50_000_000
"""Bytes that a zip bomb here grows to; it takes some tens of kilobytes."""


@dataclass(frozen=True, slots=True)
class Parser:
    """What reads a kind of file.

    Attributes
    ----------
    file_name : str
    sample : bytes
        A file it takes.
    read : callable
        Takes the file's path.
    """

    file_name: str
    sample: bytes
    read: Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class HostileInput:
    """A spoiled file for one parser."""

    parser: str
    way: str
    content: bytes


def _by_content(read: Callable[..., object]) -> Callable[[Path], object]:
    return lambda path: read(path.read_bytes(), name=path.name)


def _metadata(path: Path) -> object:
    (path.parent / "take1.mp4").write_bytes(b"a take")
    return metadata_folder.read(path.parent, PROJECT)


def _body(path: Path) -> object:
    """What a route does with a body that is a JSON object."""
    from dashboard.json_requests import parsed

    body = parsed(path.read_bytes())
    return answer_body.sent_of({**body, "pass": task_pass.issue(TaskKey("a" * 32, 1))})


def _agreement(path: Path) -> object:
    return agreement_table.of_file(path, unit="clip", value="verdict", level=Level.NOMINAL, rater="rater")


def _parquet() -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.table({"clip": ["take1.mp4"], "rater": ["A"], "delivery": [1]}), held)
    return held.getvalue()


STUDIO: Final = [
    {
        "id": 1,
        "data": {"video": "/data/take1.mp4", "clip": "take1.mp4"},
        "annotations": [
            {
                "completed_by": 1,
                "result": [{"from_name": "delivery", "type": "choices", "value": {"choices": ["right"]}}],
            }
        ],
    }
]
ANSWERS: Final = b"clip,rater,delivery,rated_emotion,comment\ntake1.mp4,A,1,anger,good\ntake2.mp4,B,-2,joy,\n"
RATINGS: Final = b"expected_intensity,expressed_intensity,verdict,clip\n" + b"".join(
    f"0.{number % 9},0.{(number * 7) % 9},{verdict},c{number}\n".encode()
    for number, verdict in enumerate(("under", "correct", "over") * 8)
)

PARSERS: Final[Mapping[str, Parser]] = {
    "LINES.csv": Parser(
        "LINES.csv",
        b"clip,line,actor,directed_emotion,directed_intensity\ntake1.mp4,How dare you!,Asha,anger,0.9\n"
        b"take2.mp4,Good morning.,Ben,joy,0.2\n",
        lines_table.read_lines,
    ),
    "ratings": Parser("ratings.csv", RATINGS, thresholds_table.read_ratings),
    "policy": Parser("policy.json", policy_file.policy_to_json(FIXED).encode(), policy_file.read_policy),
    "agreement": Parser(
        "agreed.csv", b"clip,rater,verdict\na,A,under\na,B,over\nb,A,over\nb,B,over\n", _agreement
    ),
    "plain script": Parser(
        "play.txt",
        b"ASHA: How dare you!\n\nBEN\n(softly)\nGood morning.\n",
        _by_content(script_reading.read_script),
    ),
    "Fountain": Parser(
        "play.fountain",
        b"Title: A play\n\nINT. ROOM - DAY\n\nAsha enters.\n\nASHA\n(loud)\nHow dare you!\n\n> CUT TO:\n",
        _by_content(script_reading.read_script),
    ),
    "script table": Parser(
        "play.csv",
        b"line,speaker,direction,scene\nHow dare you!,Asha,loud,1\n",
        _by_content(script_reading.read_script),
    ),
    "SubRip": Parser(
        "film.srt",
        b"1\n00:00:01,000 --> 00:00:02,500\nASHA: How dare you!\n\n2\n00:00:03,000 --> 00:00:04,000\nNo.\n",
        _by_content(read_cuts),
    ),
    "WebVTT": Parser(
        "film.vtt",
        b"WEBVTT\n\n00:01.000 --> 00:02.500\n<v Asha>How dare you!\n\n00:03.000 --> 00:04.000\nNo.\n",
        _by_content(read_cuts),
    ),
    "cuts": Parser(
        "cuts.csv",
        b"start,end,line,speaker\n1.0,2.5,How dare you!,Asha\n",
        _by_content(scene_lines.read_cuts),
    ),
    "answers": Parser("answers.csv", ANSWERS, foreign_reading.read),
    "JSON lines": Parser(
        "answers.jsonl", b'{"clip": "take1.mp4", "rater": "A", "delivery": 1}\n', foreign_reading.read
    ),
    "Parquet": Parser("answers.parquet", _parquet(), foreign_reading.read),
    "Label Studio": Parser("studio.json", json.dumps(STUDIO).encode(), foreign_reading.read),
    "MELD": Parser(
        "meld.csv",
        b"Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,"
        b"EndTime\n"
        b"1,Oh my God,Joey,surprise,negative,0,0,8,21,00:16:16,00:16:21\n",
        foreign_reading.read,
    ),
    "CREMA-D": Parser(
        "finishedResponses.csv",
        b"localid,pos,ans,ttr,queryType,numTries,clipNum,questNum,subType,clipName,sessionNums,respEmo,"
        b"respLevel,dispEmo,dispVal,dispLevel\n1,1,A_60,5,1,0,1,1,4,1001_DFA_ANG_XX,1,A,60,A,60,60\n",
        foreign_reading.read,
    ),
    "metadata.csv": Parser("metadata.csv", b"file_name,line\ntake1.mp4,How dare you!\n", _metadata),
    "answer body": Parser(
        "body.json",
        b'{"key": "k", "delivery": 1, "emotion": "joy", "watched": {"intervals_s": [[0, 1]]}}',
        _body,
    ),
}


def hostile_inputs(count: int, chance: random.Random) -> Iterator[HostileInput]:
    """So many spoiled files, parsers and ways in turn."""
    names, ways = tuple(PARSERS), tuple(WAYS)
    for number in range(count):
        name, way = names[number % len(names)], ways[(number // len(names) + number) % len(ways)]
        yield HostileInput(name, way, WAYS[way](PARSERS[name].sample, chance))


def _flipped(sample: bytes, chance: random.Random) -> bytes:
    changed = bytearray(sample)
    for _ in range(chance.choice((1, 3, 20))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(sample: bytes, chance: random.Random) -> bytes:
    return sample[: chance.randrange(len(sample))]


def _with(piece: Callable[[random.Random], bytes]) -> Callable[[bytes, random.Random], bytes]:
    """Put a piece into a sample somewhere."""

    def spoiled(sample: bytes, chance: random.Random) -> bytes:
        place = chance.randrange(len(sample) + 1)
        return sample[:place] + piece(chance) + sample[place:]

    return spoiled


def _instead(piece: Callable[[random.Random], bytes]) -> Callable[[bytes, random.Random], bytes]:
    return lambda _sample, chance: piece(chance)


def _cell(sample: bytes, chance: random.Random, cells: tuple[str, ...]) -> bytes:
    """Put something in the place of one word or number."""
    words = sample.split(b",") if b"," in sample else sample.split()
    mark = b"," if b"," in sample else b" "
    words[chance.randrange(len(words))] = chance.choice(cells).encode("utf-8", "surrogatepass")
    return mark.join(words)


def _zip(chance: random.Random) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        if chance.randrange(2):
            made.writestr("../../../etc/cron.d/evil", b"x")
            made.writestr("/etc/passwd", b"x")
        else:
            made.writestr("bomb.csv", bytes(ZEROS))
    return held.getvalue()


EVIL_CELLS: Final = (
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-1", "\t=1", "\r=1", "../../etc/passwd", "C:\\x", "/etc/passwd",
    "<script>alert(1)</script>", "\x00", "nan", "inf", "-inf", "1e400", "9" * HUGE_DIGITS, "\ud800", "\u202e",
    "", "' OR 1=1 --", "🎭" * 500, "0x10", "1_000", "١٢", "true", "null", "[]", "{}", '"', '""', "--", "%s%n",
)  # fmt: skip

OTHER_JSON: Final = (None, 1, "x", [], {}, [1], [[]], [{}], {"a": [1]}, [None])
LINE_ENDS: Final = (b"\r", b"\r\n", b"\x0b", b"\n\n")

WAYS: Final[Mapping[str, Callable[[bytes, random.Random], bytes]]] = {
    "bits flipped": _flipped,
    "cut off": _cut,
    "NULs": _with(lambda chance: b"\0" * chance.choice((1, 10, 5000))),
    "an evil cell": lambda sample, chance: _cell(sample, chance, EVIL_CELLS),
    "many evil cells": lambda sample, chance: _cell(_cell(sample, chance, EVIL_CELLS), chance, EVIL_CELLS),
    "a huge field": _with(lambda _: b'"' + b"a" * LONG + b'"'),
    "an open quote": _with(lambda _: b'"' + b"x,\n" * 1000),
    "deep JSON": _instead(lambda chance: chance.choice((b"[", b'{"a":')) * DEEP),
    "deep JSON inside": _with(lambda _: b'{"a":' * DEEP),
    "huge numbers": _with(lambda _: b"9" * HUGE_DIGITS),
    "other JSON": _instead(lambda chance: json.dumps(chance.choice(OTHER_JSON)).encode()),
    "not UTF-8": _with(lambda chance: bytes(chance.randrange(128, 256) for _ in range(20))),
    "UTF-16": lambda sample, _: sample.decode("utf-8", "replace").encode("utf-16"),
    "UTF-32": lambda sample, _: sample.decode("utf-8", "replace").encode("utf-32"),
    "BOMs": lambda sample, _: b"\xef\xbb\xbf" * 2 + sample,
    "a zip": _instead(_zip),
    "other line ends": lambda sample, chance: sample.replace(b"\n", chance.choice(LINE_ENDS)),
    "repeated": lambda sample, chance: sample * chance.choice((2, 200)),
    "header alone": lambda sample, _: sample.partition(b"\n")[0],
    "bytes of chance": _instead(lambda chance: chance.randbytes(chance.choice((1, 100, 10_000)))),
    "nothing": _instead(lambda _: b""),
    "many commas": _instead(lambda _: b"," * 200_000 + b"\n" + b"," * 200_000),
    "many lines": _instead(lambda _: b"a\n" * 300_000),
    "lying lengths": _with(lambda chance: struct.pack("<Q", chance.choice((0, 2**31, 2**63, 2**64 - 1)))),
}
