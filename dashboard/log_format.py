"""The server's log: one line for each event, as text or as JSON, that tells nothing of anybody.

What an error says may hold a name, a line or a file's name, so of an error its kind and its places in the
code are written, and not its words. ``DAILIES_DEBUG`` adds the words, for whoever mends it on data of their
own.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

from engine.errors import DailiesError

FORMAT_VARIABLE: Final = "DAILIES_LOG_FORMAT"
DEBUG_VARIABLE: Final = "DAILIES_DEBUG"
PLACES_SHOWN: Final = 12
"""Of the innermost; more say nothing new."""
LONGEST_CHAIN: Final = 5
OWN: Final = ("dashboard", "db", "engine")
LIBRARY: Final = "an error of a library"


class LogFormat(StrEnum):
    """How a line of the log looks."""

    TEXT = "text"
    JSON = "json"


def chosen(given: LogFormat | None) -> LogFormat:
    """What was given, else what ``DAILIES_LOG_FORMAT`` says, else text.

    Raises
    ------
    DailiesError
        If the variable says something else.
    """
    if given is not None:
        return given
    named = os.environ.get(FORMAT_VARIABLE, "").strip() or LogFormat.TEXT
    try:
        return LogFormat(named)
    except ValueError:
        raise DailiesError(f"{named!r} is no format of a log; {FORMAT_VARIABLE} is text or json.") from None


def use(chosen: LogFormat) -> None:
    """Have everything in this process that writes a log write it so, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(chosen))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # what libraries tell of their progress is nobody's news
    for name in OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    _lead_streamlit_to_root()


def formatter(chosen: LogFormat) -> logging.Formatter:
    """A formatter for every logger of this process."""
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
    ]
    last: Processor = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    if chosen is LogFormat.JSON:
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )


def _without_words(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Put kinds and places in place of what errors say; a library's own words about one are left out too."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = " from ".join(type(each).__name__ for each in _chain(error))
        event["places"] = list(_places(error.__traceback__))
        if os.environ.get(DEBUG_VARIABLE):
            event["words"] = str(error)
        elif str(event.get("logger", "")).partition(".")[0] not in OWN:
            event["event"] = LIBRARY
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(LONGEST_CHAIN):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _places(trace: TracebackType | None) -> list[str]:
    found = [
        f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line} {frame.f_code.co_name}"
        for frame, line in walk_tb(trace)
    ]
    return found[-PLACES_SHOWN:]


def _lead_streamlit_to_root() -> None:
    """Streamlit gives each of its loggers, and uvicorn's, a handler of its own; here one writes for all."""
    from streamlit import logger as streamlit_log

    def lead(logger: logging.Logger) -> None:
        own = getattr(logger, "streamlit_console_handler", None)
        if own is not None:
            logger.removeHandler(own)
        logger.propagate = True

    streamlit_log.setup_formatter = lead
    streamlit_log.update_formatter()
