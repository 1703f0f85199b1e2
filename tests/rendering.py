"""Template sources rendered on the spot, and read as a person reads them."""

from __future__ import annotations

import re
from typing import Any

from django.template import Context, Template
from django.test import Client


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def words(html: str) -> str:
    """What is read on the page, spaces simplified."""
    text = re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text).strip()


def read(client: Client, path: str) -> str:
    """What is read on this page."""
    page = client.get(path)
    assert page.status_code == 200, path
    return words(page.content.decode())


def dashboard(client: Client, path: str) -> str:
    """A dashboard's HTML with the cards that a browser fetches after the page."""
    found = []
    columns = ("main", "side", "waiting")
    for address in (path, *(f"{path}panels/{column}/" for column in columns)):
        page = client.get(address, headers={"hx-request": "true"} if address != path else {})
        assert page.status_code == 200
        found.append(page.content.decode())
    return "\n".join(found)
