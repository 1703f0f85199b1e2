"""Files on their way in: received, looked at, put right by a person, imported by a worker or refused, never half.

The row is the truth: a file that is queued is imported by whoever comes first, once, and again from the beginning when
its worker dies, because an import is one transaction.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from common import large_files
from common.access import Actor
from common.errors import DomainError
from common.models import User
from programs.models import Distributor, Vendor
from sales import layouts, progress
from sales.importing import (
    ImportResult,
    ReportRefused,
    check_may_upload,
    import_sellout,
    settled_guess,
    tidy_name,
)
from sales.models import SellOutReport, Upload
from sales.readers.layout import Layout
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem, Unreadable
from sales.readers.questions import Guess

log = structlog.get_logger(__name__)

State = Upload.State
ATTEMPTS = 3
"""How often a worker may begin a file before a person has to look at it."""
TRIED_AGAIN_AFTER = timedelta(minutes=3)
"""Longer than a worker may live (`portal.celery.HARD_TIME_LIMIT`)."""
KEPT = timedelta(days=30)
"""How long files that were never imported are kept."""


class NotInThatState(DomainError):
    """Somebody else has confirmed, discarded or imported the file meanwhile."""


class StillAsking(DomainError):
    """The file leaves questions open that a person has to answer first."""


def receive(
    *,
    actor: Actor,
    vendor: Vendor,
    distributor: Distributor,
    file_name: str,
    content: bytes,
    user: User | None,
    now: datetime,
) -> Upload:
    """Take a file in and find out how it is to be read; nothing of it counts yet.

    Raises `MayNotUpload`, `NotAuthorised`, and `ReportRefused` for a file that is no table.
    """
    check_may_upload(actor=actor, vendor=vendor, distributor=distributor)
    try:
        found = layouts.guess_for(vendor=vendor, distributor=distributor, content=content)
    except Unreadable as error:
        raise ReportRefused(error.problems, read=error.rows) from error
    upload = Upload(
        vendor=vendor,
        distributor=distributor,
        file_name=tidy_name(file_name),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=user,
        uploaded_at=now,
        layout=found.kept.to_document(),
        rows=found.rows,
    )
    large_files.insert(upload)
    return upload


def hand_in(
    *,
    actor: Actor,
    vendor: Vendor,
    distributor: Distributor,
    file_name: str,
    content: bytes,
    user: User | None,
    now: datetime,
    numbers: Numbers | None = None,
    dates: Dates | None = None,
    sheet: str = "",
    replaces: SellOutReport | None = None,
) -> tuple[Upload, Guess]:
    """Take a file in where nobody can be asked, and queue it, with how it will be read.

    Raises as `receive`, also for what would be asked.
    """
    check_may_upload(actor=actor, vendor=vendor, distributor=distributor)
    found = settled_guess(
        vendor=vendor, distributor=distributor, content=content, numbers=numbers, dates=dates, sheet=sheet
    )
    upload = Upload(
        vendor=vendor,
        distributor=distributor,
        file_name=tidy_name(file_name),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=user,
        uploaded_at=now,
        state=State.QUEUED,
        queued_at=now,
        layout=found.layout.to_document(),
        rows=found.rows,
        replaces=replaces,
    )
    large_files.insert(upload)
    return upload, found


def look(upload: Upload, layout: Layout | None = None) -> Guess:
    """The file as it will be read by its layout (or by another one that is tried). Raises `Unreadable`."""
    return layouts.guess_by(
        vendor=upload.vendor,
        content=bytes(upload.content),
        layout=layout or Layout.from_document(upload.layout),
        own=True,
    )


def correct(*, upload: Upload, layout: Layout, rows: int) -> None:
    """Put right how the file is read. Raises `NotInThatState`."""
    open_states = Upload.objects.filter(pk=upload.pk, state__in=[State.DRAFT, State.REFUSED])
    if not open_states.update(layout=layout.to_document(), rows=rows, state=State.DRAFT, problems=[], unlisted=0):
        raise _not_in_that_state()


def start(
    *, actor: Actor, upload: Upload, user: User | None, now: datetime, replaces: SellOutReport | None = None
) -> None:
    """Hand the file to the workers, and remember its layout for the distributor's next one.

    Raises `MayNotUpload`, `NotAuthorised`, `StillAsking`, `NotInThatState`.
    """
    check_may_upload(actor=actor, vendor=upload.vendor, distributor=upload.distributor)
    try:
        found = look(upload)
    except Unreadable as error:
        # The bytes of an imported file have gone over to its report.
        open_still = Upload.objects.filter(pk=upload.pk, state__in=[State.DRAFT, State.REFUSED]).exists()
        raise (StillAsking(str(error)) if open_still else _not_in_that_state()) from error
    if found.questions:
        raise StillAsking(_("Please answer what the file leaves open first."))
    with transaction.atomic():
        layouts.remember(vendor=upload.vendor, distributor=upload.distributor, layout=found.layout, user=user, now=now)
        startable = Upload.objects.filter(pk=upload.pk, state__in=[State.DRAFT, State.REFUSED])
        queued = startable.update(
            state=State.QUEUED, queued_at=now, attempts=0, replaces=replaces, problems=[], unlisted=0
        )
        if not queued:
            raise _not_in_that_state()


def discard(*, upload: Upload) -> None:
    """Throw a file away that was not imported. Raises `NotInThatState`."""
    unused = Upload.objects.filter(pk=upload.pk, state__in=[State.DRAFT, State.REFUSED, State.FAILED])
    if not unused.update(state=State.DISCARDED, content=b""):
        raise _not_in_that_state()


def run(*, upload_id: int, now: datetime, today: date) -> ImportResult | None:
    """Import a queued file. None: it is refused (the row says why), another worker has it, or it is not queued."""
    with transaction.atomic():
        begun = Upload.objects.filter(pk=upload_id, state=State.QUEUED).select_for_update(skip_locked=True)
        if not begun.values_list("pk", flat=True).first():
            return None
        Upload.objects.filter(pk=upload_id).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        # Held until the end, so that no second worker begins while this one is at it.
        upload = (
            Upload.objects.filter(pk=upload_id, state=State.QUEUED)
            .select_related("vendor", "distributor", "uploaded_by", "replaces")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if upload is None:
            return None
        return _import(upload, now, today)


def _import(upload: Upload, now: datetime, today: date) -> ImportResult | None:
    try:
        result = import_sellout(
            actor=Actor.system(),
            vendor=upload.vendor,
            distributor=upload.distributor,
            file_name=upload.file_name,
            content=bytes(upload.content),
            layout=Layout.from_document(upload.layout),
            uploaded_by=upload.uploaded_by,
            now=now,
            today=today,
            replaces=upload.replaces,
            progress=partial(progress.tell, "upload", upload.pk),
        )
    except ReportRefused as refusal:
        _refuse(upload, refusal.problems, refusal.unlisted, refusal.replaceable)
    except DomainError as error:
        _refuse(upload, [Problem.at(None, "", "", str(error))], 0, None)
    else:
        Upload.objects.filter(pk=upload.pk).update(state=State.IMPORTED, report=result.report, content=b"")
        return result
    return None


def _refuse(upload: Upload, problems: list[Problem], unlisted: int, replaceable: SellOutReport | None) -> None:
    """Only the import was rolled back, to where it began: what is written here stays."""
    written = [problem.to_document() for problem in problems]
    Upload.objects.filter(pk=upload.pk).update(
        state=State.REFUSED, problems=written, unlisted=unlisted, replaces=replaceable
    )


def problems_of(upload: Upload) -> list[Problem]:
    """What was wrong with a refused file."""
    return [Problem.from_document(each) for each in upload.problems]


def progress_of(upload: Upload) -> progress.Progress:
    """How many rows are read while the file is queued."""
    return progress.told("upload", upload.pk, upload.rows)


def runs_at_once(upload: Upload) -> bool:
    """Whether the file is small enough to be imported while a person waits."""
    return upload.rows <= settings.SELLOUT_ROWS_AT_ONCE


def sweep(*, now: datetime) -> list[int]:
    """Ids of queued files whose message may be lost. What was begun too often, or lies too long, is put aside."""
    queued = Upload.objects.filter(state=State.QUEUED)
    lost = queued.filter(attempts__gte=ATTEMPTS, queued_at__lt=now - TRIED_AGAIN_AFTER * ATTEMPTS)
    for pk in lost.values_list("pk", flat=True):
        # Whoever is still at it holds the row; its own answer then comes first.
        with transaction.atomic():
            row = queued.filter(pk=pk).select_for_update(skip_locked=True).first()
            if row is not None:
                log.error("upload given up", upload=pk)
                Upload.objects.filter(pk=pk).update(state=State.FAILED)
    forgotten = Upload.objects.filter(uploaded_at__lt=now - KEPT).filter(
        Q(state=State.DRAFT) | Q(state=State.REFUSED) | Q(state=State.FAILED)
    )
    forgotten.update(state=State.DISCARDED, content=b"")
    return list(queued.filter(attempts__lt=ATTEMPTS).order_by("queued_at").values_list("pk", flat=True))


def _not_in_that_state() -> NotInThatState:
    return NotInThatState(_("Somebody has imported or discarded this file meanwhile."))
