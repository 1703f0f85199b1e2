"""What trainings forget when somebody's personal data is removed: the files that prove their certificates."""

from __future__ import annotations

from datetime import datetime

from common.erasing import Addresses, Tie, ties
from common.models import User
from trainings.models import CertificateClaim


def _forget(user: User, addresses: Addresses, now: datetime) -> None:
    """The person's name stands in the file. That there was one, and what was decided, stays."""
    CertificateClaim.objects.filter(holder=user).update(content=None, file_name="")


def register() -> None:
    ties.register(Tie("certificate-proofs", _forget))
