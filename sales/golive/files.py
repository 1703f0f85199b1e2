"""Files with partners on their way in: checked, imported or refused, never half; large ones by a worker.

As with reports (`sales.uploads`) the row is the truth: a file that waits is checked or imported by whoever comes first,
once, and again from the beginning when its worker dies, because either is one transaction.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.models import User
from programs.models import Program, Vendor
from sales import progress
from sales.golive.columns import Column
from sales.golive.importing import Checked, FileRefused, check, check_may_bring, import_partners, table_of
from sales.golive.planning import Step
from sales.importing import tidy_name
from sales.models import PartnerImport
from sales.readers.problems import Problem

log = structlog.get_logger(__name__)

State = PartnerImport.State
ATTEMPTS = 3
TRIED_AGAIN_AFTER = timedelta(minutes=3)
KEPT = timedelta(days=30)
"""How long files that were never imported are kept. Those that were leave their figures, not their content."""
SHOWN = 50
"""Companies that a preview shows one by one."""
OPEN = (State.DRAFT, State.REFUSED, State.FAILED)


class NotInThatState(DomainError):
    """Somebody else has confirmed, discarded or imported the file meanwhile."""


def receive(
    *,
    actor: Actor,
    vendor: Vendor,
    program: Program,
    file_name: str,
    content: bytes,
    user: User | None,
    now: datetime,
    today: date,
) -> PartnerImport:
    """Take a file in and say what it would do, or what is wrong with it; nothing of it counts yet. A large one waits
    for a worker to say so. One that is open already, sent again, is checked anew.

    Raises `MayNotBring`, and `FileRefused` for a file that is no table.
    """
    check_may_bring(actor=actor, vendor=vendor, program=program)
    rows = len(table_of(content).rows)
    digest = hashlib.sha256(content).hexdigest()
    sent: dict[str, Any] = {"file_name": tidy_name(file_name), "uploaded_by": user, "uploaded_at": now}
    waiting = {"state": State.CHECKING, "queued_at": now, "attempts": 0, "rows": rows}
    with transaction.atomic():
        file, made = PartnerImport.objects.select_for_update().get_or_create(
            program=program,
            sha256=digest,
            state__in=[*PartnerImport.WAITING, State.DRAFT],
            defaults={"vendor": vendor, "content": content, **sent, **waiting},
        )
        if made or file.state == State.DRAFT:
            for name, value in {**sent, **waiting}.items():
                setattr(file, name, value)
            if runs_at_once(file):
                _check(file, today)
            file.save()
    return file


def start(*, actor: Actor, file: PartnerImport, now: datetime) -> None:
    """Hand a checked file to the workers. Raises `MayNotBring`, `NotInThatState`."""
    check_may_bring(actor=actor, vendor=file.vendor, program=file.program)
    startable = PartnerImport.objects.filter(pk=file.pk, state=State.DRAFT)
    if not startable.update(state=State.QUEUED, queued_at=now, attempts=0):
        raise _not_in_that_state()


def discard(*, file: PartnerImport) -> None:
    """Throw a file away that was not imported. Raises `NotInThatState`."""
    if not PartnerImport.objects.filter(pk=file.pk, state__in=OPEN).update(state=State.DISCARDED, content=b""):
        raise _not_in_that_state()


def run(*, file_id: int, now: datetime, today: date) -> bool:
    """Check or import a file that waits. False: it is refused (the row says why), another worker has it, or it does
    not wait.
    """
    waiting = PartnerImport.objects.filter(pk=file_id, state__in=PartnerImport.WAITING)
    with transaction.atomic():
        if not waiting.select_for_update(skip_locked=True).values_list("pk", flat=True).first():
            return False
        PartnerImport.objects.filter(pk=file_id).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        # Held until the end, so that no second worker begins while this one is at it.
        locked = waiting.select_for_update(skip_locked=True, of=("self",))
        file = locked.select_related("vendor", "program").first()
        if file is None:
            return False
        done = _check(file, today) if file.state == State.CHECKING else _import(file, now, today)
        file.save()
        return done


def _check(file: PartnerImport, today: date) -> bool:
    given = {**_given(file), "actor": Actor.system()}
    try:
        _tell(file, check(today=today, **given))
    except FileRefused as refusal:
        _refuse(file, refusal)
    return file.state == State.DRAFT


def _import(file: PartnerImport, now: datetime, today: date) -> bool:
    # Whoever brought the file has said so for the numbers in it; that they may was asked when it was started.
    given = {**_given(file), "actor": Actor(user_id=file.uploaded_by_id, is_system=True)}
    try:
        done = import_partners(now=now, today=today, **given)
    except FileRefused as refusal:
        _refuse(file, refusal)
    except DomainError as error:
        _refuse(file, FileRefused([Problem.at(None, "", "", str(error))], rows=file.rows))
    else:
        _tell(file, done)
        file.state, file.content = State.IMPORTED, b""
    return file.state == State.IMPORTED


def _given(file: PartnerImport) -> dict[str, Any]:
    return {
        "vendor": file.vendor,
        "program": file.program,
        "content": bytes(file.content),
        "progress": partial(progress.tell, _step(file), file.pk),
    }


def progress_of(file: PartnerImport) -> progress.Progress:
    """How many rows a worker has read, while it checks the file, or written, while it imports it."""
    return progress.told(_step(file), file.pk, file.rows)


def _step(file: PartnerImport) -> str:
    return f"partners-{file.state}"


def _tell(file: PartnerImport, checked: Checked) -> None:
    file.state, file.problems, file.unlisted = State.DRAFT, [], 0
    file.layout, file.rows = checked.table.layout.to_document(), len(checked.table.rows)
    file.figures = {**checked.figures.to_document(), "unused": list(checked.unused)}
    changing = [step for step in checked.plan.steps if step.changes]
    file.preview = [_in_short(step) for step in changing[:SHOWN]]


def _refuse(file: PartnerImport, refusal: FileRefused) -> None:
    file.state, file.rows = State.REFUSED, refusal.rows
    if refusal.layout is not None:
        file.layout = refusal.layout.to_document()
    file.problems, file.unlisted = [problem.to_document() for problem in refusal.problems], refusal.unlisted


def _in_short(step: Step) -> dict[str, Any]:
    """What becomes of one company, as JSON. Of companies that only others have it holds what the file says."""
    return {
        "row": step.firm.row,
        "name": step.firm.get(Column.NAME),
        "known": step.own,
        "since": step.since.isoformat() if step.enrols else "",
        "tier": step.tier.name if step.tier is not None else "",
        "contacts": [each.address for each in step.contacts],
        "numbers": [f"{distributor.name}: {number}" for distributor, number in step.customer_numbers],
    }


def problems_of(file: PartnerImport) -> list[Problem]:
    """What was wrong with a refused file."""
    return [Problem.from_document(each) for each in file.problems]


def runs_at_once(file: PartnerImport) -> bool:
    """Whether the file is small enough to be imported while a person waits."""
    return file.rows <= settings.PARTNER_ROWS_AT_ONCE


def sweep(*, now: datetime) -> list[int]:
    """Ids of waiting files whose message may be lost. What was begun too often, or lies too long, is put aside."""
    queued = PartnerImport.objects.filter(state__in=PartnerImport.WAITING)
    lost = queued.filter(attempts__gte=ATTEMPTS, queued_at__lt=now - TRIED_AGAIN_AFTER * ATTEMPTS)
    for pk in lost.values_list("pk", flat=True):
        # Whoever is still at it holds the row; its own answer then comes first.
        with transaction.atomic():
            if queued.filter(pk=pk).select_for_update(skip_locked=True).first() is not None:
                log.error("file with partners given up", file=pk)
                PartnerImport.objects.filter(pk=pk).update(state=State.FAILED)
    forgotten = PartnerImport.objects.filter(uploaded_at__lt=now - KEPT, state__in=OPEN)
    forgotten.update(state=State.DISCARDED, content=b"", preview=[], problems=[])
    # People's addresses stand in it.
    done = PartnerImport.objects.filter(uploaded_at__lt=now - KEPT, state=State.IMPORTED)
    done.exclude(preview=[]).update(preview=[])
    return list(queued.filter(attempts__lt=ATTEMPTS).order_by("queued_at").values_list("pk", flat=True))


def _not_in_that_state() -> NotInThatState:
    return NotInThatState(_("Somebody has imported or discarded this file meanwhile."))
