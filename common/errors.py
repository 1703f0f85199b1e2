"""The root of the errors that people are told about."""

from __future__ import annotations


class DomainError(Exception):
    """A rule of the business was not met. `str(error)` is one translated sentence that may be shown to the person."""
