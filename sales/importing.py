"""Taking in a distributor's sell-out report: read, compare with what is known, match, book. All of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from common.access import CHANNEL_MANAGER, VENDOR_ADMIN
from common.errors import DomainError
from common.models import User
from programs.models import Authorisation, Distributor, Vendor
from sales.books import current_cut, one_report_at_a_time
from sales.models import SellOutReport
from sales.readers.limits import Limits
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem, Unreadable
from sales.readers.rows import SellOutRow
from sales.readers.sellout import Options, SellOutFile, open_sellout
from sales.selectors import currencies_of
from sales.staging import Staging, staging

UPLOADING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
"""Who of a vendor's staff takes reports in; distributors' own people hand theirs in to vendors they sell for."""
LISTED_PROBLEMS = 200
DEFAULT_CURRENCY = "EUR"


class NotAuthorised(DomainError):
    """The distributor is authorised for none of the vendor's programs, so its reports prove nothing."""


class ReportRefused(DomainError):
    """Something in the file is wrong; nothing of it was written.

    `problems`: what, of about `LISTED_PROBLEMS` rows at most; `unlisted`: how many further rows have problems;
    `read`: rows seen, all of which count as refused.
    """

    def __init__(self, problems: Sequence[Problem], *, read: int, unlisted: int = 0) -> None:
        self.problems = list(problems)
        self.read = read
        self.unlisted = unlisted
        super().__init__(_("The report was not imported. Please correct the file and send it again."))


@dataclass(frozen=True)
class ImportResult:
    """What became of the rows. `known`: this very file was here before as `report`, and nothing was added."""

    report: SellOutReport
    read: int
    matched: int
    unmatched: int
    duplicate: int
    known: bool = False
    refused: int = 0


def import_sellout(
    *,
    vendor: Vendor,
    distributor: Distributor,
    file_name: str,
    content: bytes,
    uploaded_by: User | None,
    now: datetime,
    today: date,
    numbers: Numbers | None = None,
    dates: Dates | None = None,
) -> ImportResult:
    """Book the sales of a report. `numbers` and `dates` say how the file writes them; None finds out.

    Rows of unknown customers, of unknown articles or in a currency that none of the vendor's programs uses wait for
    a person. A row known before (vendor, distributor, document, line) is a duplicate. Any number of imports may run
    at once.
    Raises `NotAuthorised`, and `ReportRefused` for a file with anything wrong in it.
    """
    if not Authorisation.objects.filter(program__vendor=vendor, distributor=distributor).exists():
        names = {"distributor": distributor.name, "vendor": vendor.name}
        raise NotAuthorised(_("%(distributor)s is not authorised for any program of %(vendor)s.") % names)
    sha256 = hashlib.sha256(content).hexdigest()
    if earlier := _imported_before(vendor, distributor, sha256):
        return earlier
    currencies = currencies_of(vendor)
    default = currencies[0] if len(currencies) == 1 else DEFAULT_CURRENCY
    file = _open(content, Options(numbers, dates, default, Limits(size=settings.SELLOUT_MAX_BYTES)))
    with transaction.atomic(), staging(vendor_id=vendor.pk, distributor_id=distributor.pk) as rows:
        _fill(rows, file)
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        if earlier := _imported_before(vendor, distributor, sha256):
            return earlier
        problems, clashing = rows.compare(file, LISTED_PROBLEMS)
        if problems:
            raise ReportRefused(problems, read=file.rows, unlisted=max(0, clashing - LISTED_PROBLEMS))
        found = rows.sort(currencies)
        report = SellOutReport.objects.create(
            vendor=vendor,
            distributor=distributor,
            file_name=_tidy_name(file_name),
            content=content,
            sha256=sha256,
            uploaded_by=uploaded_by,
            uploaded_at=now,
            rows=file.rows,
            matched=found.bookable,
            unmatched=found.waiting,
            duplicates=found.known,
        )
        rows.book(report, cut=current_cut(vendor_id=vendor.pk), now=now)
    return ImportResult(report, file.rows, found.bookable, found.waiting, found.known)


def _open(content: bytes, options: Options) -> SellOutFile:
    try:
        return open_sellout(content, options)
    except Unreadable as error:
        raise ReportRefused(error.problems, read=error.rows) from error


def _imported_before(vendor: Vendor, distributor: Distributor, sha256: str) -> ImportResult | None:
    reports = SellOutReport.objects.defer("content").filter(vendor=vendor, distributor=distributor, sha256=sha256)
    report = reports.first()
    return report and ImportResult(report, report.rows, matched=0, unmatched=0, duplicate=report.rows, known=True)


def _fill(rows: Staging, file: SellOutFile) -> None:
    problems: list[Problem] = []
    unlisted = 0

    def sound_rows() -> Iterator[SellOutRow]:
        nonlocal unlisted
        for result in file:
            if isinstance(result, SellOutRow):
                if not problems:
                    yield result
            elif len(problems) < LISTED_PROBLEMS:
                problems.extend(result)
            else:
                unlisted += 1

    rows.fill(sound_rows())
    if problems:
        raise ReportRefused(problems, read=file.rows, unlisted=unlisted)


def _tidy_name(file_name: str) -> str:
    """The name without folders, which some browsers send along, and without marks that are no letters."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable()).strip()[-200:] or "report.csv"
