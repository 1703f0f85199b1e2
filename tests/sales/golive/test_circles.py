"""A file with partners stays in its vendor's circle: nothing of another vendor's companies is joined or told."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from common.access import Actor
from common.models import User
from partners import applications, waves
from partners.applications import Admission
from partners.models import DataCheck, Enrolment, Partner
from tests.partners.applying import act, applied
from tests.partners.test_waves import join
from tests.sales.golive.bringing import NEW, bring, look, partners
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]


def test_a_company_of_another_vendor_is_not_joined_even_by_its_vat_id(world: World) -> None:
    Partner.objects.filter(pk=world.rival.pk).update(vat_id="DE136695976", name="Nordlicht IT GmbH", postcode="20095")
    done = bring(world, partners(NEW))
    assert (done.figures.new, done.figures.known) == (1, 0)
    assert not Enrolment.objects.filter(partner=world.rival, program=world.program).exists()
    (mine,) = Partner.objects.filter(enrolments__program=world.program, name="Nordlicht IT GmbH")
    assert mine != world.rival
    assert bring(world, partners(NEW)).figures.unchanged == 1
    theirs = partners(NEW.replace("Gold", ""))
    assert look(world, theirs, vendor=world.rival_vendor, program=world.rival_program).figures.known == 1


def test_a_company_that_has_applied_is_taken_in_by_its_vat_id(world: World) -> None:
    Partner.objects.filter(pk=world.rival.pk).update(vat_id="DE 136 695 976")
    application = applied(world.rival, world.program, world.rival_owner)
    done = bring(world, partners(NEW))
    assert [step.partner for step in done.plan.steps] == [world.rival.pk]
    world.rival.refresh_from_db()
    assert world.rival.name == "Rheinblick IT GmbH"
    assert not DataCheck.objects.exists()
    assert Enrolment.objects.filter(partner=world.rival, program=world.program).exists()
    applications.approve(
        application=application, admission=Admission(TODAY), act=act(world.channel_manager, application)
    )


def test_two_vendors_contacts_each_run_the_company_their_vendor_brought_and_see_nothing_of_the_other(
    world: World, signed_in: SignedIn
) -> None:
    """Whoever is invited first is not the owner for everybody: the second file makes a company of its own."""
    bring(world, partners(NEW))
    theirs = NEW.replace("chef@nordlicht.example", "other@nordlicht.example").replace("Gold", "Member")
    theirs = theirs.replace("Nordlicht IT GmbH", "NORDLICHT IT GmbH").replace("Allnet;N-1", ";")
    bring(world, partners(theirs), vendor=world.rival_vendor, program=world.rival_program)
    joined = {}
    for vendor, by, address in (
        (world.rival_vendor, world.rival_channel_manager, "other@nordlicht.example"),
        (world.vendor, world.channel_manager, "chef@nordlicht.example"),
    ):
        contacts = waves.contacts_of(vendor=vendor, actor=Actor.of(by), now=NOW, today=TODAY)
        assert waves.ask(vendor=vendor, contacts=contacts, actor=Actor.of(by), now=NOW) == 1
        assert waves.send_asked(now=NOW) == waves.Sent(invited=1, needless=0)
        joined[vendor.slug] = join(address)
    mine, other = (Partner.objects.get(name=name) for name in ("Nordlicht IT GmbH", "NORDLICHT IT GmbH"))
    assert (mine.members.get().user, other.members.get().user) == (joined["lenovo"], joined["ibm"])
    browser = signed_in(joined["ibm"])
    assert browser.get(f"/partner/{other.number}/company/").status_code == 200
    assert browser.get(f"/partner/{mine.number}/company/").status_code == 404
    assert signed_in(world.rival_channel_manager).get(f"/vendor/ibm/partners/{mine.number}/").status_code == 404


def test_a_company_of_another_vendor_is_not_found_by_its_name(world: World) -> None:
    Partner.objects.filter(pk=world.rival.pk).update(postcode="20095")
    bring(world, partners("Rheinblick IT GmbH;20095;Hamburg;DE;;;;;;;;;"))
    assert Partner.objects.filter(name="Rheinblick IT GmbH").count() == 2
