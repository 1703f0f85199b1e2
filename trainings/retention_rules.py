"""What trainings forget: the files that proved certificates from elsewhere, long after they were decided."""

from __future__ import annotations

from datetime import datetime

from common.retention import Rule, rules
from trainings.models import CertificateClaim


def _proofs(before: datetime, limit: int) -> int:
    old = CertificateClaim.objects.filter(decided_at__lte=before, content__isnull=False)
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    return CertificateClaim.objects.filter(pk__in=ids).update(content=None, file_name="")


def register() -> None:
    rules.register(Rule("certificate-proofs", _proofs))
