"""A vendor's people see a partner's pages as the partner does: read-only, for an hour, recorded, and only their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.test import Client

from common.access import CHANNEL_MANAGER, Actor
from common.models import User
from partners import viewing
from partners.models import EnrolmentStatus, EnrolmentTier, ViewedPage, Viewing
from programs.models import VendorStaff
from sales.models import SaleLine
from tests.archives import text_in
from tests.people import set_up_second_factor
from tests.portal.addresses import Address, Populated, addresses, fillings
from tests.rendering import words
from tests.world import NOW, World, enrol, make_partner

SignedIn = Callable[[User], Client]
DETAIL = "/vendor/lenovo/partners/2B3C4D5F/"
BEGIN, STOP = f"{DETAIL}view/", f"{DETAIL}view/stop/"
AREA = "/partner/2B3C4D5F/"
BANNER = "You see Elbtal Systemhaus GmbH as Elbtal Systemhaus GmbH’s people see it, as far as it concerns Lenovo."


@pytest.fixture
def viewer(world: World, signed_in: SignedIn) -> Client:
    """A channel manager who has begun to look."""
    client = signed_in(world.channel_manager)
    assert client.post(BEGIN).status_code == 302
    return client


def read(client: Client, path: str = AREA) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return words(page.content.decode())


# --- beginning and ending --------------------------------------------------------------------------------------------


def test_the_partners_page_leads_into_the_partners_area_and_back(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    assert client.get(AREA).status_code == 404
    assert BEGIN in client.get(DETAIL).content.decode()
    assert client.post(BEGIN)["Location"] == AREA
    assert BANNER in read(client)
    assert client.post(STOP)["Location"] == DETAIL
    assert client.get(AREA).status_code == 404


def test_every_page_carries_the_banner_and_the_partners_own_people_see_none(
    world: World, viewer: Client, signed_in: SignedIn
) -> None:
    for path in ("", "sales/", f"sales/{world.sale.pk}/", "rebates/", "rebates/topseller/topseller-loyalty/2026Q3/"):
        assert BANNER in read(viewer, AREA + path)
        assert "Read only" not in read(signed_in(world.reseller_owner), AREA + path)


def test_after_an_hour_it_is_over_and_can_begin_again(viewer: Client) -> None:
    with time_machine.travel(NOW + timedelta(minutes=59)):
        assert viewer.get(AREA).status_code == 200
    with time_machine.travel(NOW + timedelta(minutes=61)):
        answer = viewer.get(AREA, follow=True)
        assert answer.redirect_chain == [(DETAIL, 302)]
        assert "that ends after an hour" in words(answer.content.decode())
        assert viewer.get(AREA).status_code == 404


def test_what_waits_for_the_partners_people_is_not_theirs_to_see(viewer: Client) -> None:
    assert "panels/waiting/" not in viewer.get(AREA).content.decode()
    assert viewer.get(f"{AREA}panels/waiting/").status_code == 404


def test_one_partner_is_looked_at_at_a_time(world: World, viewer: Client) -> None:
    enrol(make_partner("Alpen-IT", "3C4D5F6G"), world.program)
    assert viewer.get("/partner/3C4D5F6G/").status_code == 404
    viewer.post("/vendor/lenovo/partners/3C4D5F6G/view/")
    assert viewer.get("/partner/3C4D5F6G/").status_code == 200
    assert viewer.get(AREA).status_code == 404


# --- who may ---------------------------------------------------------------------------------------------------------


def test_every_role_of_the_vendor_may_look_and_nobody_else(world: World, signed_in: SignedIn) -> None:
    def begins(person: User) -> int:
        return signed_in(person).post(BEGIN).status_code

    for staff in (world.vendor_admin, world.channel_manager, world.vendor_finance):
        assert begins(staff) == 302
    assert begins(world.platform_admin) == 403
    for stranger in (world.rival_channel_manager, world.reseller_owner, world.reporter):
        assert begins(stranger) == 404
    assert Viewing.objects.count() == 3


def test_partners_of_other_vendors_are_not_looked_at(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.channel_manager).post("/vendor/lenovo/partners/6G7H8J9K/view/").status_code == 404


def test_a_token_never_looks(world: World) -> None:
    token = Actor.of(world.channel_manager, scopes=["figures"])
    for actor in (token, Actor.of(world.platform_admin), Actor.system()):
        with pytest.raises(viewing.NotStaff):
            viewing.begin(vendor=world.vendor, partner=world.reseller, actor=actor, now=NOW)


def test_another_persons_viewing_opens_nothing(world: World, viewer: Client, signed_in: SignedIn) -> None:
    colleague = signed_in(world.vendor_admin)
    session = colleague.session
    session["viewing"] = viewer.session["viewing"]
    session.save()
    assert colleague.get(AREA).status_code == 404


def test_who_leaves_the_vendor_sees_nothing_any_more(world: World, viewer: Client) -> None:
    VendorStaff.objects.filter(user=world.channel_manager).delete()
    assert viewer.get(AREA).status_code == 404


def test_a_partner_that_has_left_the_vendor_is_not_seen_any_more(world: World, viewer: Client) -> None:
    for history in (EnrolmentStatus, EnrolmentTier):
        history.objects.filter(enrolment=world.enrolment).delete()
    world.enrolment.delete()
    assert viewer.get(AREA).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_done_while_looking(viewer: Client, method: str) -> None:
    answer = getattr(viewer, method)(f"{AREA}sales/")
    assert answer.status_code == 403
    text = words(answer.content.decode())
    assert "Here you can only look" in text
    assert BANNER in text
    assert not ViewedPage.objects.exists()


# --- what is recorded ------------------------------------------------------------------------------------------------


def test_a_page_that_only_a_role_gets_says_that_one_only_looks(world: World, viewer: Client) -> None:
    answer = viewer.get(f"/partner/{world.reseller.number}/questions/new/")
    assert answer.status_code == 403
    assert "partners/read_only.html" in {template.name for template in answer.templates}


def test_each_page_is_recorded_without_what_was_asked_for(world: World, viewer: Client) -> None:
    viewer.get(f"{AREA}sales/?q=secret")
    viewer.head(AREA)
    viewer.get(f"{AREA}sales/?export=csv")
    (looked,) = Viewing.objects.all()
    assert (looked.user, looked.vendor, looked.partner) == (world.channel_manager, world.vendor, world.reseller)
    assert [page.path for page in looked.pages.order_by("id")] == [f"{AREA}sales/", AREA, f"{AREA}sales/"]


@pytest.mark.parametrize("model", [Viewing, ViewedPage])
def test_the_record_can_be_neither_changed_nor_deleted(viewer: Client, model: type[Viewing | ViewedPage]) -> None:
    viewer.get(AREA)
    rows = model._default_manager.all()
    with pytest.raises(ProgrammingError, match=r"Cannot (update|delete)"), transaction.atomic():
        rows.update(id=1)
    with pytest.raises(ProgrammingError, match=r"Cannot (update|delete)"), transaction.atomic():
        rows._raw_delete("default")


def test_a_very_long_address_is_recorded_too(viewer: Client) -> None:
    assert viewer.get(f"{AREA}rebates/{'x' * 600}/x/2026Q3/").status_code == 404
    assert ViewedPage.objects.get().path.startswith(f"{AREA}rebates/xxx")


def test_the_vendors_page_tells_who_looked_and_how_much(viewer: Client, world: World, signed_in: SignedIn) -> None:
    viewer.get(AREA)
    viewer.get(f"{AREA}sales/")
    text = read(signed_in(world.vendor_finance), DETAIL)
    assert "Viewed as the partner sees it 2 pages" in text
    assert "Channel Manager" in text
    assert "Viewed as" not in read(signed_in(world.rival_channel_manager), "/vendor/ibm/partners/2B3C4D5F/")


def test_the_owner_reads_who_looked_at_what(viewer: Client, world: World, signed_in: SignedIn) -> None:
    viewer.get(f"{AREA}sales/{world.sale.pk}/")
    owner = signed_in(world.reseller_owner)
    assert f"{AREA}viewed/" in owner.get(AREA).content.decode()
    text = read(owner, f"{AREA}viewed/")
    assert f"Sales {AREA}sales/{world.sale.pk}/" in text
    assert "Channel Manager Lenovo" in text
    assert "1 entry" in text
    assert "Nothing matches" in read(owner, f"{AREA}viewed/?q=nobody")


def test_only_owners_read_it(viewer: Client, world: World, signed_in: SignedIn) -> None:
    page = f"{AREA}viewed/"
    assert signed_in(world.reseller_sales).get(page).status_code == 403
    assert page not in signed_in(world.reseller_sales).get(AREA).content.decode()
    assert viewer.get(page).status_code == 403
    assert page not in viewer.get(AREA).content.decode()
    assert signed_in(world.rival_owner).get(page).status_code == 404


def test_an_owner_whom_nobody_has_looked_at_is_told_what_would_stand_there(world: World, signed_in: SignedIn) -> None:
    assert "Nobody has looked yet" in read(signed_in(world.reseller_owner), f"{AREA}viewed/")


# --- nothing of another vendor ---------------------------------------------------------------------------------------

OF_THE_RIVAL = re.compile(
    r"IBM|10hoch4|Power S1022|9105|R-300[12]"  # names and documents
    r"|[36]0[,.]?000|3[,.]?000\.00|5[,.]?280|52[,.]?120|84[,.]?000|5[,.]?400\.00|3[,.]?110"  # sums, alone and added up
)


@pytest.fixture
def there(populated: Populated) -> Populated:
    return populated


def paths(there: Populated) -> Iterator[str]:
    """Every address of a partner's area, filled with ours and with the rival vendor's."""
    for address in addresses():
        if address.route.startswith("partner/"):
            yield from {address.path(kwargs) for kwargs in _fillings(address, there)}


def _fillings(address: Address, there: Populated) -> list[dict[str, Any]]:
    own = fillings(address, there)["own"]
    rival = {"program": there.world.rival_program.slug, "code": there.world.rival_terms.code}
    found = [own, {**own, **{place: value for place, value in rival.items() if place in own}}]
    if "period" in own:
        found += [{**each, "period": "2026Q4"} for each in found]
    if address.name == "sales:partner-sale":
        lines = SaleLine.objects.filter(partner=there.world.reseller)
        found += [{**own, "pk": pk} for pk in lines.values_list("pk", flat=True)]
    return found


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        return text_in(content)
    return words(content.decode(errors="replace")).replace("\u00a0", " ")


def served(client: Client, there: Populated) -> dict[str, str]:
    """What somebody reads in the area, per address: pages, and the exports that they offer."""
    found = {}
    waiting = list(paths(there))
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        if answer.status_code != 200:
            continue
        found[path] = text_of(answer)
        if not answer.streaming and b"export=csv" in answer.content:
            waiting += [f"{path}?export={kind}" for kind in ("csv", "xlsx")]
    return found


def leaks(pages: dict[str, str]) -> dict[str, set[str]]:
    return {path: foreign for path, text in pages.items() if (foreign := set(OF_THE_RIVAL.findall(text)))}


def test_no_page_of_the_area_shows_anything_of_another_vendor(there: Populated, signed_in: SignedIn) -> None:
    client = signed_in(there.world.channel_manager)
    client.post(BEGIN)
    pages = served(client, there)
    assert leaks(pages) == {}
    assert {f"{AREA}sales/", f"{AREA}rebates/", AREA, f"{AREA}sales/?export=csv"} <= pages.keys()


def test_the_partners_own_people_see_both_so_the_search_above_finds_what_there_is(
    there: Populated, signed_in: SignedIn
) -> None:
    found = leaks(served(signed_in(there.world.reseller_owner), there))
    assert {AREA, f"{AREA}sales/", f"{AREA}sales/?export=csv", f"{AREA}sales/?export=xlsx", f"{AREA}rebates/"} <= set(
        found
    )
    assert {"IBM", "10hoch4", "60,000", "30,000"} <= set().union(*found.values())


@pytest.mark.parametrize("superuser", [False, True])
def test_who_works_for_both_vendors_or_for_the_platform_sees_one_as_well(
    there: Populated, signed_in: SignedIn, superuser: bool
) -> None:
    person = there.world.channel_manager
    VendorStaff.objects.create(vendor=there.world.rival_vendor, user=person, role=CHANNEL_MANAGER)
    User.objects.filter(pk=person.pk).update(is_superuser=superuser)
    person.refresh_from_db()
    client = signed_in(person)
    client.post(BEGIN)
    assert leaks(served(client, there)) == {}


def test_a_member_who_looks_for_a_vendor_sees_what_the_vendor_sees(there: Populated, signed_in: SignedIn) -> None:
    person = there.world.reseller_sales
    VendorStaff.objects.create(vendor=there.world.vendor, user=person, role=CHANNEL_MANAGER)
    set_up_second_factor(person)
    client = signed_in(person)
    assert leaks(served(client, there))
    client.post(BEGIN)
    assert leaks(served(client, there)) == {}
