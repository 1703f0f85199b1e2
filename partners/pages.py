"""What partners add to the shared pages: menu entries, what waits, a new company's applications on its dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common import formats, registry
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Panel, Waiting
from partners import application_selectors, composing, team
from partners.application_wording import TONES, state_for_partner
from partners.composing import ListAction, PartnerPanel
from partners.models import AccessRequest, Application, CompanyChange, CompanyChangeAsked, DataCheck, Partner
from partners.team_views import MEMBERS
from partners.waves import INVITING_ROLES
from programs.deciding import DECIDING_ROLES
from programs.models import Vendor


def _partners(area: Area) -> str:
    return reverse("partners:list", args=[area.slug])


def _viewed(area: Area) -> str:
    return reverse("partners:viewed", args=[area.slug])


def _programs(area: Area) -> str:
    return reverse("partners:programs", args=[area.slug])


def _applications(area: Area) -> str:
    return f"{reverse('partners:applications', args=[area.slug])}?state={Application.State.OPEN.value}&sort=due_on"


def undecided(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Applications that wait for the vendor, as one item with the oldest clock."""
    found = application_selectors.undecided_at(vendor_id=area.pk, actor=actor)
    if number := found["number"]:
        text = ngettext("%(count)s application to decide", "%(count)s applications to decide", number)
        values = {"count": formats.number(number)}
        yield Waiting(text % values, _applications(area), since=found["since"], due=found["due"], count=number)


def asked_back(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Applications in which a vendor needs an answer."""
    for each in application_selectors.asked_back_of(partner_id=area.pk, actor=actor):
        text = gettext("%(vendor)s has a question about your application") % {"vendor": each.program.vendor.name}
        url = reverse("partners:own-application", args=[area.slug, each.pk])
        yield Waiting(text, url, since=each.since)


def asks_for_access(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """People who say that they work for the company."""
    waiting = AccessRequest.objects.visible_to(actor).filter(partner_id=area.pk, decided_at__isnull=True)
    rows = list(waiting.values_list("asked_at", flat=True))
    if rows:
        text = ngettext("%(count)s person asks for access", "%(count)s people ask for access", len(rows))
        url = reverse("partners:access-requests", args=[area.slug])
        yield Waiting(text % {"count": formats.number(len(rows))}, url, since=rows[0], count=len(rows))


def data_to_confirm(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """What a vendor has said about the company, until an owner has looked at it."""
    for asked_at in (
        DataCheck.objects.visible_to(actor)
        .filter(partner_id=area.pk, confirmed_at__isnull=True)
        .values_list("asked_at", flat=True)
    ):
        url = reverse("partners:data-check", args=[area.slug])
        yield Waiting(gettext("Please confirm your company’s data"), url, since=asked_at)


def applications_panel(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """What the company has applied for, and until when it is decided; nothing else is there for a new one."""
    rows = application_selectors.of_company(partner_id=area.pk, actor=actor)
    if not rows:
        return None
    return {
        "rows": [
            {
                "name": each.program.name,
                "state": state_for_partner(each),
                "tone": TONES[each.state],
                "due": each.due_on if each.state == Application.State.OPEN else None,
                "url": reverse("partners:own-application", args=[area.slug, each.pk]),
            }
            for each in rows
        ]
    }


def _invitations(vendor: Vendor) -> str:
    return reverse("partners:invitations", args=[vendor.slug])


def _team(area: Area) -> str:
    return reverse("partners:team", args=[area.slug])


def _company(area: Area) -> str:
    return reverse("partners:company", args=[area.slug])


def company_changes(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Companies that ask to change their name, VAT id or country, each with the vendor's clock."""
    asked = CompanyChangeAsked.objects.filter(vendor_id=area.pk, change__state=CompanyChange.State.OPEN)
    for each in asked.select_related("change__partner").order_by("due_on", "pk"):
        text = gettext("%(partner)s asks to change its company data") % {"partner": each.change.partner.name}
        url = reverse("partners:company-change", args=[area.slug, each.change_id])
        yield Waiting(text, url, since=each.change.requested_at, due=each.due_on)


def no_owner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """A company that nobody runs, for those who can help."""
    if team.has_owner(partner) or not team.may_rescue(vendor=vendor, partner=partner, actor=actor, today=today):
        return None
    return {
        "invitations": team.owner_invitations(partner=partner, vendor=vendor),
        "url": reverse("partners:invite-owner", args=[vendor.slug, partner.number]),
    }


def register() -> None:
    for entry in (
        MenuEntry("partners", VENDOR, _("Partners"), "people", _partners, order=20),
        MenuEntry("applications", VENDOR, _("Applications"), "person-check", _applications, order=22),
        MenuEntry("company", PARTNER, _("Company"), "buildings", _company, roles=MEMBERS, order=80),
        MenuEntry("team-partner", PARTNER, _("Team"), "people", _team, roles=MEMBERS, order=85),
        MenuEntry("programs", PARTNER, _("Programs"), "award", _programs, order=60),
        MenuEntry("viewed", PARTNER, _("Seen by vendors"), "eye", _viewed, roles=(OWNER,), order=90),
    ):
        registry.menu.register(entry)
    for source in (
        AttentionSource("applications", VENDOR, undecided, roles=DECIDING_ROLES, order=5),
        AttentionSource("company-changes", VENDOR, company_changes, roles=DECIDING_ROLES, order=6),
        AttentionSource("application-asked-back", PARTNER, asked_back, roles=(OWNER,), order=5),
        AttentionSource("access-requests", PARTNER, asks_for_access, roles=(OWNER,), order=6),
        AttentionSource("data-check", PARTNER, data_to_confirm, roles=(OWNER,), order=4),
    ):
        registry.attention.register(source)
    registry.panels.register(
        Panel("applications", PARTNER, "partners/panels/applications.html", applications_panel, order=5)
    )
    composing.actions.register(
        ListAction("invitations", _("Invitations"), "envelope", _invitations, roles=INVITING_ROLES, order=20)
    )
    composing.panels.register(PartnerPanel("no-owner", "partners/no_owner.html", no_owner, order=5))
