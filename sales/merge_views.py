"""Merging a partner into another one: what will happen, with exact figures, and then doing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common import formats
from common.access import VENDOR
from common.errors import DomainError
from common.period_names import period_name
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners import composing
from partners.models import Partner
from partners.selectors import enrolments_of, partners_of
from programs.entering import in_vendor
from programs.models import Vendor
from sales import merging
from sales.matching import MATCHING_ROLES
from sales.merge_forms import ChooseForm, MergeForm
from sales.merging import Merge, Preview
from sales.undoing import Part


@in_vendor()
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """Channel managers and admins; of several vendors' partners a platform admin."""
    actor, today = request.actor, request.today
    if not (actor.has(VENDOR, vendor.pk, *MATCHING_ROLES) or actor.is_platform_admin):
        raise Http404
    source = get_object_or_404(partners_of(vendor=vendor, actor=actor), number=number)
    back = reverse("partners:detail", args=[vendor.slug, number])
    start = merging.first_day(vendor_id=vendor.pk, today=today)
    choose = ChooseForm(request.GET if "into" in request.GET else None, on=start)
    context: dict[str, Any] = {
        "source": source,
        "target": None,
        "choose": choose,
        "back_url": back,
        "crumbs": [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(source.name, back),
                   Crumb(_("Merge"))],
    }  # fmt: skip
    wanted = _wanted(request, vendor, source, choose)
    if wanted is None:
        return render(request, "sales/merge.html", context, status=UNPROCESSABLE if choose.errors else 200)
    shown = merging.preview(merge=wanted)
    sent = request.POST if request.method == "POST" else None
    confirm = MergeForm(sent, people=shown.people, seen=shown.moved.all.lines)
    if confirm.is_bound and confirm.is_valid() and _done(request, wanted, confirm):
        return redirect("partners:detail", vendor.slug, wanted.target.number)
    context |= {
        "target": wanted.target,
        "preview": shown,
        "facts": _facts(shown, wanted.on),
        "programs": _programs(shown),
        "money": composing.open_money_of(vendor, enrolments_of(partner=source, actor=actor, vendor=vendor), today),
        "confirm": confirm,
    }
    return render(request, "sales/merge.html", context, status=UNPROCESSABLE if confirm.errors else 200)


def _done(request: PersonRequest, wanted: Merge, confirm: MergeForm) -> bool:
    """Do it; what the service refuses stands at the form."""
    given = confirm.cleaned_data
    final = replace(wanted, reason=given["reason"], people=given.get("people", []), seen=given["seen"])
    try:
        done = merging.merge_partners(merge=final, actor=request.actor, now=timezone.now(), today=request.today)
    except DomainError as error:
        confirm.add_error(None, str(error))
        return False
    text = ngettext(
        "%(source)s goes on as %(target)s; %(count)s line was moved.",
        "%(source)s goes on as %(target)s; %(count)s lines were moved.",
        done.lines,
    )
    values = {"source": wanted.source.name, "target": wanted.target.name, "count": formats.number(done.lines)}
    messages.success(request, text % values)
    return True


def _wanted(request: PersonRequest, vendor: Vendor, source: Partner, choose: ChooseForm) -> Merge | None:
    """What is asked for, where it can be done; else the form says why not."""
    if not choose.is_bound or not choose.is_valid():
        return None
    given = choose.cleaned_data
    known = partners_of(vendor=vendor, actor=request.actor)
    target = known.filter(number=given["into"].strip().upper().replace("\0", "")).first()
    if target is None:
        choose.add_error("into", _("There is no partner with this number."))
        return None
    wanted = Merge(vendor, source, target, given["on"])
    if request.method == "POST":  # the service checks under its locks, and finds a double click
        return wanted
    try:
        merging.check(merge=wanted, actor=request.actor, today=request.today)
    except DomainError as error:
        choose.add_error(None, str(error))
        return None
    return wanted


def _facts(shown: Preview, on: date) -> list[Fact]:
    names = ", ".join(f"{each.number} ({each.distributor.name})" for each in shown.numbers)
    day = {"day": formats.date_short(on)}
    return [
        Fact(_("Customer numbers that move"), names or formats.NOTHING),
        Fact(_("Sales from %(day)s on, which move") % day, _sums(shown.moved.all)),
        Fact(_("Sales before %(day)s, which stay") % day, _sums(shown.stays.all)),
        *(
            Fact(_("of these in %(period)s, which is closed") % {"period": period_name(part.period)}, _sums(part))
            for part in shown.stays.settled
            if part.period is not None
        ),
        Fact(_("Waiting rows that will count for the other partner"), formats.number(shown.waiting)),
    ]


def _programs(shown: Preview) -> list[str]:
    found = []
    for each in shown.programs:
        values = {"program": each.program.name, "tier": each.tier.name if each.tier is not None else _("none")}
        new = _("%(program)s: the participation ends, the other partner is taken in with the tier %(tier)s.")
        there = _("%(program)s: the participation ends, the other partner keeps its tier %(tier)s.")
        found.append((new if each.new else there) % values)
    return found


def _sums(part: Part) -> str:
    lines = ngettext("%(count)s line", "%(count)s lines", part.lines) % {"count": formats.number(part.lines)}
    return ", ".join([lines, *(formats.money(net, currency) for currency, net in part.net.items())])
