"""Elements written in a few letters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

Content = str | Decimal | date | None


def leaf(tag: str, content: Content, **attributes: str | None) -> str:
    """An element with a text; nothing when there is no content."""
    if content is None:
        return ""
    text = format(content, "f") if isinstance(content, Decimal) else str(content)
    return node(tag, escape(text), **attributes)


def node(tag: str, *parts: str, **attributes: str | None) -> str:
    """An element with parts that are written already; nothing when they are all empty."""
    inside = "".join(parts)
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None)
    return f"<{tag}{written}>{inside}</{tag}>" if inside else ""


def document(tag: str, namespaces: dict[str, str], *parts: str) -> bytes:
    declared = "".join(f' xmlns{":" + prefix if prefix else ""}="{name}"' for prefix, name in namespaces.items())
    inside = "".join(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{tag}{declared}>{inside}</{tag}>'.encode()
