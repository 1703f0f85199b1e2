"""Mail that a demo caught instead of sending it: read back from the files of Django's file backend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

NEWEST = 200

_BETWEEN = b"\n" + b"-" * 79 + b"\n"
_HEADER = re.compile(rb"[A-Za-z][-A-Za-z]*:")
_NAME = re.compile(r"(?P<file>[-0-9]+)-(?P<place>[0-9]+)")


@dataclass(frozen=True)
class Mail:
    """`name` finds the mail again; `html` is empty for mails of text alone."""

    name: str
    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    text: str
    html: str


def newest(folder: Path) -> list[Mail]:
    """The newest mails, the latest first."""
    found: list[Mail] = []
    for file in sorted(folder.glob("*.log"), reverse=True):
        mails = [_mail(file, place, content) for place, content in enumerate(_contents(file))]
        found += reversed(mails)
        if len(found) >= NEWEST:
            break
    return found[:NEWEST]


def find(folder: Path, name: str) -> Mail | None:
    """The mail of this name, None where there is none. No name leads out of the folder."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    file, place = folder / f"{parts['file']}.log", int(parts["place"])
    if not file.is_file():
        return None
    contents = list(_contents(file))
    return _mail(file, place, contents[place]) if place < len(contents) else None


def _contents(file: Path) -> Iterator[bytes]:
    """A file holds the mails of one connection. A line of dashes inside a mail is not the line between two."""
    pieces = file.read_bytes().split(_BETWEEN)
    whole = pieces[0]
    for piece in pieces[1:]:
        if _HEADER.match(piece):
            yield whole
            whole = piece
        elif piece.strip():
            whole += _BETWEEN + piece
    if whole.strip():
        yield whole


def _mail(file: Path, place: int, content: bytes) -> Mail:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)
    sent = message["Date"].datetime if message["Date"] is not None else None
    if sent is not None and sent.tzinfo is None:
        sent = sent.replace(tzinfo=UTC)  # written as "-0000": the time is right, where is not said
    return Mail(
        name=f"{file.stem}-{place}",
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        sent_at=sent,
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
