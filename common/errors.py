"""The roots of the errors that people are told about."""

from __future__ import annotations

from common.sentences import fill


class DomainError(Exception):
    """A rule of the business was not met. `str(error)` is one translated sentence that may be shown to the person."""


class MarkedError(DomainError):
    """The same from a module that knows no Django: `text` is a marked template (`common.sentences`) with `values`.

    `str(error)` is English; whoever shows it to a person translates `text` first and fills it with `values` afterwards.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(fill(text, self.values))
