"""Why a statement is not made."""

from __future__ import annotations

from common.errors import DomainError


class NotStated(DomainError):
    """A statement is not made, or not made anew."""


class DoesNotAddUp(NotStated):
    """What would stand in the document is not what was paid, to the cent."""


class CorrectedAlready(NotStated):
    """The statement was corrected already: a further correction is one of the correction."""


class ReasonMissing(NotStated):
    """Whoever corrects a document says why."""
