"""Logs: one JSON object a line on stderr, with the ids that a request, an invoice or a submission has left in context.

`about(invoice=…)` binds ids for everything logged beneath it; libraries that use `logging` come out in the same form.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import Processor

about = structlog.contextvars.bound_contextvars
QUIET = ("httpx2", "httpcore", "asyncio", "alembic", "granian")

# Local variables stay out of the log: among them are opened secrets.
_traceback = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(level: str = "info", form: str = "json", *, file: Path | None = None) -> None:
    """Set up the process: `form` is `json` or `console` (for people); to `file` in place of stderr."""
    number = logging.getLevelNamesMapping()[level.upper()]
    stream: TextIO = file.open("a", encoding="utf-8", buffering=1) if file is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Processor] = [
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]
    if form == "json":
        last = [_traceback, structlog.processors.JSONRenderer(default=str)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name], processors=[remove, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
