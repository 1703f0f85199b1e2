"""What people type to be read otherwise than it is: in mails, in exports, on pages, and as nothing at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from common.models import OutboxMail, User
from common.tokens import Scope
from deals import deciding, mails, writing
from deals.models import Deal
from tests.deals.projects import act, drafted, hospital, open_deals, protected, submitted
from tests.deals.test_api import PROJECT, done, post, register
from tests.people import token_client
from tests.portal.test_api import get, refused
from tests.world import World

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/deals/"
LINES = (
    "customer_name", "customer_street", "customer_city", "customer_domain", "contact_name", "contact_phone", "title",
)  # fmt: skip
TEXTS = (*LINES, "need", "done")
UNSEEN = "\u200b\u00ad \u3164\u2060\u0301\ufe0f"


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world, most_open=99, most_a_day=99)


@pytest.fixture
def system(world: World, today: Any) -> Client:
    return token_client(world.reseller_sales, Scope.DEALS, Scope.DEALS_WRITE)


def as_sent(**texts: str) -> dict[str, Any]:
    """A registration of the API with these fields of a deal."""
    sent: dict[str, Any] = {**PROJECT, "customer": {**PROJECT["customer"]}, "contact": {**PROJECT["contact"]}}
    for name, text in texts.items():
        part, _line, rest = name.partition("_")
        (sent[part] if rest else sent)[rest or name] = text
    return sent


# --- lines -----------------------------------------------------------------------------------------------------------


def test_a_line_is_one_line_as_it_reads_from_pages_and_systems_alike(
    world: World, system: Client, signed_in: SignedIn
) -> None:
    typed = {name: f" {name}\r\n\r\nPay\u2028at \u202eevil\uffff " for name in LINES}
    read = {name: f"{name} Pay at evil" for name in LINES}
    done(register(system, **as_sent(**typed)), 201)
    deal = Deal.objects.get()
    assert {name: getattr(deal, name) for name in LINES} == read
    other = drafted(world, title="Typed")
    parts = {"customer": LINES[:-1], "project": ["title"]}
    for part, names in parts.items():
        other.refresh_from_db()
        whole = {name: value for name, value in writing.written_of(other).fields().items() if value is not None}
        sent = {**whole, **{name: typed[name] for name in names}, "seen": other.version}
        signed_in(world.reseller_sales).post(f"{LIST}{other.number}/write/{part}/", sent)
    other.refresh_from_db()
    assert {name: getattr(other, name) for name in LINES} == read


def test_no_title_begins_a_paragraph_of_its_own_in_a_mail(system: Client) -> None:
    done(register(system, title="Haus B\r\n\r\nPlease pay at evil.example", send=True), 201)
    mail = OutboxMail.objects.filter(kind=mails.WAITS)[0]
    for text in (mail.subject, mail.text):
        assert "registered a deal: Haus B Please pay at evil.example" in text


# --- nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["customer_name", "customer_city", "contact_name", "done"])
def test_what_shows_nothing_is_missing(world: World, system: Client, signed_in: SignedIn, field: str) -> None:
    refused(register(system, **as_sent(**{field: UNSEEN}), send=True), 422)
    assert getattr(Deal.objects.get(), field) == ""
    deal = submitted(world)
    whole = {name: value for name, value in writing.written_of(deal).fields().items() if value is not None}
    rows = {"products-0-product": world.topseller.pk, "products-0-quantity": 40}
    sent = {**whole, **rows, field: UNSEEN, "seen": deal.version}
    assert signed_in(world.reseller_sales).post(f"{LIST}{deal.number}/change/", sent).status_code == 422


def test_no_reason_question_answer_or_update_is_one_that_nobody_can_read(
    world: World, system: Client, signed_in: SignedIn
) -> None:
    deal = submitted(world)
    url = reverse("deals:vendor-deal-decide", args=[world.vendor.slug, deal.partner.number, deal.number])
    for outcome in ("refuse", "ask_back"):
        given = {"seen": deal.version, "outcome": outcome, "text": UNSEEN}
        assert signed_in(world.channel_manager).post(url, given).status_code == 422
    asked = deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    refused(post(system, f"/deals/{deal.reference}/replies", {"version": asked.version, "text": UNSEEN}), 422)
    held = protected(world, title="Held")
    for step in ("update", "extend"):
        sent = {"seen": held.version, "text": UNSEEN}
        assert signed_in(world.reseller_sales).post(f"{LIST}{held.number}/{step}/", sent).status_code == 422
    assert get(system, f"/deals/{held.reference}")["version"] == held.version


# --- exports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1+1", "@SUM(1)", "\uff1d1+1", "\t=1+1", "\uffff=1+1"])
def test_no_text_of_an_export_is_a_formula_or_breaks_it(world: World, signed_in: SignedIn, sign: str) -> None:
    """Written past the forms, as an older version may have kept it."""
    deal = submitted(world)
    Deal.objects.filter(pk=deal.pk).update(**{name: f"{sign}{name}" for name in TEXTS})
    partner, vendor = signed_in(world.reseller_sales), signed_in(world.channel_manager)
    for client, path in ((partner, LIST), (vendor, f"/vendor/{world.vendor.slug}/deals/")):
        text = b"".join(client.get(f"{path}?export=csv")).decode("utf-8-sig")
        book = load_workbook(io.BytesIO(client.get(f"{path}?export=xlsx").content))
        cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value is not None]
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
        cells += [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert any("customer_name" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\uff1d"))]


# --- pages -----------------------------------------------------------------------------------------------------------


def test_whatever_is_typed_into_every_field_both_sides_read_the_deal(world: World, signed_in: SignedIn) -> None:
    odd = "</title><script>alert(1)</script>{{ 7|add:7 }}%(vendor)s\"'&\u0301👩\u200d🔧"
    written = hospital(world, **{**dict.fromkeys(TEXTS, odd), "contact_phone": "<b>"})
    deal = writing.begin(enrolment=world.enrolment, written=written, act=act(world.reseller_sales))
    deal = writing.submit(deal=deal, act=act(world.reseller_sales, deal))
    deal = deciding.ask_back(deal=deal, text=odd, act=act(world.channel_manager, deal))
    writing.reply(deal=deal, text="x" * 10_000, act=act(world.reseller_sales, deal))
    partner, vendor = signed_in(world.reseller_sales), signed_in(world.channel_manager)
    of_vendor = f"/vendor/{world.vendor.slug}/deals/"
    for client, paths in (
        (partner, (LIST, f"{LIST}board/", f"{LIST}{deal.number}/", f"{LIST}{deal.number}/change/")),
        (vendor, (of_vendor, f"{of_vendor}board/", f"{of_vendor}2B3C4D5F/{deal.number}/")),
    ):
        for path in paths:
            page = client.get(path)
            assert page.status_code == 200
            assert b"<script>alert" not in page.content
            assert b"alert(1)" in page.content
    for mail in OutboxMail.objects.all():
        assert "<script>alert" not in mail.html
        assert "\n" not in mail.subject
