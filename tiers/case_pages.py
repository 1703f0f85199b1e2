"""What case studies add to the shared pages: menu entries, what waits, and the public page of a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
from programs.deciding import DECIDING_ROLES
from programs.models import Program, Vendor
from programs.public_blocks import PublicBlock, blocks
from tiers.case_selectors import published
from tiers.case_steps import WRITING_ROLES
from tiers.models import CaseStudy

State = CaseStudy.State


def register() -> None:
    label = gettext_lazy("Case studies")
    registry.menu.register(MenuEntry("case-studies", PARTNER, label, "journal-text", _partner_list, order=37))
    registry.menu.register(MenuEntry("vendor-case-studies", VENDOR, label, "journal-text", _vendor_list, order=37))
    registry.attention.register(AttentionSource("case-studies", PARTNER, returned, roles=WRITING_ROLES, order=12))
    partner_waits.register(WaitingSource("case-studies", returned_by, roles=WRITING_ROLES, order=12))
    registry.attention.register(
        AttentionSource("vendor-case-studies", VENDOR, handed_in, roles=DECIDING_ROLES, order=12)
    )
    blocks.register(PublicBlock("case-studies", "tiers/cases/public.html", on_public_page))


def _partner_list(area: Area) -> str:
    return reverse("tiers:case-studies", args=[area.slug])


def _vendor_list(area: Area) -> str:
    return reverse("tiers:vendor-case-studies", args=[area.slug])


def returned(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Case studies that the vendor has returned, as one item."""
    return _returned({area.pk: area.slug}, CaseStudy.objects.visible_to(actor)).get(area.pk, ())


def returned_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _returned(partners, CaseStudy.objects.filter(enrolment__program__vendor=vendor))


def _returned(partners: Partners, studies: QuerySet[CaseStudy]) -> Waits:
    back = studies.filter(enrolment__partner__in=partners, state=State.RETURNED).order_by()
    by_partner = back.values(partner=F("enrolment__partner"))
    found = {}
    for row in by_partner.annotate(number=Count("id"), first=Min("since"), one=Max("id")):
        number, slug = row["number"], partners[row["partner"]]
        text = ngettext("A case study was returned to you", "%(count)s case studies were returned to you", number)
        one = reverse("tiers:case-study", args=[slug, row["one"]])
        many = f"{reverse('tiers:case-studies', args=[slug])}?state={State.RETURNED.value}"
        label = text % {"count": formats.number(number)}
        found[row["partner"]] = [Waiting(label, one if number == 1 else many, since=row["first"], count=number)]
    return found


def handed_in(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Case studies that wait for the vendor, as one item with the oldest clock."""
    studies = CaseStudy.objects.visible_to(actor).filter(enrolment__program__vendor=area.pk, state=State.SUBMITTED)
    found = studies.order_by().aggregate(number=Count("id"), since=Min("since"), due=Min("due_on"))
    if number := found["number"]:
        text = ngettext("%(count)s case study of a partner", "%(count)s case studies of partners", number)
        url = f"{_vendor_list(area)}?state={State.SUBMITTED.value}"
        yield Waiting(
            text % {"count": formats.number(number)}, url, since=found["since"], due=found["due"], count=number
        )


def on_public_page(program: Program, day: date) -> Mapping[str, Any] | None:
    """What partners tell, with their consent; none where there is nothing."""
    studies = published(program=program, day=day)
    return {"studies": studies, "title": _("What partners tell")} if studies else None
