"""Walks through everything a person can reach by clicking, one page per address pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.journeys.browser import Window

# Django's own pages are looked at by Django's own tests; these are downloads, or end the session.
ELSEWHERE = re.compile(r"/(admin|static|api|account/logout)/|.*/file/$")
_LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href)"


def pages(window: Window, start: str = "/", *, but: str = "") -> Iterator[str]:
    """Open the page at `start` and then each page that is linked, the first of each pattern; yields its path.

    Paths that begin with `but` are left out. While the path is in the caller's hands, the window shows the page.
    """
    waiting, known = [start], {_pattern(start)}
    while waiting:
        path = waiting.pop(0)
        answer = window.go(path)
        arrived = urlsplit(window.page.url).path
        if _pattern(arrived) != _pattern(path):
            if _pattern(arrived) in known:
                continue
            known.add(_pattern(arrived))
        links = window.page.evaluate(_LINKS)
        assert answer.status == 200, f"{path} answers {answer.status}"
        yield arrived
        for link in links:
            parts = urlsplit(urljoin(window.url, link))
            if f"{parts.scheme}://{parts.netloc}" != window.url or ELSEWHERE.match(parts.path):
                continue
            if not (but and parts.path.startswith(but)) and _pattern(parts.path) not in known:
                known.add(_pattern(parts.path))
                waiting.append(parts.path)


def _pattern(path: str) -> str:
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return path
