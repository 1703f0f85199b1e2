"""Accepted invoices that their distributor leaves out of its reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from invoices import selectors
from invoices.models import Invoice
from invoices.selectors import UNREPORTED_AFTER, never_reported
from tests.invoices.bonus import Bonus
from tests.world import TODAY, sell

SignedIn = Callable[..., Client]
OLD = TODAY - UNREPORTED_AFTER


@pytest.fixture
def accepted(bonus: Bonus) -> Invoice:
    invoice = bonus.processed(bonus.record(issue_date=OLD))
    assert invoice.state == Invoice.State.ACCEPTED
    return invoice


def left_out(bonus: Bonus, today: date = TODAY) -> list[Invoice]:
    return list(never_reported(vendor=bonus.world.vendor, actor=bonus.manager, today=today))


def test_an_invoice_is_listed_when_its_distributor_reports_and_leaves_it_out(
    bonus: Bonus, accepted: Invoice, signed_in: SignedIn
) -> None:
    assert left_out(bonus) == [accepted]
    assert left_out(bonus, today=TODAY - timedelta(days=1)) == []
    page = signed_in(bonus.world.channel_manager).get(reverse("invoices:statistics", args=[bonus.world.vendor.slug]))
    assert "Never reported by the distributor" in page.content.decode()


def test_a_report_of_the_days_after_the_invoice_need_not_know_it_yet(
    bonus: Bonus, accepted: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        selectors, "REPORTED_WITHIN", UNREPORTED_AFTER + timedelta(days=1)
    )  # the world's report is of today
    assert left_out(bonus) == []


def test_what_the_distributor_reported_is_not_listed(bonus: Bonus, accepted: Invoice) -> None:
    sell(bonus.partner, bonus.d785, OLD, "3", None, distributor=bonus.world.distributor, document="re 1")
    assert left_out(bonus) == []
