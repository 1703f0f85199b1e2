"""What case studies add to the shared pages: menu entries, what waits, and the public page of a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from programs.deciding import DECIDING_ROLES
from programs.models import Program
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
    studies = CaseStudy.objects.visible_to(actor).filter(enrolment__partner=area.pk, state=State.RETURNED).order_by()
    found = studies.aggregate(number=Count("id"), since=Min("since"), one=Max("id"))
    if number := found["number"]:
        text = ngettext("A case study was returned to you", "%(count)s case studies were returned to you", number)
        one = reverse("tiers:case-study", args=[area.slug, found["one"]])
        url = one if number == 1 else f"{_partner_list(area)}?state={State.RETURNED.value}"
        yield Waiting(text % {"count": formats.number(number)}, url, since=found["since"], count=number)


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
