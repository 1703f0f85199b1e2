"""What strangers write, and account numbers, on the pages, files, mails and logs of payments."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from common.models import OutboxMail
from common.periods import Period
from partners.models import Partner
from rebates import urls
from rebates.models import AnswerLine, BankAnswer, PaymentHold, PaymentRun, RefusedStep
from rebates.payments import answering
from tests.people import signed_in
from tests.rebates.bank import Reason, Said, pain002
from tests.rebates.payments.paying import (
    Finance,
    another_partner,
    close,
    exported,
    has_account,
    iban_of,
    owed_120,
    pays,
    propose,
)
from tests.rebates.payments.walking import Browsers
from tests.world import NOW, World, sell

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
NAME = f"\"{SCRIPT}' GmbH"
FORMULA = '=HYPERLINK("http://evil.example";"Bank")'


def hostile(world: World, finance: Finance, name: str) -> PaymentRun:
    """A run in which the partner, its account holder, the bank and finance itself wrote this, parked and refused."""
    Partner.objects.filter(pk=world.reseller.pk).update(name=name)
    world.reseller.refresh_from_db()
    owed_120(world, finance)
    run = exported(world, finance)
    payment = run.payments.get()
    assert payment.holder == name
    browsers = Browsers(world)
    browsers.post(finance.first, "payment-another", run.number, reason=name, not_submitted="on")
    browsers.post(finance.first, "payment-release", run.number, 2, sha256=name)
    said = [Said(payment.end_to_end_id, "RJCT", Reason("AC04", name)), Said(name[:30], "RJCT", Reason("XX99", name))]
    browsers.post(finance.first, "payment-answers", file=pain002(about=name[:30], payments=said))
    browsers.post(finance.first, "payment-hold-new", partner=world.reseller.number, why="fraud", text=name)
    hold = PaymentHold.objects.get()
    browsers.post(finance.first, "payment-hold-ask", hold.pk, reason=name)
    assert AnswerLine.objects.get(outcome="booked").text == name
    assert RefusedStep.objects.exists()
    return run


def pages(world: World, run: PaymentRun) -> list[str]:
    """The vendor's pages of payments and the partner's pages on which they stand."""
    args = {
        "payment": [run.number, run.payments.get().pk], "payment-run": [run.number],
        "payment-hold": [PaymentHold.objects.get().pk] if PaymentHold.objects.exists() else [],
    }  # fmt: skip
    posted = ("approve", "cancel", "another", "file", "release", "look-at", "ask", "keep")
    names = [str(each.name) for each in urls.urlpatterns if "<slug:vendor>/payments/" in str(each.pattern)]
    looked_at = [name for name in names if not name.endswith(posted) and name not in args]
    urls_ = [reverse(f"rebates:{name}", args=[world.vendor.slug]) for name in looked_at]
    urls_ += [reverse(f"rebates:{name}", args=[world.vendor.slug, *rest]) for name, rest in args.items() if rest]
    return [*urls_, reverse("rebates:account-of", args=[world.vendor.slug, world.reseller.number, "EUR"])]


def partner_pages(world: World) -> list[str]:
    return [
        reverse("rebates:account-with", args=[world.reseller.number, world.vendor.slug, "EUR"]),
        reverse("partners:bank-account", args=[world.reseller.number]),
    ]


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return b"".join(response).decode() if response.streaming else response.content.decode()


def test_what_others_write_is_text_on_every_page_and_in_every_mail(world: World, finance: Finance) -> None:
    run = hostile(world, finance, NAME)
    vendor, partner = signed_in(finance.second), signed_in(world.reseller_owner)
    shown = [text_of(vendor, url) for url in pages(world, run)]
    shown += [text_of(partner, url) for url in partner_pages(world)]
    assert not [page for page in shown if SCRIPT in page]
    assert sum("&lt;script&gt;" in page for page in shown) >= 6
    mails = OutboxMail.objects.filter(kind="payment_came_back")
    assert mails
    assert not [mail for mail in mails if SCRIPT in mail.html]


def test_no_spreadsheet_takes_what_others_write_for_a_formula(world: World, finance: Finance) -> None:
    pays(world.vendor)
    abroad = another_partner(world, FORMULA, "4D5F6G7H", "30")
    with transaction.atomic():
        sell(abroad, world.topseller, date(2026, 11, 2), "30", None, distributor=world.distributor, document="R-Q4")
    has_account(abroad, world.vendor, finance.bookkeeper, iban=iban_of(1, "TR"))
    close(world)
    [run] = propose(world, finance).runs.all()
    close(world, Period.parse("2026Q4"), today=date(2027, 1, 20))
    Browsers(world).post(finance.first, "payment-hold-new", partner=abroad.number, why="fraud", text="Odd")
    client = signed_in(finance.first)
    exports = [
        text_of(client, url + "?export=csv")
        for url in (
            reverse("rebates:payment-run", args=[world.vendor.slug, run.number]),
            reverse("rebates:payments", args=[world.vendor.slug]),
            reverse("rebates:payment-holds", args=[world.vendor.slug]),
            reverse("rebates:payment-propose", args=[world.vendor.slug]),
        )
    ]
    exports.append(bytes(run.files.get().content).decode("utf-8-sig"))
    found = [text.count("HYPERLINK") for text in exports]
    assert [bool(count) for count in found] == [True, False, True, True, True]
    for text in exports:
        assert text.count("'=HYPERLINK") == text.count("HYPERLINK")


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: stolen=1.xml", 'a"; filename="evil.exe', "../../etc/passwd", "Rückmeldung ⚡.xml"]
)
def test_the_name_of_an_answer_stays_within_its_header(world: World, finance: Finance, name: str) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    content = pain002(about=run.files.get(number=1).message_id, payments=[Said("nobodys", "RJCT")])
    client = signed_in(finance.first)
    url = reverse("rebates:payment-answers", args=[world.vendor.slug])
    assert client.post(url, {"file": SimpleUploadedFile(name, content)}).status_code == 302
    assert named_in_header(client, world) == content


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: stolen=1.xml", "a\x07\n.xml"])
def test_so_does_one_that_did_not_come_by_the_page(world: World, finance: Finance, name: str) -> None:
    content = pain002(about="nothing", payments=[Said("nobodys", "RJCT")])
    answering.take_answer(vendor=world.vendor, file_name=name, content=content, actor=finance.asking, now=NOW)
    assert named_in_header(signed_in(finance.first), world) == content


def named_in_header(client: Client, world: World) -> bytes:
    """The only answer, fetched; its header names a file to be saved and nothing else."""
    url = reverse("rebates:payment-answer-file", args=[world.vendor.slug, BankAnswer.objects.get().pk])
    response = client.get(url)
    header = response["Content-Disposition"]
    assert header.startswith("attachment;")
    assert not set("\r\n") & set(header)
    assert "stolen" not in response.cookies
    assert response["X-Content-Type-Options"] == "nosniff"
    return response.content


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What anybody logs meanwhile, but for the queries, which are logged where developers ask for it."""
    stream, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.addFilter(lambda record: not record.name.startswith("django.db"))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_account_numbers_are_masked_on_pages_exports_mails_and_in_the_log(
    world: World, finance: Finance, log: StringIO
) -> None:
    run = hostile(world, finance, "Elbtal Systemhaus GmbH")
    iban = run.payments.get().iban
    vendor, partner = signed_in(finance.second), signed_in(world.reseller_owner)
    shown = {url: text_of(vendor, url) for url in pages(world, run)}
    lists = [url for url, text in shown.items() if "export=csv" in text]
    shown |= {url: text_of(partner, url) for url in partner_pages(world)}
    shown |= {f"{url}?export=csv": text_of(vendor, f"{url}?export=csv") for url in lists}
    workbooks = [vendor.get(f"{url}?export=xlsx").getvalue() for url in lists if "export=xlsx" in shown[url]]
    assert workbooks
    for number, content in enumerate(workbooks):
        with ZipFile(BytesIO(content)) as book:
            shown[f"workbook {number}"] = "".join(book.read(each).decode() for each in book.namelist())
    for mail in OutboxMail.objects.all():
        shown[f"mail {mail.pk}"] = mail.subject + mail.text + mail.html
    shown["log"] = log.getvalue()
    shown["refused"] = str(list(RefusedStep.objects.values_list("why", flat=True)))
    assert not [where for where, text in shown.items() if iban in text.replace(" ", "").replace("\xa0", "")]
    assert sum(iban[-4:] in text for text in shown.values()) >= 4
    assert "request_finished" in shown["log"]
    # It does stand in the file for the bank, which is the only place that needs it.
    assert iban.encode() in bytes(run.files.get(number=1).content)
