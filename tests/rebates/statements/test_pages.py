"""The pages about statements: who takes which document, a year as ZIP, corrections, letterhead, bookkeeping."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from common import bounces, outbox
from common.bounces import Returned
from common.models import OutboxMail
from partners.bookkeeping import Status
from partners.models import Partner, TaxStatus
from rebates.models import Letterhead, Statement, StatementTaken
from tests.owner import without_triggers
from tests.people import signed_in
from tests.rebates.payments.paying import Finance, exported, owed_120
from tests.rebates.statements.reading import made, text_of
from tests.world import NOW, World


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def statement(world: World, finance: Finance) -> Statement:
    owed_120(world, finance)
    exported(world, finance)
    [found] = made()
    return found


def of_partner(name: str, statement: Statement, *args: object) -> str:
    return reverse(f"rebates:{name}", args=[statement.partner.number, *args])


def of_vendor(name: str, statement: Statement, *args: object) -> str:
    return reverse(f"rebates:{name}", args=[statement.vendor.slug, *args])


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_owner_and_bookkeeping_take_the_document_as_it_was_made_and_that_is_recorded(
    world: World, statement: Statement
) -> None:
    url = of_partner("statement-file", statement, statement.pk)
    for person in (world.reseller_owner, world.reseller_finance):
        response = signed_in(person).get(url)
        assert response.content == bytes(statement.content)
        assert response["Content-Disposition"] == f'attachment; filename="{statement.number}.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
    assert list(StatementTaken.objects.values_list("person", flat=True)) == [
        world.reseller_owner.pk, world.reseller_finance.pk,
    ]  # fmt: skip


def test_who_sells_or_belongs_to_another_company_does_not_get_it(world: World, statement: Statement) -> None:
    url = of_partner("statement-file", statement, statement.pk)
    assert signed_in(world.reseller_sales).get(url).status_code == 403
    assert signed_in(world.reseller_technician).get(url).status_code == 403
    assert signed_in(world.rival_owner).get(url).status_code == 404
    rivals = reverse("rebates:statement-file", args=[world.rival.number, statement.pk])
    assert signed_in(world.rival_owner).get(rivals).status_code == 404
    other = reverse("rebates:statement-file-of-vendor", args=[world.rival_vendor.slug, statement.pk])
    assert signed_in(world.rival_vendor_finance).get(other).status_code == 404
    assert not StatementTaken.objects.exists()


def test_the_list_names_each_document_and_its_year_and_is_empty_before_the_first(
    world: World, finance: Finance
) -> None:
    client = signed_in(world.reseller_owner)
    url = reverse("rebates:statements", args=[world.reseller.number])
    assert "No statements yet" in client.get(url).text
    owed_120(world, finance)
    exported(world, finance)
    [statement] = made()
    page = client.get(url).text
    assert statement.number in page
    assert "€120.00" in page
    assert "2026 as ZIP" in page
    assert statement.number in client.get(url, {"year": "2026"}).text
    assert statement.number in client.get(url, {"export": "csv"}).getvalue().decode()


def test_a_year_comes_as_one_zip_with_every_document(world: World, statement: Statement) -> None:
    client = signed_in(world.reseller_finance)
    response = client.get(of_partner("statements-of-year", statement, 2026))
    assert response["Content-Disposition"] == f'attachment; filename="statements-{world.reseller.number}-2026.zip"'
    archive = zipfile.ZipFile(io.BytesIO(content_of(response)))
    assert archive.testzip() is None
    [name] = archive.namelist()
    assert name == f"{world.vendor.slug}/{statement.number}.pdf"
    assert archive.read(name) == bytes(statement.content)
    assert StatementTaken.objects.count() == 1

    for year in (2025, 0, 10_000, 10**30):
        assert client.get(of_partner("statements-of-year", statement, year)).status_code == 404


def test_the_account_leads_from_a_payment_to_its_document(world: World, statement: Statement) -> None:
    account = reverse("rebates:account-with", args=[world.reseller.number, world.vendor.slug, "EUR"])
    assert of_partner("statement-file", statement, statement.pk) in signed_in(world.reseller_owner).get(account).text
    assert statement.number not in signed_in(world.reseller_sales).get(account).text
    run = reverse("rebates:payment-run", args=[world.vendor.slug, statement.payment.run.number])
    assert f"{of_vendor('statements-of-vendor', statement)}?run=1" in signed_in(world.vendor_finance).get(run).text


def test_finance_corrects_a_document_with_a_reason_by_its_page(world: World, statement: Statement) -> None:
    client = signed_in(world.vendor_finance)
    page = of_vendor("statement-of-vendor", statement, statement.pk)
    url = of_vendor("statement-correct", statement, statement.pk)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert signed_in(world.channel_manager).post(url, {"reason": "So"}).status_code == 403
    response = client.post(url, {"reason": "The address was wrong"})
    later = Statement.objects.get(corrects=statement)
    assert response.url == of_vendor("statement-of-vendor", statement, later.pk)  # type: ignore[attr-defined]
    old, new = client.get(page).text, client.get(response.url).text  # type: ignore[attr-defined]
    assert "The address was wrong" in new
    assert f"replaced by {later.number}" in old
    assert f'href="/vendor/lenovo/statements/{later.pk}/"' in old
    assert f'href="{page}"' in new
    assert client.post(url, {"reason": "Once more"}).status_code == 422
    told = OutboxMail.objects.get(kind="statement", recipient=world.reseller_owner, period=f"statement {later.pk}")
    assert "The address was wrong" in told.text


def picture(kind: str, size: tuple[int, int] = (600, 200)) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", size, "#8A1C2B").save(written, kind)
    return SimpleUploadedFile(f"logo.{kind.lower()}", written.getvalue())


LETTERHEAD = {
    "street": "Meitnerstraße 9", "postcode": "70563", "city": "Stuttgart", "vat_id": "DE812345678",
    "register": "HRB 21004", "email": "bonus@lenovo.example", "phone": "+49 711 65690", "colour": "8a1c2b",
}  # fmt: skip


def test_the_letterhead_stands_on_the_next_document(world: World, finance: Finance) -> None:
    client = signed_in(world.vendor_finance)
    url = reverse("rebates:letterhead", args=[world.vendor.slug])
    assert client.post(url, {**LETTERHEAD, "logo_file": picture("PNG")}).status_code == 302
    kept = Letterhead.objects.get()
    assert kept.colour == "#8A1C2B"
    assert bytes(kept.logo).startswith(b"\x89PNG")
    owed_120(world, finance)
    exported(world, finance)
    [statement] = made()
    text = text_of(statement.content)
    for words in ("Meitnerstraße 9", "HRB 21004", "DE812345678", "bonus@lenovo.example"):
        assert words in text
    assert client.post(url, {**LETTERHEAD, "without_logo": "on"}).status_code == 302
    assert bytes(Letterhead.objects.get().logo) == b""


@pytest.mark.parametrize("colour", ["#FFFF00", "red", "#12345", "#8888FF"])
def test_a_colour_on_which_white_cannot_be_read_is_refused(world: World, colour: str) -> None:
    url = reverse("rebates:letterhead", args=[world.vendor.slug])
    assert signed_in(world.vendor_admin).post(url, {**LETTERHEAD, "colour": colour}).status_code == 422
    assert not Letterhead.objects.exists()


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def huge(width: int, height: int) -> bytes:
    """A picture of a few bytes that would fill the memory."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    length, check = struct.pack(">I", 13), struct.pack(">I", zlib.crc32(head))
    return b"".join((PNG_SIGNATURE, length, head, check, bytes(4), b"IDAT"))


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", PNG_SIGNATURE, b"\xff\xd8\xff", PNG_SIGNATURE * 200_000,
        huge(4_000, 4_000), huge(20_000, 20_000),
    ],
    ids=["svg", "no picture", "cut off", "too large", "too many pixels", "far too many pixels"],
)  # fmt: skip
def test_what_is_no_picture_is_refused_as_a_logo(world: World, content: bytes) -> None:
    url = reverse("rebates:letterhead", args=[world.vendor.slug])
    sent = {**LETTERHEAD, "logo_file": SimpleUploadedFile("logo.png", content)}
    assert signed_in(world.vendor_admin).post(url, sent).status_code == 422
    assert not Letterhead.objects.exists()


# --- the company's bookkeeping ----------------------------------------------------------------------------------------


def bookkeeping(**values: str) -> dict[str, str]:
    return {"email": "", "email_again": "", "status": "regular", "since": "2026-01-01", **values}


def test_bookkeeping_names_its_address_twice_and_how_the_company_is_taxed(world: World) -> None:
    client = signed_in(world.reseller_finance)
    url = reverse("partners:bookkeeping", args=[world.reseller.number])
    slip = bookkeeping(email="books@example.com", email_again="boks@example.com")
    assert client.post(url, slip).status_code == 422
    right = bookkeeping(email="Books@example.com", email_again="books@example.com", status="small_business")
    assert client.post(url, right).status_code == 302
    world.reseller.refresh_from_db()
    assert world.reseller.bookkeeping_email == "books@example.com"
    assert TaxStatus.objects.get().status == Status.SMALL_BUSINESS
    page = client.get(reverse("partners:company", args=[world.reseller.number])).text
    assert "books@example.com" in page
    assert "§ 19 UStG" in page
    assert client.post(url, bookkeeping(since="2026-07-01")).status_code == 302
    assert [each.status for each in TaxStatus.objects.order_by("valid")] == ["small_business", "regular"]


def test_who_does_not_keep_the_books_does_not_change_that(world: World) -> None:
    url = reverse("partners:bookkeeping", args=[world.reseller.number])
    for person, status in ((world.reseller_sales, 403), (world.rival_owner, 404), (world.channel_manager, 404)):
        assert signed_in(person).post(url, bookkeeping()).status_code == status


def test_the_named_address_gets_the_pdf_with_its_mail_and_nobody_else_does(world: World, finance: Finance) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(bookkeeping_email="books@example.com")
    owed_120(world, finance)
    exported(world, finance)
    [statement] = made()
    outbox.send_batch(now=NOW)
    sent = {message.to[0]: message for message in mail.outbox if statement.number in message.subject}
    assert sent.keys() == {world.reseller_owner.email, world.reseller_finance.email, "books@example.com"} | {
        address for address in sent if address.startswith("owner_")
    }
    [(name, content, kind)] = sent["books@example.com"].attachments
    assert (name, content, kind) == (f"{statement.number}.pdf", bytes(statement.content), "application/pdf")
    assert not sent[world.reseller_owner.email].attachments


@pytest.mark.parametrize("address", ["right@example.com", ""])
def test_an_address_that_was_corrected_meanwhile_gets_nothing_any_more(
    world: World, finance: Finance, address: str
) -> None:
    """A slip is seen while the mail waits, or was refused and is sent again."""
    Partner.objects.filter(pk=world.reseller.pk).update(bookkeeping_email="stranger@example.com")
    owed_120(world, finance)
    exported(world, finance)
    made()
    Partner.objects.filter(pk=world.reseller.pk).update(bookkeeping_email=address)
    outbox.send_batch(now=NOW)
    assert "stranger@example.com" not in {message.to[0] for message in mail.outbox}
    waiting = OutboxMail.objects.get(address="stranger@example.com")
    assert (waiting.state, waiting.error) == (OutboxMail.State.FAILED, "AddressChanged")
    assert world.reseller_owner.email in {message.to[0] for message in mail.outbox}


def test_owners_and_bookkeeping_hear_that_statements_do_not_arrive_at_the_named_address(
    world: World, finance: Finance
) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(bookkeeping_email="books@example.com")
    owed_120(world, finance)
    exported(world, finance)
    made()
    OutboxMail.objects.update(state=OutboxMail.State.SENT)
    mail_ = OutboxMail.objects.get(address="books@example.com")
    returned = Returned(mail_.message_id, "books@example.com", "550 no such box")
    assert bounces.record(returned=returned, now=NOW)
    told = OutboxMail.objects.filter(kind="bookkeeping-bounced")
    assert {world.reseller_owner, world.reseller_finance} <= {mail.recipient for mail in told}
    assert world.reseller_sales not in {mail.recipient for mail in told}
    assert "550 no such box" in told[0].text

    client = signed_in(world.reseller_finance)
    pages = [reverse(name, args=[world.reseller.number]) for name in ("rebates:statements", "partners:bookkeeping")]
    assert all("Statements sent to books@example.com do not arrive since" in client.get(page).text for page in pages)
    client.post(pages[1], bookkeeping(email="books@example.com", email_again="books@example.com"))
    assert not any("do not arrive" in client.get(page).text for page in pages)


def test_a_damaged_document_is_told_and_replaced_and_not_given_out(world: World, statement: Statement) -> None:
    with without_triggers("rebates_statement") as cursor:
        cursor.execute("UPDATE rebates_statement SET content = content || 'x'::bytea")
    said = f"The stored file of {statement.number} is damaged"
    owner, finance = signed_in(world.reseller_owner), signed_in(world.vendor_finance)
    for name, named in (("statement-file", statement.pk), ("statements-of-year", 2026)):
        response = owner.get(of_partner(name, statement, named), follow=True)
        assert response.status_code == 200
        assert said in response.text
        assert f"Please tell {world.vendor.name}" in response.text
    assert said in finance.get(of_vendor("statement-file-of-vendor", statement, statement.pk), follow=True).text
    assert not StatementTaken.objects.exists()
    finance.post(of_vendor("statement-correct", statement, statement.pk), {"reason": "The file was damaged."})
    replaced = Statement.objects.get(corrects=statement)
    assert owner.get(of_partner("statement-file", statement, replaced.pk)).content == bytes(replaced.content)
