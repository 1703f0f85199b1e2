"""Template sources rendered on the spot, and read as a person reads them."""

from __future__ import annotations

import re
from typing import Any

from django.template import Context, Template


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def words(html: str) -> str:
    """What is read on the page, spaces simplified."""
    text = re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text).strip()
