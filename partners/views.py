"""A vendor's pages about its partners. What other apps know about them is composed in (`partners.composing`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.access import VENDOR, Actor
from common.filters import FilterSet
from common.requests import PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb, Event, Fact, latest_first
from partners import application_selectors, composing, participation, selectors, viewing
from partners.application_wording import events
from partners.company_wording import contact_events, succession_events
from partners.company_wording import events as company_events
from partners.composing import Asked
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Member, Partner
from partners.participation import CHANGES, Step
from partners.tables import PartnerFilter, PartnerTable
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor

TONES = {"active": "success", "applied": "info", "suspended": "warning", "ended": "neutral"}
VIEWINGS_SHOWN = 10
STEP_TITLES = {
    Step.SUSPENDED: gettext_lazy("Participation in %(program)s suspended from %(day)s"),
    Step.RESUMED: gettext_lazy("Participation in %(program)s resumed from %(day)s"),
    Step.ENDED: gettext_lazy("Participation in %(program)s ended on %(day)s"),
}


class PartnersPage(VendorListPage):
    table_class = PartnerTable
    filterset_class = PartnerFilter
    template_name = "partners/list.html"
    export_name = "partners"

    @cached_property
    def programs(self) -> list[Program]:
        return list(Program.objects.visible_to(self.request.actor).filter(vendor=self.vendor))

    @cached_property
    def asked(self) -> Asked:
        return Asked(self.vendor, self.request.today, selectors.currency_in(self.programs))

    @cached_property
    def sortable(self) -> dict[str, Combinable]:
        return composing.figures_in_sql(self.asked)

    @cached_property
    def found_in_sql(self) -> dict[str, Combinable]:
        return {**self.sortable, **composing.divisions_in_sql(self.asked)}

    def rows(self) -> QuerySet[Partner]:
        partners = selectors.partners_in(self.programs)
        if "merged" not in self.request.GET:
            partners = partners.exclude(selectors.merged_away(self.vendor))
        if self._sorted_by_tier():
            # Looked up for each partner: only when it is asked for.
            rank = selectors.highest_rank(vendor=self.vendor, day=self.request.today)
            partners = partners.alias(tier_rank=rank)
        joined = partners.filter(composing.joined_in_sql(self.asked))
        return joined.annotate(**self.found_in_sql)

    def _sorted_by_tier(self) -> bool:
        sorted_by = (key for given in self.request.GET.getlist("sort") for key in given.split(","))
        return any(key.removeprefix("-") == "tier" for key in sorted_by)

    def table_options(self) -> dict[str, Any]:
        return {"currency": self.asked.currency, "extra_columns": composing.columns_of(self.sortable)}

    def filter_options(self) -> dict[str, Any]:
        return {"programs": self.programs, "asked": self.asked}

    def records(self, rows: QuerySet[Partner], filterset: FilterSet | None) -> CompletedRows:
        count = filterset.count() if isinstance(filterset, PartnerFilter) else None
        shown = rows.values("pk", "name", "number", "city", *self.found_in_sql)
        return CompletedRows(shown, self._complete, tie_break=("name", "pk"), count=count)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {
            "meanings": [division.meaning(self.request.today) for division in composing.divisions],
            "actions": composing.actions_of(self.vendor, self.request.actor),
        }

    def _complete(self, partners: Sequence[composing.Row]) -> Iterator[composing.Row]:
        """What the list shows of these partners."""
        today, ids = self.request.today, [each["pk"] for each in partners]
        values = composing.values_of(self.asked, partners)
        tiers: dict[int, list[str]] = defaultdict(list)
        countries: dict[int, str] = {}
        for enrolled in selectors.taking_part(programs=self.programs, partners=ids, day=today):
            tiers[enrolled.partner_id].append(_tier_in_words(enrolled))
            countries[enrolled.partner_id] = enrolled.country or ""
        page = reverse("partners:list", args=[self.vendor.slug])
        for each in partners:
            pk = each["pk"]
            yield {
                "name": each["name"],
                "number": each["number"],
                "url": f"{page}{each['number']}/",
                "place": _place(each["city"], countries.get(pk, "")),
                "tier": ", ".join(dict.fromkeys(tiers[pk])),
                **{key: of_partner.get(pk) for key, of_partner in values.items()},
            }


def _place(city: str, country: str) -> str:
    return ", ".join(part for part in (city, country) if part)


def _tier_in_words(enrolled: selectors.TakingPart) -> str:
    if enrolled.status is None:
        return _("not active")
    if enrolled.status == EnrolmentStatus.Status.ACTIVE:
        return enrolled.tier or _("no tier")
    return str(EnrolmentStatus.Status(enrolled.status).label)


@in_vendor()
def detail(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """Everything this vendor knows about one of its partners, and nothing of other vendors."""
    actor, today = request.actor, request.today
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=actor), number=number)
    enrolments = selectors.enrolments_of(partner=partner, actor=actor, vendor=vendor)
    memberships = selectors.memberships_on(enrolments=enrolments, day=today)
    country = selectors.countries_on(partners=[partner.pk], day=today).get(partner.pk, "")
    successions = selectors.successions_of(partner=partner, actor=actor, vendor=vendor)
    context = {
        "partner": partner,
        "vendor": vendor,
        "goes_on_as": next((each.target for each in successions if each.source_id == partner.pk), None),
        "took_over": [each.source for each in successions if each.target_id == partner.pk],
        "crumbs": [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(partner.name)],
        "place": _place(partner.city, country),
        "company": _company(partner, vendor, country),
        "care": _care(partner, vendor),
        "care_url": reverse("partners:care", args=[vendor.slug, number])
        if actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)
        else "",
        "memberships": [
            {
                "name": each.enrolment.program.name,
                "status": each.status.get_status_display() if each.status is not None else _("not active"),
                "tone": TONES[each.status.status] if each.status is not None else "neutral",
                "facts": _membership_facts(each),
                "changes": _changes(each, vendor) if actor.has(VENDOR, vendor.pk, *DECIDING_ROLES) else [],
            }
            for each in memberships
        ],
        "enrol_in": _enrol_in(partner, vendor, actor, today),
        "events": latest_first(
            [
                *_events(enrolments, several=len(enrolments) > 1),
                *_steps(enrolments),
                *succession_events(successions, partner),
                *company_events(selectors.company_changes_of(partner=partner, actor=actor)),
                *contact_events(partner),
                *_contacts(selectors.contacts_ever(partner)),
                *_applications(partner, vendor, actor),
                *_viewings(viewing.viewings_of(vendor=vendor, partner=partner, actor=actor)),
            ]
        ),
        "view_url": reverse("partners:view", args=[vendor.slug, number]) if actor.has(VENDOR, vendor.pk) else "",
        "panels": composing.panels_of(vendor, partner, actor, today),
    }
    return render(request, "partners/detail.html", context)


def _company(partner: Partner, vendor: Vendor, country: str) -> list[Fact]:
    own = selectors.vendor_number(partner=partner, vendor=vendor)
    address = " ".join(part for part in (partner.postcode, partner.city) if part)
    facts = [
        Fact(_("Partner number"), partner.number),
        *([Fact(_("Your number for it"), own)] if own not in ("", partner.number) else []),
        Fact(_("Address"), partner.street or address or formats.NOTHING, hint=address if partner.street else ""),
        Fact(_("Country"), country or formats.NOTHING),
        Fact(_("VAT id"), partner.vat_id or formats.NOTHING),
    ]
    for member in selectors.contacts_of(partner):
        url = f"mailto:{member.user.email}"
        facts.append(Fact(member.get_role_display().capitalize(), member.user.name, hint=member.user.email, url=url))
    return facts


def _care(partner: Partner, vendor: Vendor) -> list[Fact]:
    """Who looks after the partner for the vendor."""
    care = application_selectors.care_of(partner=partner, vendor=vendor)
    manager = care.manager.name if care is not None and care.manager is not None else formats.NOTHING
    facts = [Fact(_("Channel manager"), manager)]
    if care is not None and care.distributor is not None:
        facts.append(Fact(_("Distributor"), care.distributor.name))
    return facts


def _applications(partner: Partner, vendor: Vendor, actor: Actor) -> list[Event]:
    """What happened to the company's applications for the vendor's programs."""
    found = application_selectors.with_steps(partner=partner, vendor=vendor, actor=actor)
    return [event for application, steps in found for event in events(application, steps)]


def _membership_facts(membership: selectors.Membership) -> list[Fact]:
    facts = [Fact(_("Enrolled since"), formats.date_short(membership.enrolment.enrolled_on))]
    if membership.held is not None:
        since = membership.held.valid_from
        hint = _("since %(day)s") % {"day": formats.date_short(since)} if since is not None else ""
        facts.insert(0, Fact(_("Tier"), membership.held.tier.name, hint=hint))
    else:
        facts.insert(0, Fact(_("Tier"), _("none")))
    return facts


def _changes(membership: selectors.Membership, vendor: Vendor) -> list[tuple[str, str]]:
    """What a channel manager can do about the participation, with the address of its page."""
    labels = {"suspend": _("Suspend"), "resume": _("Resume"), "end": _("End the participation")}
    enrolment = membership.enrolment
    possible = participation.possible_steps(membership.status.status if membership.status is not None else None)
    place = [vendor.slug, enrolment.partner.number, enrolment.program.slug]
    return [
        (labels[word], reverse("partners:change-participation", args=[*place, word]))
        for word, step in CHANGES.items()
        if step in possible
    ]


def _enrol_in(partner: Partner, vendor: Vendor, actor: Actor, today: date) -> list[tuple[str, str]]:
    """Other programs of the vendor for this partner, each with the address of its page; none of one that is gone."""
    if not actor.has(VENDOR, vendor.pk, *DECIDING_ROLES) or selectors.is_merged(partner=partner, vendor=vendor):
        return []
    programs = application_selectors.programs_to_enrol_in(partner=partner, vendor=vendor, actor=actor, today=today)
    return [(each.name, reverse("partners:enrol", args=[vendor.slug, partner.number, each.slug])) for each in programs]


def _steps(enrolments: Sequence[Enrolment]) -> Iterator[Event]:
    """Who suspended, resumed or ended, and why."""
    for step in selectors.participation_steps_of(enrolments):
        values = {"day": formats.date_short(step.on), "program": step.enrolment.program.name}
        yield Event(step.at, STEP_TITLES[Step(step.step)] % values, step.reason, actor=step.author.name, icon="flag")


def _events(enrolments: Sequence[Enrolment], *, several: bool) -> list[Event]:
    """Status, tier and agreements of the enrolments."""
    program = {each.pk: each.program.name for each in enrolments}
    found: list[tuple[EnrolmentStatus | EnrolmentTier | IndividualAgreement, str, str, str]] = []
    for status in selectors.statuses_of(enrolments):
        icon = "person-check" if status.status == EnrolmentStatus.Status.ACTIVE else "flag"
        found.append((status, _("Status: %(status)s") % {"status": status.get_status_display()}, "", icon))
    found += [
        (held, _("Tier: %(tier)s") % {"tier": held.tier.name}, held.reason, "award")
        for held in selectors.tiers_of(enrolments)
    ]
    found += [
        (agreement, _("Individual agreement"), agreement.note, "journal-text")
        for agreement in selectors.agreements_of(enrolments)
    ]
    return [
        Event(row.valid_from, title, _joined(text, program[row.enrolment_id] if several else ""), icon=icon)
        for row, title, text, icon in found
        if row.valid_from is not None
    ]


def _contacts(members: Sequence[Member]) -> Iterator[Event]:
    """Who came and went of those the vendor's staff write to; the company's other people are its own business."""
    for member in members:
        said = {"name": member.user.name, "role": member.get_role_display()}
        yield Event(member.joined_on, _("%(name)s joined as %(role)s") % said, icon="person-plus")
        if member.left_on is not None:
            yield Event(member.left_on, _("%(name)s is no longer %(role)s") % said, icon="person")


def _viewings(rows: QuerySet[Any]) -> list[Event]:
    """Who looked at the partner's pages as the partner sees them; the latest only, or they would hide the rest."""
    return [
        Event(
            row.started_at,
            _("Viewed as the partner sees it"),
            ngettext("%(count)s page", "%(count)s pages", row.looked_at) % {"count": formats.number(row.looked_at)},
            actor=row.user.name,
            icon="eye",
        )
        for row in rows[:VIEWINGS_SHOWN]
    ]


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


partners_page = in_vendor()(PartnersPage.as_view())
