"""Manual adjustments in the browser: proposing, deciding by a second person, and what the partner is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from common.registry import waiting_in
from programs.areas import vendor_area
from programs.models import VendorStaff
from rebates.models import LedgerEntry, ManualAdjustment
from tests.people import staff_of
from tests.rebates.adjusting import NOTE, REASON, proposed
from tests.rendering import words
from tests.world import TODAY, World, enrol, make_partner

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/adjustments/"
NEW = f"{LIST}new/"


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


@pytest.fixture
def admin(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_admin)


def typed(world: World, **changes: Any) -> dict[str, Any]:
    values = {
        "program": world.program.pk,
        "partner": "2B3C4D5F",
        "direction": "more",
        "amount": "50.00",
        "reason": REASON,
        "proof": SimpleUploadedFile(NOTE.file_name, NOTE.content),
    }
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def text(page: Any) -> str:
    return words(page.content.decode())


# --- proposing --------------------------------------------------------------------------------------------------------


def test_an_adjustment_is_proposed_with_reason_and_proof_and_waits(world: World, finance: Client) -> None:
    page = finance.post(NEW, typed(world), follow=True)
    made = ManualAdjustment.objects.get()
    assert page.redirect_chain == [(f"{LIST}{made.pk}/", 302)]
    assert (made.partner, made.amount, made.reason, bytes(made.proof)) == (
        world.reseller, Decimal("50.00"), REASON, NOTE.content,
    )  # fmt: skip
    assert "The adjustment waits for a second person." in text(page)
    assert not LedgerEntry.objects.exists()


def test_less_for_the_partner_is_a_negative_amount(world: World, finance: Client) -> None:
    finance.post(NEW, typed(world, direction="less"))
    assert ManualAdjustment.objects.get().amount == Decimal("-50.00")


@pytest.mark.parametrize("said", ["2b3c4d5f", "elbtal", "dresden elbtal"])
def test_the_partner_is_found_by_number_name_or_place(world: World, finance: Client, said: str) -> None:
    finance.post(NEW, typed(world, partner=said))
    assert ManualAdjustment.objects.get().partner == world.reseller


def test_where_several_partners_fit_they_are_named(world: World, finance: Client) -> None:
    enrol(make_partner("Elbtal Netz GmbH", "3C4D5F6G"), world.program)
    page = finance.post(NEW, typed(world, partner="elbtal"))
    assert page.status_code == 422
    assert "Elbtal Netz GmbH (3C4D5F6G), Elbtal Systemhaus GmbH (2B3C4D5F)" in text(page)


def test_partners_of_others_are_not_found(world: World, finance: Client) -> None:
    page = finance.post(NEW, typed(world, partner=world.rival.number))
    assert "No partner of yours fits this." in text(page)
    assert not ManualAdjustment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "0"}, "greater than or equal to 0.01"),
        ({"amount": "-5"}, "greater than or equal to 0.01"),
        ({"reason": " "}, "This field is required"),
        ({"proof": None}, "This field is required"),
        ({"proof": SimpleUploadedFile("a.exe", b"MZ\x00\x01")}, "Files of this kind are not taken."),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(
    world: World, finance: Client, changes: dict[str, Any], said: str
) -> None:
    page = finance.post(NEW, typed(world, **{"reason": "Typed with care", **changes}))
    assert page.status_code == 422
    assert said in text(page)
    assert 'value="2B3C4D5F"' in page.content.decode()
    if "reason" not in changes:
        assert "Typed with care" in page.content.decode()
    if "proof" not in changes:
        assert "Please choose the file again" in text(page)
    assert not ManualAdjustment.objects.exists()


def test_whoever_proposed_is_offered_no_decision_by_another_login_either(
    world: World, finance: Client, admin: Client, signed_in: SignedIn
) -> None:
    page = finance.post(NEW, typed(world))["Location"]
    again = signed_in(staff_of(world.vendor, "finance_again", "finance", second_of=world.vendor_finance))
    offered = [f'action="{page}book/"' in browser.get(page).content.decode() for browser in (finance, again, admin)]
    assert offered == [False, False, True]


def test_a_double_click_proposes_once(world: World, finance: Client) -> None:
    first = finance.post(NEW, typed(world))
    second = finance.post(NEW, typed(world))
    assert first["Location"] == second["Location"]
    assert ManualAdjustment.objects.count() == 1


def test_the_page_one_comes_from_fills_in_the_partner(world: World, finance: Client) -> None:
    assert 'value="2B3C4D5F"' in finance.get(f"{NEW}?partner=2B3C4D5F").content.decode()


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_the_proposer_sees_who_can_decide_and_takes_back(world: World, finance: Client) -> None:
    made = proposed(world)
    page = finance.get(f"{LIST}{made.pk}/")
    assert page.context["deciders"] == [world.vendor_admin.name]
    assert (page.context["may_decide"], page.context["may_withdraw"]) == (False, True)
    assert "The adjustment is withdrawn." in text(finance.post(f"{LIST}{made.pk}/withdraw/", follow=True))
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_where_nobody_else_can_decide_the_page_says_so(world: World, finance: Client) -> None:
    VendorStaff.objects.filter(user=world.vendor_admin).delete()
    assert "Nobody else: finance and admins decide" in text(finance.get(f"{LIST}{proposed(world).pk}/"))


def test_a_second_person_books_it_and_owner_and_bookkeeping_are_told(world: World, admin: Client) -> None:
    made = proposed(world)
    page = admin.post(f"{LIST}{made.pk}/book/", follow=True)
    assert "Booked: +€50.00 for Elbtal Systemhaus GmbH." in text(page)
    assert LedgerEntry.objects.filter(adjustment=made, kind="manual").count() == 1
    mails = OutboxMail.objects.filter(kind="adjusted").order_by("address")
    assert [mail.address for mail in mails] == ["reseller_finance@example.com", "reseller_owner@example.com"]
    assert mails[0].subject == "Lenovo has corrected your account: +€50.00"
    assert f"The reason: {REASON}" in mails[0].text
    assert "/partner/2B3C4D5F/account/lenovo/EUR/" in mails[0].text


def test_two_clicks_and_two_tabs_give_one_booking_and_a_clear_message(
    world: World, admin: Client, signed_in: SignedIn
) -> None:
    made = proposed(world)
    admin.post(f"{LIST}{made.pk}/book/")
    again = admin.post(f"{LIST}{made.pk}/book/", follow=True)
    assert "You have done that already; it happened once." in text(again)
    refused = admin.post(f"{LIST}{made.pk}/refuse/", {"comment": "No."}, follow=True)
    assert "Somebody has already decided about this adjustment." in text(refused)
    assert LedgerEntry.objects.count() == 1
    assert OutboxMail.objects.filter(kind="adjusted").count() == 2


def test_nobody_books_their_own_proposal(world: World, finance: Client) -> None:
    made = proposed(world)
    page = finance.post(f"{LIST}{made.pk}/book/", follow=True)
    assert "You proposed this adjustment: somebody else has to decide about it." in text(page)
    assert not LedgerEntry.objects.exists()


def test_refusing_needs_a_reason_which_the_proposer_reads(world: World, admin: Client, finance: Client) -> None:
    made = proposed(world)
    page = admin.post(f"{LIST}{made.pk}/refuse/", {"comment": " "})
    assert page.status_code == 422
    assert "The adjustment is refused." in text(
        admin.post(f"{LIST}{made.pk}/refuse/", {"comment": "Paid already <b>twice</b>"}, follow=True)
    )
    html = finance.get(f"{LIST}{made.pk}/").content.decode()
    assert "Paid already &lt;b&gt;twice&lt;/b&gt;" in html
    assert not OutboxMail.objects.filter(kind="adjusted").exists()


def test_the_proof_is_only_ever_downloaded(world: World, finance: Client) -> None:
    answer = finance.get(f"{LIST}{proposed(world).pk}/file/")
    assert answer.content == NOTE.content
    assert answer["Content-Disposition"] == 'attachment; filename="note.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_channel_managers_read_and_partners_and_strangers_see_nothing(world: World, signed_in: SignedIn) -> None:
    made = proposed(world)
    manager = signed_in(world.channel_manager)
    assert [manager.get(path).status_code for path in (LIST, f"{LIST}{made.pk}/", NEW)] == [200, 200, 403]
    assert manager.post(f"{LIST}{made.pk}/book/").status_code == 403
    for person in (world.reseller_owner, world.rival_vendor_finance):
        client = signed_in(person)
        assert [client.get(path).status_code for path in (LIST, f"{LIST}{made.pk}/", f"{LIST}{made.pk}/file/")] == [
            404, 404, 404,
        ]  # fmt: skip
    own = proposed(world, program=world.rival_program, partner=world.rival, by=world.rival_vendor_finance)
    assert signed_in(world.vendor_finance).get(f"{LIST}{own.pk}/").status_code == 404


# --- the list, and what waits -----------------------------------------------------------------------------------------


def test_what_waits_stands_first_and_the_list_is_filtered(world: World, finance: Client, admin: Client) -> None:
    waits = proposed(world, "10.00")
    done = proposed(world, "20.00")
    admin.post(f"{LIST}{done.pk}/book/")
    rows = finance.get(LIST).context["table"].rows
    assert [row.record.pk for row in rows] == [waits.pk, done.pk]
    assert [row.record.pk for row in finance.get(f"{LIST}?state=booked").context["table"].rows] == [done.pk]
    assert len(finance.get(f"{LIST}?q=elbtal").context["table"].rows) == 2
    assert b"note" not in finance.get(f"{LIST}?export=csv").content
    assert REASON in finance.get(f"{LIST}?export=csv").content.decode()


def test_it_waits_for_those_who_may_decide_and_not_for_who_proposed(world: World) -> None:
    made = proposed(world)
    area = vendor_area(world.vendor)

    def waiting(person: User) -> list[tuple[str, str]]:
        return [(str(item.label), item.url) for item in waiting_in(area, Actor.of(person), TODAY)]

    item = ("1 manual adjustment waits for a second person", f"{LIST}{made.pk}/")
    assert item in waiting(world.vendor_admin)
    assert item not in waiting(world.vendor_finance)
    assert item not in waiting(world.channel_manager)
    proposed(world, "60.00")
    assert ("2 manual adjustments wait for a second person", LIST) in waiting(world.vendor_admin)
