"""Requests that may be sent twice: with the same key and the same body they are carried out once and answered alike.

The key comes in the header `Idempotency-Key` (IETF draft of that name). It belongs to the person of the token and is
remembered for a week.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db import transaction
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import StringConstraints

from common.api import FieldProblem, Refused
from common.models import ApiAnswer, User

KEPT = timedelta(days=7)

Key = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
"""Printable, without spaces: a UUID for instance."""


class KeyReused(Refused):
    """The key came before with another request."""

    def __init__(self) -> None:
        super().__init__(409, _("This idempotency key was used for another request. Take a new one."))


def digest_of(*parts: str | bytes) -> str:
    """One fingerprint of all that makes a request: parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(hashlib.sha256(raw).digest())
    return digest.hexdigest()


def answer_once(
    *, user: User, key: str | None, digest: str, now: datetime, answer: Callable[[], Status[Any]]
) -> Status[Any]:
    """The answer of `answer`, made by now or kept from the first time. Without a key it is simply made.

    The answer and what it did are one commit; the same key at the same time waits for it. What `answer` refuses is
    kept like any other answer, and refused again. Raises `KeyReused`, `Refused`.
    """
    if key is None:
        return answer()
    with transaction.atomic():
        ApiAnswer.objects.filter(answered_at__lt=now - KEPT).delete()
        kept, made = ApiAnswer.objects.get_or_create(
            user=user, key=key, defaults={"digest": digest, "status": 0, "body": {}, "answered_at": now}
        )
        if kept.digest != digest:
            raise KeyReused
        if made:
            kept.status, kept.body = _made(answer)
            kept.save(update_fields=["status", "body"])
    if kept.status >= 400:
        errors = [FieldProblem(**error) for error in kept.body["errors"]]
        raise Refused(kept.status, kept.body["detail"], errors)
    return Status(kept.status, kept.body)


def _made(answer: Callable[[], Status[Any]]) -> tuple[int, Any]:
    try:
        with transaction.atomic():
            given = answer()
    except Refused as refusal:
        errors = [error.model_dump() for error in refusal.errors]
        return refusal.status, {"detail": refusal.detail, "errors": errors}
    value = given.value
    return given.status_code, value.model_dump(mode="json") if isinstance(value, Schema) else value
