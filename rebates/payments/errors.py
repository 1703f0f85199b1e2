"""Why a step of a payment is refused."""

from __future__ import annotations

from common.errors import DomainError


class Refused(DomainError):
    """A step that somebody tried with a run and may not take, or not any more."""


class MovedOn(Refused):
    """The run, payment or hold is in another state by now."""


class Changed(Refused):
    """The file is not the one that the person has seen, or not the one that was approved."""


class NotPayable(DomainError):
    """The vendor has not said from which account it pays, or the day is none on which banks book."""


class TextMissing(DomainError):
    """Whoever decides says why."""
