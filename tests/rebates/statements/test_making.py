"""Statements of payments: that they agree with the ledger, are made once and stay, and go out by mail."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from common.access import Actor
from common.models import OutboxMail
from common.periods import Period
from partners.bookkeeping import Status
from partners.models import Partner
from partners.services import record_tax_status
from rebates.documents.statement_pdf import NotRendered, pdf, pdfs
from rebates.models import AnswerLine, PaymentRun, Statement, StatementFailure
from rebates.rights import NotAllowed
from rebates.statements import derivations, making
from rebates.statements.covered import covered_by
from rebates.statements.errors import CorrectedAlready, ReasonMissing
from tests.owner import without_triggers
from tests.rebates import adjusting
from tests.rebates.payments.paying import (
    Finance,
    another_partner,
    close,
    exported,
    has_account,
    make_finance,
    owed_120,
    pays,
    proposed,
    say,
)
from tests.rebates.statements.reading import made, sheet, text_of
from tests.world import NOW, START, TODAY, World, sell

Said = AnswerLine.Said
Q4 = Period.parse("2026Q4")
LATER = NOW + timedelta(days=60)


@pytest.fixture
def run(world: World, finance: Finance) -> PaymentRun:
    """120.00 for the third quarter, given to the bank."""
    owed_120(world, finance)
    return exported(world, finance)


def test_a_payment_that_was_given_to_the_bank_gets_its_statement_once(world: World, run: PaymentRun) -> None:
    [statement] = made()
    assert made() == []
    assert (statement.number, statement.amount, statement.language) == (
        f"BS-{run.number}-{world.reseller.number}", Decimal("120.00"), "en",
    )  # fmt: skip
    assert hashlib.sha256(statement.content).hexdigest() == statement.sha256


def test_before_a_run_is_given_to_the_bank_there_is_no_statement(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    proposed(world, finance)
    assert made() == []


@pytest.mark.usefixtures("run")
def test_it_says_in_english_what_the_payment_is_made_of(world: World) -> None:
    [statement] = made()
    text = text_of(statement.content)
    for words in (
        "Bonus statement BS-1-", "€120.00", "Units sold: 24", "24 × €5.00", "R-1001", "Page 1 of 2", "30 Nov 2026",
        "VAT contained", "€19.16", "€100.84", "Balance after the payment before", "§ 17 UStG",
    ):  # fmt: skip
        assert words in text, words
    assert world.reseller.name in text


@pytest.mark.usefixtures("run")
def test_its_pdf_names_title_language_and_the_moment_it_was_made_and_nothing_else_changes_its_bytes(
    world: World,
) -> None:
    [statement] = made()
    reader = PdfReader(io.BytesIO(bytes(statement.content)))
    assert reader.metadata is not None
    assert reader.metadata.title == f"Bonus statement {statement.number}"
    assert reader.metadata.creation_date_raw == "D:20261116120000Z"
    assert str(reader.root_object.get("/Lang")) == "en"
    printed = sheet(statement.payment, "en", statement.number)
    assert pdf(printed) == pdf(printed) == bytes(statement.content)


def test_the_document_adds_up_to_the_payment_with_adjustments_and_corrections_by_hand(
    world: World, finance: Finance
) -> None:
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    close(world)
    adjusting.booked(world, "-20.00", reason="Freight of two returns")
    with transaction.atomic():
        sell(
            world.reseller, world.topseller, Period.parse("2026Q3").start, "1", None, distributor=world.distributor,
            document="R-LATE",
        )  # fmt: skip
    close(world, Q4, today=TODAY + timedelta(days=60), now=NOW)
    exported(world, finance)
    [statement] = made()
    covered = covered_by(statement.payment)
    assert sum(each.amount for each in covered.entries) == statement.payment.amount == Decimal("340.00")
    text = text_of(statement.content)
    for words in (
        "Freight of two returns", "€20.00", "adjustment of Q3 2026", "1 sale was booked after the period was closed",
        "R-LATE", "other sales together", "€340.00",
    ):  # fmt: skip
        assert words in text, words


def test_money_that_came_back_is_paid_again_and_its_vat_is_told_once(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    first = exported(world, finance)
    [statement] = made()
    say(first.payments.get(), Said.PAID, finance.first)
    say(first.payments.get(), Said.RETURNED, finance.first, code="MS03", stays=True)
    exported(world, finance)
    [again] = made()
    text = text_of(again.content)
    assert again.number == f"BS-2-{world.reseller.number}"
    assert "Payment of run 1 that came back" in text
    assert "VAT contained" not in text
    assert statement.amount == again.amount == Decimal("120.00")


def test_each_payment_starts_where_the_one_before_ended(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    first = exported(world, finance)
    say(first.payments.get(), Said.PAID, finance.first)
    adjusting.booked(world, "33.00", reason="Prize of the summer")
    exported(world, finance)
    [_old, new] = made()
    assert new.amount == Decimal("33.00")
    text = text_of(new.content)
    assert "Prize of the summer" in text
    assert "Units sold" not in text


# --- facts that stay -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rebates_statement SET content = 'other'",
        "DELETE FROM rebates_statement",
        "TRUNCATE rebates_statement CASCADE",
    ],
)
def test_a_statement_is_never_changed_nor_removed(statement: str) -> None:
    made()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("run")
def test_a_correction_is_a_new_document_that_names_the_old_one(world: World, finance: Finance) -> None:
    [wrong] = made()
    record_tax_status(partner=world.reseller, status=Status.SMALL_BUSINESS, on=START)
    actor = Actor.of(finance.first)
    right = making.correct(statement_id=wrong.pk, reason="Small business since 2026", actor=actor, now=LATER)
    assert (right.number, right.corrects, right.amount) == (f"{wrong.number}-2", wrong, wrong.amount)
    text = text_of(right.content)
    assert f"corrects and replaces number {wrong.number}. Reason: Small business since 2026" in text
    assert "§ 19 UStG" in text
    with pytest.raises(CorrectedAlready):
        making.correct(statement_id=wrong.pk, reason="Once more", actor=actor, now=LATER)
    again = making.correct(statement_id=right.pk, reason="Once more", actor=actor, now=LATER)
    assert again.number == f"{wrong.number}-3"
    assert made() == []


@pytest.mark.usefixtures("run")
def test_only_finance_and_admins_correct_and_they_say_why(world: World, finance: Finance) -> None:
    [statement] = made()
    for person in (world.channel_manager, world.reseller_owner, world.rival_vendor_finance, world.platform_admin):
        with pytest.raises(NotAllowed):
            making.correct(statement_id=statement.pk, reason="So", actor=Actor.of(person), now=LATER)
    with pytest.raises(ReasonMissing):
        making.correct(statement_id=statement.pk, reason=" ", actor=Actor.of(finance.first), now=LATER)


def test_what_does_not_add_up_is_not_made_and_holds_up_nobody(world: World, finance: Finance) -> None:
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    other = another_partner(world, "Nordlicht GmbH", "7K7K7K7K", "30")
    has_account(other, world.vendor, finance.bookkeeper)
    close(world)
    exported(world, finance)
    with without_triggers("rebates_payment") as cursor:
        cursor.execute("UPDATE rebates_payment SET amount = amount + 0.01 WHERE partner_id = %s", [world.reseller.pk])
    [statement] = made()
    assert statement.partner == other
    [failure] = StatementFailure.objects.all()
    assert failure.reason == "DoesNotAddUp: €120.01 were paid, but what was booked for it comes to €120.00."
    assert made(NOW + timedelta(minutes=5)) == []


def test_a_settlement_that_nobody_can_read_any_more_holds_up_nobody(world: World, finance: Finance) -> None:
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    other = another_partner(world, "Nordlicht GmbH", "7K7K7K7K", "30")
    has_account(other, world.vendor, finance.bookkeeper)
    close(world)
    exported(world, finance)
    with without_triggers("rebates_settlement") as cursor:
        cursor.execute("UPDATE rebates_settlement SET explanation = '{}' WHERE enrolment_id = %s", [world.enrolment.pk])
    [statement] = made()
    assert statement.partner == other
    [failure] = StatementFailure.objects.all()
    assert failure.reason == "ValidationError"


# --- mail ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("run")
def test_owner_and_bookkeeping_are_told_and_the_named_address_gets_the_pdf(world: World) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(bookkeeping_email="books@example.com")
    [statement] = made()
    mails = OutboxMail.objects.filter(kind="statement", period=f"statement {statement.pk}")
    addresses = set(mails.values_list("address", flat=True))
    assert {world.reseller_owner.email, world.reseller_finance.email, "books@example.com"} <= addresses
    assert world.reseller_sales.email not in addresses
    mail = mails.get(address="books@example.com")
    assert "€120.00" in mail.text
    assert f"/partner/{world.reseller.number}/statements/" in mail.text


# --- several at once -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("run")
def test_a_sheet_that_cannot_be_made_does_not_keep_the_others_of_its_child_from_it(world: World) -> None:
    [statement] = made()
    good = sheet(statement.payment, "en", statement.number)
    broken = replace(good, colour="no colour")
    assert [content is None for content in pdfs([good, broken, good])] == [False, True, False]
    assert pdfs([good])[0] == bytes(statement.content)
    with pytest.raises(NotRendered):
        pdf(broken)


@pytest.mark.usefixtures("run")
def test_three_thousand_lines_are_one_document(world: World) -> None:
    """How long it takes is measured by `make bench`."""
    [statement] = made()
    good = sheet(statement.payment, "de")
    [annex] = good.annexes
    rows = [["12.08.2026", f"R-{place}", "Allnet", "21HM ThinkPad", "1", "899,00", "15,00"] for place in range(3_000)]
    content = pdf(replace(good, annexes=[replace(annex, grid=replace(annex.grid, rows=rows))]))
    assert len(PdfReader(io.BytesIO(content)).pages) > 50


def test_a_commit_takes_no_further_payment_once_its_documents_have_many_lines(
    world: World, finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_ROWS", 2)
    pays(world.vendor)
    others = [another_partner(world, f"Partner {place}", f"7K7K7K7{place}", "30") for place in range(2, 6)]
    for partner in (world.reseller, *others):
        has_account(partner, world.vendor, finance.bookkeeper)
    close(world)
    exported(world, finance)
    first = making.make_some(now=NOW, limit=5)
    assert len(first) == Statement.objects.count() == 2
    assert len(making.make_some(now=NOW, limit=5, after=first[-1])) == 2
    assert len(made()) == 1


def test_a_document_that_leaves_lines_out_says_so_and_their_sum(
    world: World, finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        sell(
            world.reseller, world.topseller, Period.parse("2026Q3").start, "1", None, distributor=world.distributor,
            document="R-1000",
        )  # fmt: skip
    owed_120(world, finance)
    exported(world, finance)
    monkeypatch.setattr(derivations, "MOST_LINES", 1)
    [statement] = made()
    text = text_of(statement.content)
    assert "1 of 2 sale lines are printed here, the others are one row; the portal shows all." in text
    assert "1 more sale line " in text
    assert "R-1000" in text
    assert "R-1001" not in text


def test_two_workers_make_each_statement_once(own_database: str, committed: World) -> None:
    world = committed
    finance = make_finance(world.vendor)
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    with transaction.atomic():
        others = [another_partner(world, f"Partner {place}", f"7K7K7K7{place}", "30") for place in range(2, 8)]
    for other in others:
        has_account(other, world.vendor, finance.bookkeeper)
    close(world)
    exported(world, finance)
    code = (
        "from django.utils import timezone; from rebates.statements.making import make_statements; "
        "make_statements(now=timezone.now(), chunk=1, go_on=lambda: True)"
    )
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    workers = [
        subprocess.Popen(command, env={**os.environ, "DATABASE_URL": own_database}, cwd=settings.BASE_DIR)
        for _ in range(2)
    ]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert Statement.objects.count() == 7
    assert Statement.objects.values("payment").distinct().count() == 7
