"""Sentences in mails that name people, things and days: the context of a mail is made before its language is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from common import formats
from common.registry import Text


@dataclass(frozen=True)
class Sentence:
    """Written when the mail is, in its recipient's language. Days are written out, None is nothing."""

    text: Text
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.text) % {name: _written(value) for name, value in self.values.items()}


def _written(value: object) -> object:
    if isinstance(value, date):
        return formats.date_long(value)
    return "" if value is None else value
