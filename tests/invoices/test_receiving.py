"""Taking files in: who may, how many, and the same file of two companies."""

from __future__ import annotations

import pytest

from common.access import OWNER, Actor
from invoices import reviewing
from invoices.models import Invoice, InvoiceFile
from invoices.receiving import NotAllowed, NotTaken, NotTheirVendor, receive
from invoices.reviewing import NotReady
from tests.invoices.bonus import Bonus, worked_on
from tests.people import member_of
from tests.sales.invoices.samples import ubl
from tests.sales.matching_world import make_other
from tests.world import NOW, TODAY

State, Reason = Invoice.State, Invoice.Reason


def test_only_owners_sales_and_bookkeeping_of_a_company_in_one_of_the_vendors_programs_upload(bonus: Bonus) -> None:
    with pytest.raises(NotAllowed):
        bonus.upload(bonus.record(), by=Actor.of(bonus.world.reseller_technician))
    with pytest.raises(NotAllowed):
        bonus.upload(bonus.record(), by=bonus.manager)
    with pytest.raises(NotTheirVendor):
        bonus.upload(bonus.record(), by=Actor.of(bonus.world.rival_owner), partner=bonus.world.rival)
    assert not Invoice.objects.exists()


def test_an_empty_and_a_huge_file_are_not_taken(bonus: Bonus) -> None:
    for content in (b"", b"x" * 20_000_001):
        with pytest.raises(NotTaken):
            bonus.upload(content)


def test_a_company_uploads_as_many_files_a_day_as_the_vendor_takes(bonus: Bonus) -> None:
    bonus.rules(per_day=2)
    bonus.upload(b"one"), bonus.upload(b"two")
    with pytest.raises(NotTaken):
        bonus.upload(b"three")
    assert bonus.upload(b"two").pk  # what is here already is no upload


def test_what_two_companies_upload_is_decided_by_a_person_and_counts_for_one(bonus: Bonus) -> None:
    other = make_other(bonus.world)
    owner = member_of(other, "other_owner", OWNER)
    first = bonus.upload(bonus.record())
    second = receive(
        actor=Actor.of(owner), partner=other, vendor=bonus.world.vendor, file_name="x.xml",
        content=ubl(bonus.record()), now=NOW,
    ).invoice  # fmt: skip
    for invoice in (worked_on(first), worked_on(second)):
        assert invoice.state == State.REVIEW
        assert {each["key"]: each["outcome"] for each in invoice.checks}["new"] == "failed"
    with pytest.raises(NotReady):
        reviewing.accept(invoice=first, actor=bonus.manager, seen=first.version, now=NOW, today=TODAY)
    reviewing.refuse_it(
        invoice=second, actor=bonus.manager, seen=second.version, reason=Reason.NOT_THEIRS, text="", now=NOW
    )  # fmt: skip
    reviewing.accept(invoice=first, actor=bonus.manager, seen=first.version, now=NOW, today=TODAY)


def test_what_was_refused_or_withdrawn_can_be_uploaded_again(bonus: Bonus) -> None:
    first = bonus.processed(b"<html>")
    assert first.state == State.REFUSED
    assert bonus.upload(b"<html>") != first


def test_a_large_file_is_kept_as_it_came(bonus: Bonus) -> None:
    content = bytes(range(256)) * 20_000
    kept = InvoiceFile.objects.get(invoice=bonus.upload(content))
    assert bytes(kept.content) == content
