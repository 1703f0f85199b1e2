"""Files to keep: what people have sent, given back as it came, and what the portal wrote for them."""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

NO_GUESSING = {"X-Content-Type-Options": "nosniff"}


def download(content: bytes | memoryview, file_name: str) -> HttpResponse:
    """Never shown in the browser: what a stranger wrote into the file must not run here."""
    return HttpResponse(
        bytes(content),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
            **NO_GUESSING,
        },
    )


def download_stream(file: BinaryIO, file_name: str) -> FileResponse:
    """The same for an open file, read from where it stands, part by part; it is closed afterwards."""
    return FileResponse(
        file, as_attachment=True, filename=file_name, content_type="application/octet-stream", headers=NO_GUESSING
    )
