"""Structured logs without personal data: ids and events, no names, addresses, amounts of a person or file contents."""

from __future__ import annotations

import os
import re
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

# django-structlog adds these to each request line; an address of a person does not belong in a log.
PERSONAL_KEYS = ("ip", "user_agent", "email", "iban", "request")
# Whoever has what follows in the address of these pages may do what the mail's reader may: a log is no list of keys.
SECRET = re.compile(r"(/account/(?:confirm-email|email/link|password/reset/key)/|/join/\w+/|/mail/off/)[^/ ]+")
# An account number, with or without blanks. Whatever sentence it stands in, its beginning is written alone.
IBAN = re.compile(r"\b([A-Z]{2}\d{2})(?: ?[A-Z0-9]{4}){2,6}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")


def drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove keys that can name a person. `request` ("GET /path?query") is kept without its query and secrets."""
    for key in PERSONAL_KEYS:
        value = event.pop(key, None)
        if key == "request" and value is not None:
            event["request"] = str(value).partition("?")[0]
    for key in ("request", "event"):
        if isinstance(event.get(key), str):
            event[key] = SECRET.sub(r"\1…", event[key])
    return {key: without_iban(value) if isinstance(value, str) else value for key, value in event.items()}


def without_iban(text: str) -> str:
    return IBAN.sub(r"\1…", text)


# Messages of errors quote what was wrong: a row of the database, a line of a file. In production they stay out.
WITH_MESSAGES = os.environ.get("PORTAL_ENV") != "production"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def traceback_of(exc_info: ExcInfo) -> str:
    """Where it happened and what kind of error it was, for each error in the chain, the last one first."""
    parts = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        message = f": {error}" if WITH_MESSAGES else ""
        parts.append("".join(traceback.format_tb(error.__traceback__)) + kind + message)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return without_iban("\n".join(parts))


def drop_messages(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Celery writes the error into its sentence as well: “Task … raised unexpected: ValueError('…')”."""
    if not WITH_MESSAGES and str(event.get("logger", "")).startswith("celery"):
        event["event"] = str(event["event"]).partition("\n")[0].partition("(")[0]
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_personal,
    drop_messages,
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
                structlog.processors.ExceptionRenderer(traceback_of),
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
