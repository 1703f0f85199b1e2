"""Files of invoices: who gets them when, and how long they are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from common import retention
from common.kept import forgetting
from invoices import partner_steps, processing
from invoices.models import Invoice, InvoiceFile
from sales.readers.invoices.record import Party
from tests.common import scanner as it
from tests.common.scanner import scanner
from tests.invoices.bonus import Bonus
from tests.sales.invoices.samples import hybrid
from tests.world import NOW

SignedIn = Callable[..., Client]
SECOND = timedelta(seconds=1)
AWAY = "tcp://127.0.0.1:1"


def addresses(bonus: Bonus, invoice: Invoice) -> list[tuple[Any, str, str]]:
    """Who looks at the invoice where, and where the file would be."""
    own, vendors = [bonus.partner.number, invoice.pk], [bonus.world.vendor.slug, invoice.pk]
    return [
        (bonus.world.reseller_owner, reverse("invoices:invoice", args=own), reverse("invoices:file", args=own)),
        (
            bonus.world.channel_manager,
            reverse("invoices:vendor-invoice", args=vendors),
            reverse("invoices:vendor-file", args=vendors),
        ),
    ]


def test_a_file_that_was_not_scanned_yet_is_shown_as_pictures_only_and_the_page_says_why(
    bonus: Bonus, settings: Any, signed_in: SignedIn
) -> None:
    settings.CLAMD_URL = AWAY
    invoice = bonus.processed(hybrid(bonus.record()))
    for who, page, file in addresses(bonus, invoice):
        client = signed_in(who)
        shown = client.get(page).content.decode()
        assert "The file can be downloaded as soon as the virus scanner has looked at it." in shown
        assert file not in shown.replace(f"{file}pages", "")
        assert client.get(file).status_code == 404
        assert client.get(page + "pages/1/").status_code == 200
    with scanner(it.answer) as settings.CLAMD_URL:
        processing.scan_again(now=NOW)
    for who, page, file in addresses(bonus, invoice):
        assert file in signed_in(who).get(page).content.decode()
        assert signed_in(who).get(file).status_code == 200


# --- how long they are kept ------------------------------------------------------------------------------------------


def due() -> datetime:
    return NOW + timedelta(days=portal.RETENTION_DAYS["invoice-files"])


@pytest.fixture
def refused(bonus: Bonus) -> Invoice:
    shop = Party(name="Billigtelefone GmbH", vat_id="DE111111111")
    return bonus.processed(hybrid(bonus.record(seller=shop)))


def test_the_file_of_a_refused_invoice_goes_after_its_period_and_what_was_decided_stays(
    bonus: Bonus, refused: Invoice, signed_in: SignedIn
) -> None:
    assert refused.state == Invoice.State.REFUSED
    for now, there in ((due() - SECOND, True), (due(), False)):
        retention.forget_due(now=now)
        refused.refresh_from_db()
        found = [refused.record is not None, bool(refused.visible_text), refused.pages == 1]
        assert found == [InvoiceFile.objects.filter(pk=refused.pk).exists()] * 3 == [there] * 3
        assert partner_steps.may_object(refused) is there
    assert (refused.number, refused.reason, refused.lines.count()) == ("RE-1", "not_authorised", 1)
    for who, page, file in addresses(bonus, refused):
        assert "The file is not kept any more." in signed_in(who).get(page).content.decode()
        assert signed_in(who).get(file).status_code == 404


def test_what_was_withdrawn_goes_too_and_what_counts_or_waits_stays(bonus: Bonus) -> None:
    accepted = bonus.processed(bonus.record())
    bonus.rules(automatic=False)
    waiting = bonus.processed(bonus.record(number="RE-2"))
    withdrawn = bonus.processed(bonus.record(number="RE-3"))
    partner_steps.withdraw(invoice=withdrawn, actor=bonus.owner, seen=withdrawn.version, now=NOW)
    retention.forget_due(now=due() + timedelta(days=1000))
    assert set(InvoiceFile.objects.values_list("pk", flat=True)) == {accepted.pk, waiting.pk}


def test_a_forgotten_file_that_was_never_scanned_is_not_looked_for(bonus: Bonus, settings: Any) -> None:
    settings.CLAMD_URL = AWAY
    invoice = bonus.processed(bonus.record())
    partner_steps.withdraw(invoice=invoice, actor=bonus.owner, seen=invoice.version, now=NOW)
    retention.forget_due(now=due())
    processing.scan_again(now=due())
    assert not InvoiceFile.objects.exists()


def test_nobody_but_forgetting_removes_a_file(refused: Invoice) -> None:
    files = InvoiceFile.objects.filter(pk=refused.pk)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        files.delete()
    with pytest.raises(ProgrammingError, match="Cannot update"), forgetting():
        files.update(content=b"another one")
    with forgetting():
        files.delete()
    assert not files.exists()
