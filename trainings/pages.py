"""What trainings add to the shared pages: menu entries, what waits, and who holds what on dashboards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Panel, Waiting
from partners import composing
from partners.composing import PartnerPanel
from partners.models import Partner
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
from programs.deciding import DECIDING_ROLES
from programs.models import Vendor
from trainings import selectors
from trainings.certificate_tables import EXPIRING
from trainings.models import Booking, Certificate, CertificateClaim, TrainingDate
from trainings.rights import TEAM_ROLES
from trainings.wording import SOON, certificate_state, last_day, name_of, valid_until, when

SHOWN = 6
"""Certificates on a card."""


def register() -> None:
    trainings, certificates = gettext_lazy("Trainings"), gettext_lazy("Certificates")
    for entry in (
        MenuEntry("trainings", PARTNER, trainings, "mortarboard", _offered, order=50),
        MenuEntry("certificates", PARTNER, certificates, "patch-check", _team, order=52),
        MenuEntry("vendor-trainings", VENDOR, trainings, "mortarboard", _catalogue, order=36),
        MenuEntry("vendor-certificates", VENDOR, certificates, "patch-check", _holders, order=37),
    ):
        registry.menu.register(entry)
    for source in (
        AttentionSource("certificate-claims", VENDOR, undecided, roles=DECIDING_ROLES, order=20),
        AttentionSource("attendance", VENDOR, attendance, roles=DECIDING_ROLES, order=21),
        AttentionSource("certificates-expiring", PARTNER, expiring, order=20),
    ):
        registry.attention.register(source)
    partner_waits.register(WaitingSource("certificates-expiring", expiring_in, roles=TEAM_ROLES, order=20))
    registry.panels.register(
        Panel("own-trainings", PARTNER, "trainings/panels/own.html", own, column="side", order=15, later=True)
    )
    composing.panels.register(
        PartnerPanel("certificates", "trainings/panels/of_partner.html", of_partner, column="side", order=40)
    )


def _offered(area: Area) -> str:
    return reverse("trainings:offered", args=[area.slug])


def _team(area: Area) -> str:
    return reverse("trainings:certificates", args=[area.slug])


def _catalogue(area: Area) -> str:
    return reverse("trainings:catalogue", args=[area.slug])


def _holders(area: Area) -> str:
    return reverse("trainings:holders", args=[area.slug])


# --- what waits ------------------------------------------------------------------------------------------------------


def undecided(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Certificates from elsewhere that wait for the vendor, as one item with the oldest clock."""
    claims = CertificateClaim.objects.visible_to(actor).filter(training__program__vendor=area.pk)
    waiting = claims.filter(state=CertificateClaim.State.OPEN).order_by()
    found = waiting.aggregate(number=Count("pk"), since=Min("submitted_at"), due=Min("due_on"))
    if number := found["number"]:
        text = ngettext("%(count)s external certificate to check", "%(count)s external certificates to check", number)
        url = f"{reverse('trainings:claims', args=[area.slug])}?state={CertificateClaim.State.OPEN.value}"
        values = {"count": formats.number(number)}
        yield Waiting(text % values, url, since=found["since"], due=found["due"], count=number)


def attendance(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Trainings that are over and whose attendance nobody has written down, as one item."""
    over = selectors.to_be_closed(vendor_id=area.pk, today=today, actor=actor).order_by()
    found = over.aggregate(number=Count("pk"), since=Min("ends_at"), one=Min("pk"))
    if number := found["number"]:
        text = ngettext(
            "%(count)s training without an attendance list", "%(count)s trainings without an attendance list", number
        )
        url = f"{reverse('trainings:dates', args=[area.slug])}?state={TrainingDate.State.PLANNED.value}"
        if number == 1:
            url = reverse("trainings:vendor-date", args=[area.slug, found["one"]])
        yield Waiting(text % {"count": formats.number(number)}, url, since=found["since"], count=number)


def expiring(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Certificates that end soon: those of the team for whoever looks after it, everybody's own for themselves."""
    soon = selectors.soon_over(today, days=SOON)
    # Asked at each visit, mostly for nothing: whose they are to see, and which are the latest, is looked up afterwards.
    people = selectors.members_on(today).filter(partner=area.pk)
    if not Certificate.objects.filter(soon, holder__in=people.values("user_id")).exists():
        return
    ending = _of_company(area.pk, actor, today).filter(soon)
    if not actor.has(PARTNER, area.pk, *TEAM_ROLES):
        ending = ending.filter(holder=actor.user_id)
    if rows := list(ending.order_by("valid__endswith", "pk")):
        yield _as_one(rows, area.slug)


def expiring_in(partners: Partners, vendor: Vendor, today: date) -> Waits:
    """Certificates of the vendor's trainings in these companies, for whoever looks after the team."""
    soon = selectors.ending_soon(vendor=vendor, partners=partners, today=today, days=SOON)
    return {partner_id: [_as_one(rows, partners[partner_id])] for partner_id, rows in soon.items()}


def _as_one(rows: Sequence[Certificate], slug: str) -> Waiting:
    """What ends, the first to end first."""
    first = rows[0]
    if len(rows) == 1:
        values = {"name": first.holder.name, "training": name_of(first.training)}
        url = reverse("trainings:partner-certificate", args=[slug, first.pk])
        return Waiting(_("The certificate of %(name)s expires: %(training)s") % values, url, due=last_day(first))
    text = _("%(count)s certificates expire soon") % {"count": formats.number(len(rows))}
    url = f"{reverse('trainings:certificates', args=[slug])}?state={EXPIRING}"
    return Waiting(text, url, due=last_day(first), count=len(rows))


def _of_company(partner_id: int, actor: Actor, today: date) -> QuerySet[Certificate]:
    """The latest certificate of each training that people of the company hold."""
    people = selectors.members_on(today).filter(partner=partner_id)
    visible = selectors.certificates_of(actor=actor).filter(holder__in=people.values("user_id"))
    # Only what a card says: the database would plan the other joins for longer than it looks.
    visible = visible.select_related(None).select_related("training", "holder")
    return visible.exclude(selectors.later_certificate(today))


# --- cards -----------------------------------------------------------------------------------------------------------


def own(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """What the person holds and is booked for."""
    held = list(_of_company(area.pk, actor, today).filter(holder=actor.user_id).order_by("valid__endswith")[:SHOWN])
    booked = list(
        Booking.objects.visible_to(actor)
        .filter(partner=area.pk, user=actor.user_id, state__in=Booking.OPEN, date__ends_at__gt=timezone.now())
        .select_related("date__training")
        .order_by("date__starts_at")
    )
    if not held and not booked:
        return None
    return {
        "certificates": [
            _line(each, reverse("trainings:partner-certificate", args=[area.slug, each.pk]), today) for each in held
        ],
        "bookings": [
            {
                "name": name_of(each.date.training),
                "when": when(each.date),
                "state": each.get_state_display(),
                "waiting": each.state == Booking.State.WAITING,
                "url": reverse("trainings:partner-date", args=[area.slug, each.date_id]),
            }
            for each in booked
        ],
        "url": _offered(area),
    }


def of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """Who of the partner holds what of this vendor, on the vendor's page about it."""
    held = _of_company(partner.pk, actor, today).filter(training__program__vendor=vendor)
    rows = list(held.order_by("valid__endswith", "pk")[: SHOWN + 1])
    if not rows:
        return None
    return {
        "certificates": [
            {
                **_line(each, reverse("trainings:vendor-certificate", args=[vendor.slug, each.pk]), today),
                "holder": each.holder.name,
            }
            for each in rows[:SHOWN]
        ],
        "more": len(rows) > SHOWN,
        "url": reverse("trainings:holders", args=[vendor.slug]),
    }


def _line(certificate: Certificate, url: str, today: date) -> dict[str, Any]:
    state, tone = certificate_state(certificate, today)
    return {
        "name": name_of(certificate.training),
        "until": valid_until(certificate),
        "state": state,
        "tone": tone,
        "url": url,
    }
