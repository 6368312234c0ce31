"""What Prometheus may ask: counts and times, of nobody in particular.

A label says what kind of thing was counted, from a list known here; no person, project, clip or address does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from db import clips, waits
from db.errors import StorageError
from db.session import reading

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
REGISTRY: Final = CollectorRegistry()

REQUESTS: Final = Counter(
    "dailies_requests",
    "Requests answered, by what they asked for and the class of the answer.",
    ("area", "status"),
    registry=REGISTRY,
)
PAGES_OPEN: Final = Gauge("dailies_pages_open", "Live connections of pages.", registry=REGISTRY)
ANSWERS: Final = Counter(
    "dailies_answers_stored", "Answers acknowledged, those that were sent again included.", registry=REGISTRY
)
ANALYSIS: Final = Histogram(
    "dailies_analysis_seconds",
    "What the analysis of one clip, script or utterance took, by how it ended.",
    ("outcome",),
    buckets=(0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900),
    registry=REGISTRY,
)
WRITE_WAIT: Final = Histogram(
    "dailies_write_wait_seconds",
    "What writers waited for their turn: in this process, and for other processes at the database.",
    ("where",),
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
    registry=REGISTRY,
)


class _Queue(Collector):
    """Clips by where they stand, counted when somebody asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = GaugeMetricFamily("dailies_clips", "Clips by where they stand.", labels=("status",))
        try:
            with reading() as session:
                counted = clips.count_everywhere(session)
        except StorageError:
            return  # the other numbers are worth having; /readyz says what is wrong
        for status, count in counted.items():
            found.add_metric([status.value], count)
        yield found


REGISTRY.register(_Queue())


def text() -> bytes:
    """Everything in Prometheus' own format."""
    return generate_latest(REGISTRY)


def watch_writers() -> None:
    """Count what writers wait from now on."""
    waits.watch(_waited)


def _waited(where: str, seconds: float) -> None:
    WRITE_WAIT.labels(where).observe(seconds)


@contextmanager
def analysing() -> Iterator[list[str]]:
    """Time an analysis; the caller puts what became of it into the list."""
    began, outcome = perf_counter(), ["failed"]
    try:
        yield outcome
    finally:
        ANALYSIS.labels(outcome[-1]).observe(perf_counter() - began)
