"""A partner's pages about its tiers: the programs, and the way to the next tier in one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.requests import PersonRequest
from common.ui import Crumb
from partners.entering import in_partner
from partners.models import Enrolment, Partner
from programs.criteria import Criterion
from programs.models import Tier
from programs.texts import all_in_language
from tiers import case_steps, panels, way_wording
from tiers.kinds.case_studies import CaseStudies
from tiers.kinds.certificates import Certificates
from tiers.kinds.revenue import Revenue
from tiers.models import TierMove
from tiers.way import Way, way_of
from tiers.way_wording import Link, checklist


@in_partner()
def ways(request: PersonRequest, partner: Partner) -> HttpResponse:
    """The tier in every program; where there is one program only, its page."""
    found = panels.tiers(request.area, request.actor, request.today)
    cards = found["cards"] if found is not None else []
    if len(cards) == 1:
        return redirect(cards[0].url)
    return render(request, "tiers/way/ways.html", {"cards": cards})


@in_partner()
def way(request: PersonRequest, partner: Partner, program: str) -> HttpResponse:
    """What the next tier takes and gives, what the tier held asks for, how it goes on, how it was."""
    own = Enrolment.objects.visible_to(request.actor).filter(partner=partner, program__slug=program)
    enrolment = get_object_or_404(own.select_related("partner", "program__vendor"))
    return render(request, "tiers/way/way.html", _context(request, enrolment))


def _context(request: PersonRequest, enrolment: Enrolment) -> dict[str, Any]:
    today = request.today
    found = way_of(enrolment=enrolment, actor=request.actor, today=today)
    held, ahead, link = found.held.tier, found.judged.ahead, _link_of(request, enrolment)
    move = found.held.open
    due_on = move.due_on if move is not None and move.direction == TierMove.Direction.FALL else None
    title = _("My way to %(tier)s") % {"tier": ahead.name} if ahead is not None else enrolment.program.name
    return {
        "way": found,
        "title": title,
        "crumbs": [Crumb(_("Tier"), reverse("tiers:ways", args=[enrolment.partner.number])), Crumb(title)],
        "held": held,
        "ahead": ahead,
        "notices": way_wording.notices(found),
        "still_missing": way_wording.still_missing(found),
        "asked": checklist(found, ahead, link) if ahead is not None else [],
        "kept": checklist(found, held, link, due_on=due_on) if held is not None else [],
        "benefits": way_wording.benefits(found),
        "gains": way_wording.gains(found),
        "outlooks": way_wording.outlooks(found, today),
        "chart": way_wording.chart(found),
        "others": [_other(found, tier, link) for tier in found.ladder.tiers if tier not in (held, ahead)],
        "history": way_wording.history(found),
    }


def _other(found: Way, tier: Tier, link: Callable[[Criterion], Link | None]) -> dict[str, Any]:
    return {"tier": tier, "rows": checklist(found, tier, link), "benefits": all_in_language(tier.benefits)}


def _link_of(request: PersonRequest, enrolment: Enrolment) -> Callable[[Criterion], Link | None]:
    """Where somebody can do something about a criterion."""
    number = enrolment.partner.number
    links: dict[str, Link] = {
        Revenue.key: (reverse("sales:partner-sales", args=[number]), _("Your sales")),
        Certificates.key: (reverse("trainings:offered", args=[number]), _("Trainings")),
    }
    if case_steps.may_write(request.actor, enrolment):
        new = reverse("tiers:new-case-study", args=[number])
        links[CaseStudies.key] = (f"{new}?program={enrolment.program.slug}", _("Write a case study"))
    return lambda criterion: links.get(criterion.kind.key)
