"""Uploads and the virus scanner: a real server at `CLAMD_URL` that answers, or does not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from invoices import processing, reviewing
from invoices.models import Invoice
from invoices.outcomes import Check
from invoices.reviewing import NotReady
from invoices.wording import sentence
from sales.models import Evidence, SaleLine
from sales.readers.invoices.record import Party
from tests.common import scanner as it
from tests.common.scanner import VIRUS, scanner
from tests.invoices.bonus import Bonus
from tests.sales.invoices.samples import hybrid, ubl
from tests.world import NOW, TODAY

State, Scan, Reason = Invoice.State, Invoice.Scan, Invoice.Reason
AWAY = "tcp://127.0.0.1:1"
SignedIn = Callable[..., Client]


def said_of_the_scan(invoice: Invoice) -> tuple[str, str]:
    [check] = [Check.from_document(each) for each in invoice.checks if each["key"] == "scan"]
    return check.outcome, sentence(check)


def nothing_counts() -> bool:
    return not SaleLine.objects.filter(evidence=Evidence.INVOICE).exists()


def accept(bonus: Bonus, invoice: Invoice) -> Decimal:
    return reviewing.accept(invoice=invoice, actor=bonus.manager, seen=invoice.version, now=NOW, today=TODAY)


def files_of(invoice: Invoice, bonus: Bonus, signed_in: SignedIn) -> list[int]:
    """How both sides are answered who ask for the file and its first page."""
    sides = [
        (bonus.world.reseller_owner, "invoices:file", "invoices:page", bonus.partner.number),
        (bonus.world.channel_manager, "invoices:vendor-file", "invoices:vendor-page", bonus.world.vendor.slug),
    ]
    urls = [
        (who, url)
        for who, file, page, of in sides
        for url in (reverse(file, args=[of, invoice.pk]), reverse(page, args=[of, invoice.pk, 1]))
    ]
    return [signed_in(who).get(url).status_code for who, url in urls]


def test_a_file_that_the_scanner_calls_clean_is_accepted(bonus: Bonus, settings: Any) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        invoice = bonus.processed(bonus.record())
    assert (invoice.state, invoice.scan) == (State.ACCEPTED, Scan.CLEAN)
    assert said_of_the_scan(invoice) == ("passed", "The virus scanner found nothing.")


@pytest.mark.parametrize("behave", [None, it.answer_error, it.answer_nonsense, it.close_at_once])
def test_without_a_clear_answer_nothing_is_accepted_and_a_person_reads_that_it_is_not_yet_scanned(
    bonus: Bonus, settings: Any, behave: Any
) -> None:
    if behave is None:
        settings.CLAMD_URL = AWAY
        invoice = bonus.processed(bonus.record())
    else:
        with scanner(behave) as settings.CLAMD_URL:
            invoice = bonus.processed(bonus.record())
    assert (invoice.state, invoice.scan) == (State.REVIEW, Scan.WAITING)
    assert said_of_the_scan(invoice) == (
        "open", "The virus scanner cannot be reached: the file is not yet scanned."
    )  # fmt: skip
    with pytest.raises(NotReady, match="not yet scanned"):
        accept(bonus, invoice)
    assert nothing_counts()


def test_when_the_scanner_is_back_what_it_calls_clean_is_accepted(bonus: Bonus, settings: Any) -> None:
    settings.CLAMD_URL = AWAY
    invoice = bonus.processed(bonus.record())
    processing.scan_again(now=NOW)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.scan) == (State.REVIEW, Scan.WAITING)
    with scanner(it.answer) as settings.CLAMD_URL:
        processing.scan_again(now=NOW)
        processing.process(invoice_id=invoice.pk, now=NOW, today=TODAY)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.scan, invoice.value) == (State.ACCEPTED, Scan.CLEAN, Decimal("36.00"))


def test_a_harmful_file_is_refused_and_given_to_nobody(bonus: Bonus, settings: Any, signed_in: SignedIn) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        invoice = bonus.processed(hybrid(bonus.record()) + VIRUS)
    assert (invoice.state, invoice.reason, invoice.scan) == (State.REFUSED, Reason.HARMFUL, Scan.INFECTED)
    assert files_of(invoice, bonus, signed_in) == [404] * 4
    assert nothing_counts()


def test_what_turns_out_to_be_harmful_later_is_refused_then(bonus: Bonus, settings: Any, signed_in: SignedIn) -> None:
    settings.CLAMD_URL = AWAY
    invoice = bonus.processed(hybrid(bonus.record()) + VIRUS)
    assert invoice.state == State.REVIEW
    assert files_of(invoice, bonus, signed_in)[1] == 200
    with scanner(it.answer) as settings.CLAMD_URL:
        processing.scan_again(now=NOW)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.reason) == (State.REFUSED, Reason.HARMFUL)
    assert files_of(invoice, bonus, signed_in) == [404] * 4


def test_a_harmful_file_that_cannot_be_read_or_is_here_already_is_given_to_nobody_either(
    bonus: Bonus, settings: Any, signed_in: SignedIn
) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        bonus.processed(bonus.record())
        for content in (b"<html>" + VIRUS, ubl(bonus.record()) + b"<!--" + VIRUS + b"-->"):
            invoice = bonus.processed(content)
            assert (invoice.state, invoice.reason, invoice.scan) == (State.REFUSED, Reason.HARMFUL, Scan.INFECTED)
            assert set(files_of(invoice, bonus, signed_in)) == {404}


def test_what_a_person_opened_while_the_scanner_was_away_is_scanned_and_can_be_accepted_later(
    bonus: Bonus, settings: Any
) -> None:
    settings.CLAMD_URL = AWAY
    invoice = bonus.processed(bonus.record(buyer=Party(name="Ganz Andere AG", vat_id="DE555555555")))
    reviewing.hold(invoice=invoice, actor=bonus.manager, now=NOW)
    with scanner(it.answer) as settings.CLAMD_URL:
        processing.scan_again(now=NOW)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.scan) == (State.REVIEW, Scan.CLEAN)
    assert accept(bonus, invoice) == Decimal("36.00")
