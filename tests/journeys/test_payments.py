"""What is owed reaches the partners' accounts: proposed, approved by two others, given to the bank, answered."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import cast
from zipfile import ZipFile

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import transaction
from lxml import etree
from playwright.sync_api import expect

from common.models import User
from partners.models import Partner
from programs.models import Distributor, Product, Program, Vendor
from rebates.statements import making
from tests.journeys.browser import Window, plain
from tests.journeys.conftest import Inside, OpenWindow, paired
from tests.journeys.reading import number, word
from tests.rebates.bank import Reason, Said, pain002
from tests.rebates.payments.paying import another_partner, close, has_account, make_finance, pays
from tests.serving import Served
from tests.world import NOW, World

ACCOUNT = "/partner/2B3C4D5F/account/lenovo/EUR/"
OTHER_ACCOUNT = "/partner/3C4D5F6G/account/lenovo/EUR/"
NAMES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


class Served120:
    """What of the served world paying needs."""

    def __init__(self) -> None:
        self.vendor = Vendor.objects.get(slug="lenovo")
        self.program = Program.objects.get(slug="topseller")
        self.topseller = Product.objects.get(article="21HM")
        self.distributor = Distributor.objects.get(slug="allnet")
        self.reseller = Partner.objects.get(number="2B3C4D5F")


@pytest.fixture
def owing(own_portal: Served, inside: Inside) -> Served:
    """Two partners have earned 120.00 and 300.00 and have accounts; four people work in the vendor's finance."""
    with inside(own_portal), time_machine.travel(NOW), transaction.atomic():
        world = cast(World, Served120())
        finance = make_finance(world.vendor)
        pays(world.vendor)
        other = another_partner(world, "Spreewald IT", "3C4D5F6G", "30")
        for partner in (world.reseller, other):
            has_account(partner, world.vendor, finance.bookkeeper)
        close(world)
        Authenticator.objects.all().delete()
        User.objects.update(is_demo=True)
    return own_portal


def approve(window: Window, address: str) -> None:
    window.go(address)
    window.see()
    window.page.locator("#approve button").click()
    expect(window.page.locator("#approvals .plain-row")).not_to_have_count(0)


def take_file(window: Window, address: str) -> etree._Element:
    """The file as finance gets it; valid by ISO 20022's schema, which the package sepaxml brings along."""
    window.go(address)
    with window.page.expect_download() as waiting:
        window.page.locator("#files button").click()
    document = etree.parse(Path(waiting.value.path())).getroot()
    schema = files("sepaxml").joinpath("schemas/pain.001.001.09.xsd").read_bytes()
    etree.XMLSchema(etree.fromstring(schema)).assertValid(document)
    return document


def text_of(element: etree._Element, *path: str) -> str:
    found = element.findtext(".//" + "/".join(f"p:{tag}" for tag in path), namespaces=NAMES)
    assert found is not None, path
    return found


def answer_to(document: etree._Element) -> bytes:
    """The bank pays the first and sends the second one back."""
    about = text_of(document, "GrpHdr", "MsgId")
    transfers = document.findall(".//p:CdtTrfTxInf", NAMES)
    by_amount = sorted(transfers, key=lambda each: Decimal(text_of(each, "InstdAmt")))
    paid, back = (text_of(each, "EndToEndId") for each in by_amount)
    said = [Said(paid, "ACSC", settled="2026-11-16"), Said(back, "RJCT", Reason("AC04"))]
    return pain002(about=about, payments=said)


def take_year(bookkeeping: Window, owing: Served, inside: Inside) -> None:
    """The document for the tax adviser, alone and with all of its year."""
    with inside(owing), time_machine.travel(NOW):
        making.make_statements(now=NOW, chunk=10, go_on=lambda: True)
    bookkeeping.go("/partner/2B3C4D5F/statements/")
    bookkeeping.see()
    with bookkeeping.page.expect_download() as waiting:
        bookkeeping.page.get_by_role("link", name="2026").first.click()
    with ZipFile(Path(waiting.value.path())) as archive:
        [name] = archive.namelist()
        assert archive.read(name).startswith(b"%PDF")
    with bookkeeping.page.expect_download() as waiting:
        bookkeeping.page.locator("#list tbody a").first.click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF")
    assert waiting.value.suggested_filename.endswith(".pdf")


@paired
def test_finance_proposes_two_others_approve_the_bank_answers_and_partners_know_where_they_stand(
    owing: Served, inside: Inside, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    def window_of(name: str) -> Window:
        return windows(owing, f"{name}@example.com", language=language, width=width)

    reseller = window_of("reseller_finance")
    reseller.go(ACCOUNT)
    assert {"de": "sind für den 30. November 2026 zugesagt", "en": "promised for"}[language] in reseller.text()
    reseller.see()

    proposer = window_of("finance_proposer")
    proposer.go("/vendor/lenovo/payments/")
    proposer.see()
    proposer.page.get_by_role("link", name=word("Propose a run", language)).click()
    expect(proposer.page.locator("#sums")).to_be_visible()
    assert number(proposer.page.locator("#sums .num").inner_text(), language) == Decimal("420.00")
    proposer.see()
    proposer.page.get_by_role("button", name=word("Propose the payments", language)).click()
    expect(proposer.page).to_have_url(re.compile("/payments/1/$"))
    expect(proposer.page.locator("#approve button")).to_have_count(0)
    address = proposer.page.url.removeprefix(proposer.url)

    for name in ("finance_first", "finance_second"):
        approve(window_of(name), address)
    document = take_file(proposer, address)
    assert text_of(document, "GrpHdr", "CtrlSum") == "420.00"
    reseller.go(ACCOUNT)
    assert word("given to the bank, for %(day)s", language).partition("%")[0] in reseller.text()

    answer = tmp_path / "answer.xml"
    answer.write_bytes(answer_to(document))
    proposer.go("/vendor/lenovo/payments/answers/")
    proposer.page.get_by_label(word("File of the bank", language)).set_input_files(answer)
    proposer.page.get_by_role("button", name=word("Take the answer", language)).click()
    expect(proposer.page.locator("#taken a")).to_have_text("answer.xml")
    proposer.see()
    proposer.go(address)
    proposer.see()
    assert word("answered by the bank", language) in proposer.text()

    reseller.go(ACCOUNT)
    assert word("paid on %(day)s", language).partition("%")[0] in plain(reseller.page.locator("#paid").inner_text())
    reseller.see()
    take_year(reseller, owing, inside)
    other = window_of("owner_3c4d5f6g_1")
    other.go(OTHER_ACCOUNT)
    assert word("came back", language) in plain(other.page.locator("#paid").inner_text())
    other.see()
    other.page.locator("#paid").get_by_role("link", name=word("Name a bank account", language)).click()
    expect(other.page).to_have_url(re.compile("/partner/3C4D5F6G/bank-account/$|/reauthenticate/"))
