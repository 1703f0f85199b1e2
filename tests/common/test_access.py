"""Actors: who asks, with which roles, built once per request."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from common.access import (
    CHANNEL_MANAGER,
    DISTRIBUTOR,
    OWNER,
    PARTNER,
    PARTNER_FINANCE,
    VENDOR,
    VENDOR_ADMIN,
    VENDOR_FINANCE,
    Actor,
    ActorQuerySet,
)
from common.middleware import PersonMiddleware
from common.models import ApiToken
from partners.models import Enrolment, Member, Partner
from programs.models import Distributor, Program, Vendor
from rebates.models import Settlement
from sales.models import CustomerNumber, SaleLine, SellOutReport, WaitingRow
from tests.people import person
from tests.world import TODAY, World


def test_an_actor_holds_the_roles_of_each_organisation(world: World) -> None:
    actor = Actor.of(world.reseller_owner)
    assert actor.ids(PARTNER) == [world.reseller.pk]
    assert actor.has(PARTNER, world.reseller.pk, OWNER)
    assert actor.has(PARTNER, world.reseller.pk, PARTNER_FINANCE, OWNER)
    assert not actor.has(PARTNER, world.reseller.pk, PARTNER_FINANCE)
    assert not actor.has(PARTNER, world.rival.pk)
    assert actor.ids(VENDOR) == actor.ids(DISTRIBUTOR) == []


def test_the_same_word_means_another_role_in_another_scope(world: World) -> None:
    assert VENDOR_FINANCE == PARTNER_FINANCE
    assert not Actor.of(world.reseller_finance).ids(VENDOR, VENDOR_FINANCE)


def test_a_person_may_have_several_roles_in_several_places(world: World) -> None:
    world.vendor.staff.create(user=world.channel_manager, role=VENDOR_ADMIN)
    Member.objects.create(partner=world.rival, user=world.channel_manager, role=OWNER)
    actor = Actor.of(world.channel_manager)
    assert actor.roles[VENDOR] == {world.vendor.pk: {CHANNEL_MANAGER, VENDOR_ADMIN}}
    assert actor.roles[PARTNER] == {world.rival.pk: {OWNER}}


def test_an_actor_can_be_narrowed_to_one_organisation(world: World) -> None:
    world.rival_vendor.staff.create(user=world.channel_manager, role=VENDOR_ADMIN)
    Member.objects.create(partner=world.reseller, user=world.channel_manager, role=OWNER)
    world.channel_manager.is_superuser = True
    only = Actor.of(world.channel_manager).only(VENDOR, world.vendor.pk)
    assert (only.user_id, only.sees_all) == (world.channel_manager.pk, False)
    assert only.roles == {VENDOR: {world.vendor.pk: {CHANNEL_MANAGER}}}
    assert only.only(VENDOR, world.rival_vendor.pk).roles == {}


def test_roles_end_when_a_member_leaves(world: World) -> None:
    Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    assert Actor.of(world.reseller_owner).ids(PARTNER) == []


def test_somebody_locked_out_has_no_roles(world: World) -> None:
    world.platform_admin.is_active = False
    assert Actor.of(world.platform_admin) == Actor()


def test_an_actor_cannot_be_changed(world: World) -> None:
    actor = Actor.of(world.reseller_owner)
    with pytest.raises(AttributeError):
        actor.is_platform_admin = True  # type: ignore[misc]


def test_vendor_staff_and_platform_admins_need_a_second_factor(world: World) -> None:
    needing = {world.channel_manager, world.vendor_finance, world.vendor_admin, world.platform_admin}
    others = {world.reseller_owner, world.reseller_finance, world.reporter}
    assert {user for user in needing | others if Actor.of(user).needs_second_factor} == needing


def test_an_actor_is_built_once_per_request_and_only_when_asked_for(world: World) -> None:
    request = RequestFactory().get("/")
    request.user = world.reseller_owner
    request.session = SessionBase()
    with CaptureQueriesContext(connection) as queries:
        PersonMiddleware(lambda request: None)(request)  # type: ignore[arg-type,return-value]
    assert len(queries) == 0
    with CaptureQueriesContext(connection) as queries:
        for _time in range(3):
            request.actor.ids(PARTNER)  # type: ignore[attr-defined]
    assert len(queries) == 3  # one per kind of organisation
    assert request.today == TODAY  # type: ignore[attr-defined]


# --- visible_to -----------------------------------------------------------------------------------------------------


def test_a_queryset_that_does_not_say_who_sees_its_rows_shows_none_of_them() -> None:
    with pytest.raises(NotImplementedError):
        ActorQuerySet(Vendor).visible_to(Actor.system())


def models_with_visible_to() -> list[type]:
    return [model for model in apps.get_models() if isinstance(model._default_manager.all(), ActorQuerySet)]


@pytest.mark.parametrize("model", models_with_visible_to(), ids=lambda model: model.__name__)
def test_nobody_sees_nothing_and_the_system_everything(world: World, model: type) -> None:
    rows = model.objects  # type: ignore[attr-defined]
    assert rows.visible_to(Actor()).count() == 0
    assert rows.visible_to(Actor.of(person("stranger"))).count() == 0
    if model is not ApiToken:
        assert rows.visible_to(Actor.system()).count() == rows.count()
        assert rows.visible_to(Actor.of(world.platform_admin)).count() == rows.count()


def test_tokens_are_seen_by_their_person_alone(world: World) -> None:
    assert ApiToken.objects.visible_to(Actor.of(world.platform_admin)).count() == 0


def test_a_vendor_sees_what_concerns_it_and_nothing_else(world: World) -> None:
    staff = Actor.of(world.channel_manager)
    assert list(Vendor.objects.visible_to(staff)) == [world.vendor]
    assert list(Program.objects.visible_to(staff)) == [world.program]
    assert list(Partner.objects.visible_to(staff)) == [world.reseller]
    assert list(Enrolment.objects.visible_to(staff)) == [world.enrolment]
    assert set(SaleLine.objects.visible_to(staff).values_list("vendor", flat=True)) == {world.vendor.pk}
    assert list(SellOutReport.objects.visible_to(staff)) == [world.report]
    assert list(WaitingRow.objects.visible_to(staff)) == [world.waiting]
    assert CustomerNumber.objects.visible_to(staff).get().partner == world.reseller


def test_a_partner_sees_its_own_sales_with_every_vendor_and_no_reports(world: World) -> None:
    owner = Actor.of(world.reseller_owner)
    assert set(Enrolment.objects.visible_to(owner)) == {world.enrolment, world.second_enrolment}
    assert SaleLine.objects.visible_to(owner).count() == SaleLine.objects.filter(partner=world.reseller).count() == 5
    assert list(Partner.objects.visible_to(owner)) == [world.reseller]
    for model in (SellOutReport, WaitingRow, CustomerNumber, Program, Vendor, Distributor):
        assert not model.objects.visible_to(owner).exists(), model


def test_a_distributor_sees_its_own_reports_and_not_what_they_became(world: World) -> None:
    reporter = Actor.of(world.reporter)
    assert list(SellOutReport.objects.visible_to(reporter)) == [world.report]
    assert list(Distributor.objects.visible_to(reporter)) == [world.distributor]
    for model in (SaleLine, Partner, Enrolment, Settlement):
        assert not model.objects.visible_to(reporter).exists(), model
