"""Taking in a distributor's sell-out report: read, compare with what is known, match, book. All of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

from django.db import transaction
from django.utils.translation import gettext as _

from common import large_files
from common.access import CHANNEL_MANAGER, DISTRIBUTOR, VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from common.models import User
from common.periods import Period, PeriodKind
from common.sentences import _n
from programs.models import Authorisation, Distributor, Vendor
from sales import layouts
from sales.books import current_cut, one_report_at_a_time
from sales.models import SellOutReport
from sales.readers.layout import Layout
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem, Unreadable
from sales.readers.questions import Guess
from sales.readers.reading import Reading, read_rows
from sales.selectors import currencies_of
from sales.staging import Scope, Staging, staging

UPLOADING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
"""Who of a vendor's staff takes reports in; distributors' own people hand theirs in to vendors they sell for."""
LISTED_PROBLEMS = 200

Progress = Callable[[int], None]
"""Is told now and then how many rows have been read."""


class MayNotUpload(DomainError):
    """The actor is neither of the distributor nor one of the vendor's people who take reports in."""


class NotAuthorised(DomainError):
    """The distributor is authorised for none of the vendor's programs, so its reports prove nothing."""


class CannotReplace(DomainError):
    """The report is not the distributor's, or was replaced by another one already."""


class ReportRefused(DomainError):
    """Something in the file is wrong; nothing of it was written.

    `problems`: what, of about `LISTED_PROBLEMS` rows at most; `unlisted`: how many further rows have problems;
    `read`: rows seen, all of which count as refused; `replaceable`: the report that this file puts right, as it seems.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        *,
        read: int,
        unlisted: int = 0,
        replaceable: SellOutReport | None = None,
    ) -> None:
        self.problems = list(problems)
        self.read = read
        self.unlisted = unlisted
        self.replaceable = replaceable
        super().__init__(_("The report was not imported. Please correct the file and send it again."))


@dataclass(frozen=True)
class ImportResult:
    """What became of the rows. `known`: this very file was here before as `report`, and nothing was added.

    `unchanged`, `taken_back`: of a replacement, rows that stand in both reports, and rows of the other one that no
    longer count.
    """

    report: SellOutReport
    read: int
    matched: int
    unmatched: int
    duplicate: int
    unchanged: int = 0
    taken_back: int = 0
    known: bool = False
    refused: int = 0


def check_may_upload(*, actor: Actor, vendor: Vendor, distributor: Distributor) -> None:
    """Raises `MayNotUpload`, `NotAuthorised`."""
    if not (
        actor.is_system or actor.has(DISTRIBUTOR, distributor.pk) or actor.has(VENDOR, vendor.pk, *UPLOADING_ROLES)
    ):
        raise MayNotUpload(_("Your role may not upload reports."))
    if not Authorisation.objects.filter(program__vendor=vendor, distributor=distributor).exists():
        names = {"distributor": distributor.name, "vendor": vendor.name}
        raise NotAuthorised(_("%(distributor)s is not authorised for any program of %(vendor)s.") % names)


def settled_guess(
    *,
    vendor: Vendor,
    distributor: Distributor,
    content: bytes,
    numbers: Numbers | None = None,
    dates: Dates | None = None,
    sheet: str = "",
) -> Guess:
    """How the file is read where nobody can be asked.

    As the caller says, as this distributor's files were read before, or as the file tells itself. Raises
    `ReportRefused` with what would have to be asked, and where the sheet that is said or was read before is missing.
    """
    try:
        guess = layouts.guess_for(
            vendor=vendor, distributor=distributor, content=content, numbers=numbers, dates=dates, sheet=sheet
        )
    except Unreadable as error:
        raise ReportRefused(error.problems, read=error.rows) from error
    if guess.questions:
        raise ReportRefused([question.as_problem() for question in guess.questions], read=guess.rows)
    known = layouts.remembered(vendor=vendor, distributor=distributor)
    _check_sheet(guess, sheet, Layout.from_document(known.layout).sheet if known else "")
    return guess


def _check_sheet(guess: Guess, said: str, remembered: str) -> None:
    """Refuse a workbook in which the sheet that is meant is missing, or holds no sales. The only one may have any name,
    which often is that of the month."""
    meant = said or (remembered if len(guess.sheets) > 1 else "")
    if not meant or not guess.sheets or meant == guess.layout.sheet:
        return
    sentence = _n(
        "The workbook has no sheet “{sheet}” with sales. It has the sheets {sheets}: please say which is the report."
    )
    sheets = ", ".join(f"“{name}”" for name in guess.sheets)
    raise ReportRefused([Problem.at(None, "", "", sentence, sheet=meant, sheets=sheets)], read=guess.rows)


def import_sellout(
    *,
    actor: Actor,
    vendor: Vendor,
    distributor: Distributor,
    file_name: str,
    content: bytes,
    uploaded_by: User | None,
    now: datetime,
    today: date,
    layout: Layout | None = None,
    replaces: SellOutReport | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Book the sales of a report, read by `layout` or as `settled_guess` says.

    Rows that are doubtful, of unknown customers, of unknown articles or in a currency that none of the vendor's
    programs uses wait for a person. A row known before (vendor, distributor, document, line) is a duplicate. With
    `replaces` this report stands for that one: rows that are the same stay, those that differ are taken back and added
    anew, those that are missing are taken back. Any number of imports may run at once.
    Raises `MayNotUpload`, `NotAuthorised`, `CannotReplace`, and `ReportRefused` for a file with anything wrong in it.
    """
    check_may_upload(actor=actor, vendor=vendor, distributor=distributor)
    sha256 = hashlib.sha256(content).hexdigest()
    if earlier := _imported_before(vendor, distributor, sha256):
        return earlier
    if layout is None:
        layout = settled_guess(vendor=vendor, distributor=distributor, content=content).layout
    report = SellOutReport(
        vendor=vendor,
        distributor=distributor,
        file_name=tidy_name(file_name),
        content=content,
        sha256=sha256,
        layout=layout.to_document(),
        uploaded_by=uploaded_by,
        uploaded_at=now,
        replaces=replaces,
    )
    with transaction.atomic(), staging(vendor_id=vendor.pk, distributor_id=distributor.pk, layout=layout) as rows:
        report.rows = _fill(rows, vendor, content, layout, progress)
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        if earlier := _imported_before(vendor, distributor, sha256):
            return earlier
        return _book(report, rows, _scope(vendor, today, replaces), now)


def _book(report: SellOutReport, rows: Staging, scope: Scope, now: datetime) -> ImportResult:
    """Compare what was staged with what is known, and bring the report and its new rows into the books."""
    if report.replaces is not None:
        _check_replaceable(report, report.replaces)
    clashes = rows.compare(scope, LISTED_PROBLEMS)
    if clashes.problems:
        unlisted = max(0, clashes.rows - LISTED_PROBLEMS)
        replaceable = None if report.replaces else _last_of_chain(clashes.reports)
        raise ReportRefused(clashes.problems, read=report.rows, unlisted=unlisted, replaceable=replaceable)
    found = rows.sort()
    report.matched, report.unmatched, report.duplicates = found.bookable, found.waiting, found.known
    report.unchanged, report.taken_back = found.unchanged, found.gone
    large_files.insert(report)
    rows.book(report, cut=current_cut(vendor_id=report.vendor_id), now=now)
    return ImportResult(report, report.rows, found.bookable, found.waiting, found.known, found.unchanged, found.gone)


def _scope(vendor: Vendor, today: date, replaces: SellOutReport | None) -> Scope:
    return Scope(
        chain=_chain(replaces),
        currencies=currencies_of(vendor),
        today=today,
        oldest=Period.containing(PeriodKind.MONTH, today).previous(vendor.report_months).start,
        largest=vendor.largest_quantity,
    )


def _chain(report: SellOutReport | None) -> list[int]:
    """The report and those it replaced, the latest first: the rows of all of them may still count."""
    found = []
    reports = SellOutReport.objects.only("replaces_id")
    while report is not None:
        found.append(report.pk)
        report = reports.filter(pk=report.replaces_id).first() if report.replaces_id else None
    return found


def _check_replaceable(report: SellOutReport, earlier: SellOutReport) -> None:
    if (earlier.vendor_id, earlier.distributor_id) != (report.vendor_id, report.distributor_id):
        raise CannotReplace(_("This report is none of %(distributor)s's.") % {"distributor": report.distributor.name})
    later = SellOutReport.objects.filter(replaces=earlier).only("file_name").first()
    if later is not None:
        raise CannotReplace(_("This report was replaced by “%(file)s” already.") % {"file": later.file_name})


def _last_of_chain(reports: Sequence[int]) -> SellOutReport | None:
    """The report that now stands for the first of these."""
    if not reports:
        return None
    report = SellOutReport.objects.defer("content").get(pk=reports[0])
    while later := SellOutReport.objects.defer("content").filter(replaces=report).first():
        report = later
    return report


def _imported_before(vendor: Vendor, distributor: Distributor, sha256: str) -> ImportResult | None:
    reports = SellOutReport.objects.defer("content").filter(vendor=vendor, distributor=distributor, sha256=sha256)
    report = reports.first()
    return report and ImportResult(report, report.rows, matched=0, unmatched=0, duplicate=report.rows, known=True)


def _fill(rows: Staging, vendor: Vendor, content: bytes, layout: Layout, progress: Progress | None) -> int:
    """Stage the file's rows; returns how many there are. Raises `ReportRefused` when one of them cannot be read."""
    try:
        with read_rows(content, layout, layouts.limits(), currency=layouts.currency_of_files(vendor)) as reading:
            rows.fill(_told(reading, progress) if progress else reading)
    except Unreadable as error:
        raise ReportRefused(error.problems, read=error.rows) from error
    if reading.problems:
        raise ReportRefused(reading.problems, read=reading.rows, unlisted=max(0, reading.bad_rows - LISTED_PROBLEMS))
    return reading.rows


def _told(reading: Reading, progress: Progress) -> Iterator[bytes]:
    rows = 0
    for block in reading:
        yield block
        rows += block.count(b"\n")
        progress(rows)


def tidy_name(file_name: str) -> str:
    """The name without folders, which some browsers send along, and without marks that are no letters."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable()).strip()[-200:] or "report.csv"
