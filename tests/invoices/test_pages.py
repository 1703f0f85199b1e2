"""The pages of invoices, as both sides see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from invoices import reviewing
from invoices.models import Invoice
from invoices.reviewing import Corrections
from invoices.tasks import process
from sales.readers.invoices.record import Refused
from tests.invoices.bonus import Bonus, worked_on
from tests.sales.invoices.hybrid_samples import page as paper
from tests.sales.invoices.samples import hybrid, line, ubl
from tests.world import NOW

State = Invoice.State
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker of the tests has no worker: a test says itself when one goes on."""


def sent(client: Client, bonus: Bonus, *files: tuple[str, bytes], **headers: Any) -> Any:
    uploaded = [SimpleUploadedFile(name, content) for name, content in files]
    data = {"vendor": bonus.world.vendor.slug, "file": uploaded}
    return client.post(reverse("invoices:upload", args=[bonus.partner.number]), data, **headers)


def page_of(client: Client, invoice: Invoice, name: str = "invoice", **data: Any) -> Any:
    owner = invoice.partner.number if not name.startswith("vendor") else invoice.vendor.slug
    return client.get(reverse(f"invoices:{name}", args=[owner, invoice.pk]))


def test_several_files_are_taken_at_once_and_each_gets_its_row(bonus: Bonus, signed_in: SignedIn) -> None:
    owner = signed_in(bonus.world.reseller_owner)
    answer = sent(owner, bonus, ("a.xml", ubl(bonus.record())), ("b.xml", ubl(bonus.record(number="RE-2"))))
    assert answer.status_code == 302
    shown = owner.get(answer.url).content.decode()
    assert shown.count('class="upload-row"') == 2
    for invoice in Invoice.objects.all():
        worked_on(invoice)
    shown = owner.get(answer.url).content.decode()
    assert shown.count("3 devices count, €36.00 rebate.") == 2


def test_a_file_that_is_not_taken_says_why_at_the_field_and_the_others_are_kept(
    bonus: Bonus, signed_in: SignedIn
) -> None:
    owner = signed_in(bonus.world.reseller_owner)
    answer = sent(owner, bonus, ("a.xml", ubl(bonus.record())), ("empty.pdf", b""))
    assert answer.status_code == 422
    assert "empty.pdf: The file is empty." in answer.content.decode()
    assert Invoice.objects.count() == 1


def test_one_by_one_each_file_is_answered_with_its_row(bonus: Bonus, signed_in: SignedIn) -> None:
    owner = signed_in(bonus.world.reseller_owner)
    answer = sent(owner, bonus, ("a.xml", ubl(bonus.record())), headers={"X-One-By-One": "1"})
    invoice = Invoice.objects.get()
    assert answer.content.decode().count("<li") == 1
    assert "data-working" in answer.content.decode()
    worked_on(invoice)
    rows = owner.get(reverse("invoices:rows", args=[bonus.partner.number])).content.decode()
    assert f'id="invoice-{invoice.pk}"' in rows
    assert "data-working" not in rows


def test_the_partner_reads_every_check_and_what_each_line_brings(bonus: Bonus, signed_in: SignedIn) -> None:
    invoice = bonus.processed(hybrid(bonus.record()))
    shown = page_of(signed_in(bonus.world.reseller_owner), invoice).content.decode()
    for text in ("is an authorised distributor.", "D785 desk phone", "€36.00", "Accepted"):
        assert text in shown
    sale = invoice.lines.get().sale_line
    assert sale is not None
    assert reverse("sales:partner-sale", args=[bonus.partner.number, sale.pk]) in shown


def test_a_sale_leads_to_the_invoice_line_behind_it(bonus: Bonus, signed_in: SignedIn) -> None:
    invoice = bonus.processed(bonus.record())
    sale = invoice.lines.get().sale_line
    assert sale is not None
    client = signed_in(bonus.world.reseller_owner)
    shown = client.get(reverse("sales:partner-sale", args=[bonus.partner.number, sale.pk])).content.decode()
    assert reverse("invoices:invoice", args=[bonus.partner.number, invoice.pk]) in shown
    manager = signed_in(bonus.world.channel_manager)
    shown = manager.get(reverse("sales:vendor-sale", args=[bonus.world.vendor.slug, sale.pk])).content.decode()
    assert reverse("invoices:vendor-invoice", args=[bonus.world.vendor.slug, invoice.pk]) in shown


def test_a_file_is_given_back_as_an_attachment_that_runs_nowhere(bonus: Bonus, signed_in: SignedIn) -> None:
    content = hybrid(bonus.record())
    invoice = bonus.processed(content)
    answer = page_of(signed_in(bonus.world.reseller_owner), invoice, "file")
    assert answer.content == content
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)


def test_pages_are_shown_as_pictures_and_a_page_that_is_not_there_is_not(bonus: Bonus, signed_in: SignedIn) -> None:
    invoice = bonus.processed(hybrid(bonus.record()))
    owner = signed_in(bonus.world.reseller_owner)
    url = reverse("invoices:page", args=[bonus.partner.number, invoice.pk, 1])
    assert owner.get(url).content.startswith(b"\xff\xd8")
    assert owner.get(url.replace("/pages/1/", "/pages/2/")).status_code == 404


def test_a_harmful_file_is_given_to_nobody(bonus: Bonus, signed_in: SignedIn) -> None:
    invoice = bonus.processed(hybrid(bonus.record()))
    Invoice.objects.filter(pk=invoice.pk).update(scan=Invoice.Scan.INFECTED)
    assert page_of(signed_in(bonus.world.reseller_owner), invoice, "file").status_code == 404


def test_an_invoice_without_data_is_typed_by_the_partner_and_accepted_by_the_vendor(
    bonus: Bonus, signed_in: SignedIn
) -> None:
    invoice = bonus.processed(paper(bonus.record()))
    assert (invoice.state, invoice.record) == (State.REVIEW, None)
    owner = signed_in(bonus.world.reseller_owner)
    url = reverse("invoices:fill-in", args=[bonus.partner.number, invoice.pk])
    form = owner.get(url)
    assert form.status_code == 200
    typed = {
        "seen": invoice.version, "number": "RE-1", "issue_date": "2026-10-20", "type_code": "380", "currency": "EUR",
        "distributor": bonus.world.distributor.pk, "buyer_name": bonus.partner.name,
        "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-article": "D785", "lines-0-quantity": "3",
        "lines-0-net": "540.00",
    }  # fmt: skip
    assert owner.post(url, typed).status_code == 302
    invoice.refresh_from_db()
    assert (invoice.state, invoice.number, "number" in invoice.typed) == (State.REVIEW, "RE-1", True)

    manager = signed_in(bonus.world.channel_manager)
    slug = bonus.world.vendor.slug
    taken = manager.post(reverse("invoices:next", args=[slug]))
    page = reverse("invoices:vendor-invoice", args=[slug, invoice.pk])
    assert taken["Location"] == page
    shown = manager.get(page).content.decode()
    assert "Values were typed by a person." in shown
    manager.post(reverse("invoices:accept", args=[slug, invoice.pk]), {"seen": invoice.version})
    invoice.refresh_from_db()
    assert (invoice.state, invoice.automatic, invoice.value) == (State.ACCEPTED, False, Decimal("36.00"))


def test_a_reviewer_says_how_many_pieces_a_pack_is_and_it_is_remembered(bonus: Bonus, signed_in: SignedIn) -> None:
    packed = line("1", "2", "1800.00", article="D785", name="Telefon")

    invoice = bonus.processed(bonus.record(replace(packed, unit="XPK")))
    manager = signed_in(bonus.world.channel_manager)
    url = reverse("invoices:vendor-invoice", args=[bonus.world.vendor.slug, invoice.pk])
    manager.get(url)
    typed = {
        "seen": invoice.version, "number": "RE-1", "issue_date": "2026-10-20", "type_code": "380", "currency": "EUR",
        "distributor": bonus.world.distributor.pk, "buyer_name": invoice.buyer_name,
        "buyer_vat_id": invoice.buyer_vat_id,
        "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 1, "lines-0-position": 1, "lines-0-article": "D785",
        "lines-0-name": "Telefon", "lines-0-quantity": "2", "lines-0-unit": "XPK", "lines-0-net": "3600.00",
        "lines-0-per_unit": "10",
    }  # fmt: skip
    answer = manager.post(f"{url}correct/", typed)
    assert answer.status_code == 302, answer.content.decode()
    invoice.refresh_from_db()
    assert invoice.lines.get().pieces == 20
    other = bonus.processed(bonus.record(replace(packed, unit="XPK"), number="RE-2"))
    assert (other.state, other.value) == (State.ACCEPTED, Decimal("240.00"))


def test_refusing_asking_answering_and_objecting_in_the_pages(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    invoice = bonus.processed(bonus.record())
    slug, number = bonus.world.vendor.slug, bonus.partner.number
    manager, owner = signed_in(bonus.world.channel_manager), signed_in(bonus.world.reseller_owner)

    def act(client: Client, name: str, of: str, **data: Any) -> str:
        invoice.refresh_from_db()
        prefix = {"refuse": "refuse-", "ask": "ask-"}.get(name, "")
        values = {f"{prefix}{key}": value for key, value in {"seen": invoice.version, **data}.items()}
        answer = client.post(reverse(f"invoices:{name}", args=[of, invoice.pk]), values)
        assert answer.status_code == 302, answer.content.decode()
        invoice.refresh_from_db()
        return invoice.state

    assert act(manager, "ask", slug, text="Which project?") == State.ASKED
    assert "Which project?" in page_of(owner, invoice).content.decode()
    assert act(owner, "answer", number, text="Stadtwerke.") == State.REVIEW
    assert act(manager, "refuse", slug, reason="other", text="It was a loan.") == State.REFUSED
    assert "It was a loan." in page_of(owner, invoice).content.decode()
    assert act(owner, "object", number, text="It was not.") == State.REVIEW
    assert act(manager, "refuse", slug, reason="other", text="It was.") == State.REFUSED
    assert "Look at it again" not in page_of(owner, invoice).content.decode()


def test_a_review_asks_for_as_much_however_many_lines_there_are(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    manager = signed_in(bonus.world.channel_manager)
    counts = []
    for number, count in (("RE-1", 1), ("RE-2", 1), ("RE-3", 60)):  # the first one warms up what is asked for once
        sold = [line(str(place), "2", "180.00", article="D785") for place in range(1, count + 1)]
        invoice = bonus.processed(bonus.record(*sold, number=number))
        with CaptureQueriesContext(connection) as asked:
            assert page_of(manager, invoice, "vendor-invoice").status_code == 200
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_a_refusal_without_a_reason_says_so_and_complains_about_nothing_else(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    invoice = bonus.processed(bonus.record())
    manager = signed_in(bonus.world.channel_manager)
    url = reverse("invoices:refuse", args=[invoice.vendor.slug, invoice.pk])
    answer = manager.post(url, {"refuse-seen": invoice.version})
    assert answer.status_code == 422
    assert answer.content.decode().count("This field is required.") == 2  # at the field, and summed up on top
    assert not answer.context["header"].is_bound


def test_the_vendors_list_and_statistics_say_how_the_review_goes(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.processed(bonus.record())
    bonus.processed(bonus.record(line("1", "1", "5.00", article="Z", name="Kabel"), number="RE-7"))
    manager = signed_in(bonus.world.channel_manager)
    slug = bonus.world.vendor.slug
    assert "Of these without a person" in manager.get(reverse("invoices:vendor", args=[slug])).content.decode()
    shown = manager.get(reverse("invoices:statistics", args=[slug])).content.decode()
    assert "1 of 2 were accepted automatically." in shown
    assert "The invoice has no article of this program." in shown


def test_only_the_vendors_admins_change_its_rules(bonus: Bonus, signed_in: SignedIn) -> None:
    url = reverse("invoices:rules", args=[bonus.world.vendor.slug])
    assert signed_in(bonus.world.channel_manager).get(url).status_code == 403
    admin = signed_in(bonus.world.vendor_admin)
    values = {"window_days": 30, "automatic": "on", "per_invoice": "50", "per_period": "200", "accepted_before": 3,
              "sample": 5, "per_day": 10}  # fmt: skip
    assert admin.post(url, {**values, "sample": 101}).status_code == 422
    assert admin.post(url, values).status_code == 302
    assert bonus.world.vendor.pk == bonus.rules().pk
    assert bonus.rules().window_days == 30


def test_a_task_goes_on_with_an_invoice(bonus: Bonus) -> None:
    invoice = bonus.upload(bonus.record())
    process(invoice.pk)
    invoice.refresh_from_db()
    assert invoice.state == State.ACCEPTED


def typed(invoice: Invoice, count: int, first: int = 1, **header: str) -> dict[str, str]:
    """What the form of a reviewer sends for so many lines of an invoice, from the `first` one."""
    head = {"seen": str(invoice.version), "number": "RE-1", "issue_date": "2026-10-20", "type_code": "380"}
    head |= {"currency": "EUR", "buyer_name": "", "buyer_vat_id": "", "preceding_number": "", "distributor": ""}
    formset = {"lines-TOTAL_FORMS": str(count), "lines-INITIAL_FORMS": str(count)}
    names = ("article", "name", "gtin", "unit", "net", "serials", "product", "per_unit")
    lines = {f"lines-{place}-{name}": "" for place in range(count) for name in names}
    lines |= {f"lines-{place}-position": str(first + place) for place in range(count)}
    lines |= {f"lines-{place}-quantity": "1" for place in range(count)}
    return head | formset | lines | header


def test_an_invoice_with_many_lines_can_be_corrected(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    sold = [line(str(number), "2", "180.00", article="D785") for number in range(1, 251)]
    invoice = bonus.processed(bonus.record(*sold))
    manager = signed_in(bonus.world.channel_manager)
    url = reverse("invoices:correct", args=[invoice.vendor.slug, invoice.pk])
    review = reverse("invoices:vendor-invoice", args=[invoice.vendor.slug, invoice.pk])
    assert "1–100" in manager.get(review).content.decode()
    for page, first, last in ((1, 1, 100), (2, 101, 200), (3, 201, 250)):
        invoice.refresh_from_db()
        assert f'name="lines-0-position" value="{first}"' in manager.get(f"{review}?lines={page}").content.decode()
        said = typed(invoice, last - first + 1, first, then=str(page + 1))
        answer = manager.post(f"{url}?lines={page}", said)
        assert (answer.status_code, answer["Location"]) == (302, f"{review}?lines={page + 1}#correct")
        found = invoice.lines.order_by("position").values_list("quantity", flat=True)
        assert list(found) == [1] * last + [2] * (250 - last)


def test_saving_what_was_not_changed_checks_again_and_writes_no_step(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    invoice = bonus.processed(bonus.record())
    said = Corrections(header={"number": "RE-1"})
    reviewing.correct(invoice=invoice, said=said, actor=bonus.manager, seen=invoice.version, now=NOW)
    assert not invoice.events.filter(step="corrected").exists()


def test_a_year_that_cannot_be_is_said_at_the_field(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    invoice = bonus.processed(bonus.record())
    url = reverse("invoices:correct", args=[invoice.vendor.slug, invoice.pk])
    answer = signed_in(bonus.world.channel_manager).post(url, typed(invoice, 1, issue_date="9999-12-31"))
    assert answer.status_code == 422
    assert "Please check the year of this date." in answer.content.decode()


def test_a_page_that_cannot_be_drawn_is_not_tried_at_once_again(
    bonus: Bonus, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = bonus.processed(hybrid(bonus.record()))
    tried = []

    def refused(content: bytes, page: int) -> bytes:
        tried.append(page)
        raise Refused("page_broken", "The page cannot be shown: it is damaged.")

    monkeypatch.setattr("invoices.files.limited.render", refused)
    url = reverse("invoices:page", args=[invoice.partner.number, invoice.pk, 1])
    owner = signed_in(bonus.world.reseller_owner)
    assert [owner.get(url).status_code for _ in range(3)] == [404] * 3
    assert tried == [0]


def test_more_lines_at_once_than_a_page_has_are_refused(bonus: Bonus, signed_in: SignedIn) -> None:
    bonus.rules(automatic=False)
    invoice = bonus.processed(bonus.record())
    url = reverse("invoices:correct", args=[invoice.vendor.slug, invoice.pk])
    said = typed(invoice, 1) | {"lines-TOTAL_FORMS": "501"}
    answer = signed_in(bonus.world.channel_manager).post(url, said)
    assert answer.status_code == 422
    assert "Please submit at most 103 forms." in answer.content.decode()
