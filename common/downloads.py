"""Files that people have sent, given back as they came."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def download(content: bytes | memoryview, file_name: str) -> HttpResponse:
    """Never shown in the browser: what a stranger wrote into the file must not run here."""
    return HttpResponse(
        bytes(content),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, file_name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
