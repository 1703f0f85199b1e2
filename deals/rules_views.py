"""A vendor's rules for deals: its programs, and the rules of one of them with their history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Event
from deals.rules import CHANGING_ROLES, RuleChange, change_rules, fingerprint, history_of, limits_of, rules_of
from deals.vendor_forms import RulesForm
from programs.entering import in_vendor
from programs.models import Program, Vendor


@in_vendor(*CHANGING_ROLES)
def programs(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """In which programs deals are registered; where there is one program, its rules."""
    found = list(Program.objects.visible_to(request.actor).filter(vendor=vendor).order_by("name"))
    rows = [
        {"program": each, "rules": rules_of(each), "url": reverse("deals:rules-of", args=[vendor.slug, each.slug])}
        for each in found
    ]
    return render(request, "deals/vendor/rules_list.html", {"rows": rows, "crumbs": _crumbs(vendor, _("Rules"))})


@in_vendor(*CHANGING_ROLES)
def rules(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """Days, limits and whether deals are registered at all."""
    found = get_object_or_404(Program.objects.visible_to(request.actor).filter(vendor=vendor), slug=program)
    known, limits = rules_of(found), limits_of(found)
    now = fingerprint(known, limits)
    form = RulesForm(request.POST or None, instance=known, limits=limits, seen=now)
    list_url = reverse("deals:rules", args=[vendor.slug])
    if request.method == "POST" and form.is_valid():
        try:
            change_rules(
                program=found, actor=request.actor, values=form.rules, by_tier=form.by_tier,
                seen=form.cleaned_data["seen"],
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
            form.read(now)
        else:
            messages.success(request, _("The rules hold for what is registered and decided from now on."))
            return redirect(list_url)
    context = {
        "program": found,
        "form": form,
        "crumbs": [*_crumbs(vendor, _("Rules"), list_url), Crumb(found.name)],
        "cancel_url": list_url,
        "events": [_event(each) for each in history_of(found)],
    }
    return render(request, "deals/vendor/rules.html", context, status=UNPROCESSABLE if form.errors else 200)


def _crumbs(vendor: Vendor, label: str, url: str = "") -> list[Crumb]:
    return [Crumb(_("Deals"), reverse("deals:vendor-deals", args=[vendor.slug])), Crumb(label, url)]


def _event(change: RuleChange) -> Event:
    said = [_said(*each) for each in change.changes]
    return Event(change.at, _("Rules changed"), " · ".join(said), actor=change.person, icon="pencil")


def _said(label: str, before: Any, after: Any) -> str:
    values = {"what": label, "before": _shown(before), "after": _shown(after)}
    return (_("%(what)s: %(after)s") if before is None else _("%(what)s: %(before)s → %(after)s")) % values


def _shown(value: Any) -> str:
    if value is None:
        return _("as everywhere")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return formats.number(value)
