"""What partners add to the shared pages: menu entries, what waits, a new company's applications on its dashboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Min, QuerySet
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
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
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
    found = application_selectors.asked_back_of(partner_id=area.pk, actor=actor)
    return _asked_back({area.pk: area.slug}, found).get(area.pk, ())


def asked_back_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _asked_back(partners, application_selectors.asked_back_in(partners=partners, vendor=vendor))


def _asked_back(partners: Partners, applications: Iterable[Application]) -> Waits:
    found: dict[int, list[Waiting]] = defaultdict(list)
    for each in applications:
        text = gettext("%(vendor)s has a question about your application") % {"vendor": each.program.vendor.name}
        url = reverse("partners:own-application", args=[partners[each.partner_id], each.pk])
        found[each.partner_id].append(Waiting(text, url, since=each.since))
    return found


def asks_for_access(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """People who say that they work for the company."""
    return _ask_for_access({area.pk: area.slug}, AccessRequest.objects.visible_to(actor)).get(area.pk, ())


def asking_for_access(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _ask_for_access(partners, AccessRequest.objects.all())


def _ask_for_access(partners: Partners, requests: QuerySet[AccessRequest]) -> Waits:
    by_partner = requests.filter(partner__in=partners, decided_at__isnull=True).order_by().values("partner_id")
    found = {}
    for row in by_partner.annotate(number=Count("pk"), first=Min("asked_at")):
        text = ngettext("%(count)s person asks for access", "%(count)s people ask for access", row["number"])
        url = reverse("partners:access-requests", args=[partners[row["partner_id"]]])
        label = text % {"count": formats.number(row["number"])}
        found[row["partner_id"]] = [Waiting(label, url, since=row["first"], count=row["number"])]
    return found


def data_to_confirm(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """What a vendor has said about the company, until an owner has looked at it."""
    return _to_confirm({area.pk: area.slug}, DataCheck.objects.visible_to(actor)).get(area.pk, ())


def confirming(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _to_confirm(partners, DataCheck.objects.all())


def _to_confirm(partners: Partners, checks: QuerySet[DataCheck]) -> Waits:
    """One check per company at most."""
    asked = checks.filter(partner__in=partners, confirmed_at__isnull=True)
    text = gettext("Please confirm your company’s data")
    return {
        partner_id: [Waiting(text, reverse("partners:data-check", args=[partners[partner_id]]), since=asked_at)]
        for partner_id, asked_at in asked.values_list("partner_id", "asked_at")
    }


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
    for waits in (
        WaitingSource("application-asked-back", asked_back_by, roles=(OWNER,), order=5),
        WaitingSource("access-requests", asking_for_access, roles=(OWNER,), order=6),
        WaitingSource("data-check", confirming, roles=(OWNER,), order=4),
    ):
        partner_waits.register(waits)
    registry.panels.register(
        Panel("applications", PARTNER, "partners/panels/applications.html", applications_panel, order=5)
    )
    composing.actions.register(
        ListAction("invitations", _("Invitations"), "envelope", _invitations, roles=INVITING_ROLES, order=20)
    )
    composing.panels.register(PartnerPanel("no-owner", "partners/no_owner.html", no_owner, order=5))
