"""Workers and invoices: who begins claims it for a while, nobody waits for one, and what it writes is worded later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from invoices import partner_steps, processing
from invoices.models import Invoice, InvoiceEvent
from invoices.wording import events
from sales.readers.invoices import limited
from tests.invoices.bonus import Bonus, make_bonus, worked_on
from tests.sales.invoices.samples import line
from tests.world import NOW, TODAY, World

State = Invoice.State


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Something that happens while a worker has opened the file and not yet said what it found."""

    def happens(what: Callable[[], object]) -> None:
        opened = limited.open_file

        def open_file(content: bytes) -> Any:
            found = opened(content)
            what()
            return found

        monkeypatch.setattr(limited, "open_file", open_file)

    return happens


def test_an_invoice_is_withdrawn_while_a_worker_reads_it_and_stays_so(
    committed: World, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    bonus = make_bonus(committed)
    invoice = bonus.upload(bonus.record())
    other = connection.copy()

    def withdraw() -> None:
        """On the worker's connection; another one sees that nothing keeps it away from the row."""
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM invoices_invoice WHERE id = %s FOR UPDATE NOWAIT", [invoice.pk])
        partner_steps.withdraw(invoice=invoice, actor=bonus.owner, seen=invoice.version, now=NOW)

    meanwhile(withdraw)
    try:
        assert processing.process(invoice_id=invoice.pk, now=NOW, today=TODAY) is None
    finally:
        other.close()
    invoice.refresh_from_db()
    assert (invoice.state, invoice.record, invoice.lines.count()) == (State.WITHDRAWN, None, 0)


def test_nobody_begins_with_what_a_worker_is_at_until_it_has_had_its_time(
    bonus: Bonus, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    invoice = bonus.upload(bonus.record())
    seen: list[object] = []

    def look() -> None:
        seen.extend(processing.sweep(now=moment) for moment in (NOW, NOW + processing.CLAIMED_FOR))
        seen.append(processing.process(invoice_id=invoice.pk, now=NOW, today=TODAY))

    meanwhile(look)
    assert worked_on(invoice).state == State.ACCEPTED
    assert seen == [[], [invoice.pk], None]
    assert invoice.claimed_until is None


def test_a_worker_that_was_overtaken_changes_nothing(
    bonus: Bonus, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    invoice = bonus.upload(bonus.record())
    begun: list[bool] = []

    def overtake() -> None:
        if not begun:
            begun.append(True)
            processing.process(invoice_id=invoice.pk, now=NOW + processing.CLAIMED_FOR, today=TODAY)

    meanwhile(overtake)
    assert processing.process(invoice_id=invoice.pk, now=NOW, today=TODAY) is None
    assert worked_on(invoice).state == State.ACCEPTED
    assert [each.step for each in invoice.events.all()] == ["uploaded", "read", "checked", "accepted"]


def test_only_what_workers_are_at_is_claimed(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record())
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(claimed_until=NOW)


def test_why_a_person_has_to_look_is_said_in_the_readers_language_whatever_the_worker_speaks(bonus: Bonus) -> None:
    several = line("1", "5", "180.00", article="D785", name="Telefon")
    bonus.processed(bonus.credit_note(several, of="RE-1"))
    with translation.override("de"):
        invoice = bonus.processed(bonus.record())
    assert invoice.state == State.REVIEW
    why = InvoiceEvent.objects.filter(invoice=invoice, step=InvoiceEvent.Step.TO_REVIEW)
    assert events(why)[0].text == "The credit note takes back more of invoice RE-1 than was claimed."
    with translation.override("de"):
        assert events(why)[0].text == "Die Gutschrift nimmt mehr von Rechnung RE-1 zurück, als geltend gemacht wurde."
