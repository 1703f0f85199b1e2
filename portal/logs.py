"""Structured logs without personal data: ids and events, never names, addresses, amounts of a person or file contents."""

from __future__ import annotations

import os
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# django-structlog adds these to each request line; an address of a person does not belong in a log.
PERSONAL_KEYS = ("ip", "user_agent", "email", "request")


def drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove keys that can name a person. `request` ("GET /path?query") is kept without its query."""
    for key in PERSONAL_KEYS:
        value = event.pop(key, None)
        if key == "request" and value is not None:
            event["request"] = str(value).partition("?")[0]
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_personal,
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                # JSON escapes line breaks, so nothing a person typed can forge a log line.
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
