"""Moving all who hold some tiers to another one: named before, done in one go, undone as a whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import VENDOR
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.models import Enrolment
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Program, Vendor
from tiers import deciding
from tiers.bulk_forms import BulkForm
from tiers.models import BulkMove, TierDecision

NAMED = 200
EARLIER = 10


@in_vendor(*DECIDING_ROLES)
def move(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """First who would be moved is shown, then they are."""
    programs = Program.objects.visible_to(request.actor).filter(vendor=vendor)
    found = get_object_or_404(programs.select_related("vendor"), slug=program)
    today = request.today
    form = BulkForm(request.POST if request.method == "POST" else None, program=found, today=today)
    concerned: list[Enrolment] | None = None
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("tiers", "to_tier", "until", "reason")}
        if form.cleaned_data["seen"] and (done := _sent_before(request, found, given)) is not None:
            return redirect("tiers:bulk-move", vendor.slug, done.pk)
        concerned = deciding.concerned(program=found, tiers=given["tiers"], today=today)
        seen = deciding.named(enrolments=concerned, to_tier=given["to_tier"], until=given["until"])
        if concerned and form.shows(seen):
            try:
                bulk = deciding.move_many(
                    program=found, seen=seen, actor=request.actor, today=today, now=timezone.now(), **given
                )
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Done. The partners have mails that say so."))
                return redirect("tiers:bulk-move", vendor.slug, bulk.pk)
    context = {
        "vendor": vendor,
        "program": found,
        "form": form,
        "crumbs": [*_crumbs(vendor), Crumb(_("Move many partners"))],
        "back_url": reverse("tiers:vendor", args=[vendor.slug]),
        "previewed": concerned is not None,
        "count": len(concerned or ()),
        "names": _names(concerned or [], today),
        "unnamed": max(len(concerned or ()) - NAMED, 0),
        "earlier": BulkMove.objects.filter(program=found).select_related("to_tier", "moved_by")[:EARLIER],
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "tiers/vendor/bulk.html", context, status=status)


def _names(concerned: list[Enrolment], today: date) -> list[tuple[str, str]]:
    """Whom the move concerns, each with the decision by hand that it ends."""
    shown = concerned[:NAMED]
    decided = deciding.decided(enrolments=shown, today=today)
    return [(each.partner.name, _ending(decided[each.pk]) if each.pk in decided else "") for each in shown]


def _ending(decision: TierDecision) -> str:
    last_day = formats.date_short(decision.valid.upper - timedelta(days=1))
    return _("ends: %(tier)s decided by hand until %(day)s") % {"tier": decision.tier.name, "day": last_day}


def _sent_before(request: PersonRequest, program: Program, given: dict[str, Any]) -> BulkMove | None:
    """The same move by the same person today: they have pressed the button twice."""
    moves = BulkMove.objects.filter(program=program, moved_by=request.actor.user_id, moved_on=request.today)
    return moves.filter(to_tier=given["to_tier"], reason=given["reason"], undone_on=None).first()


@in_vendor()
def bulk_move(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Whom a move moved, and how to undo it."""
    bulk = _found(request, vendor, pk)
    # As they were made: undone or replaced on the same day, a decision itself is gone.
    made = TierDecision.pgh_event_model.objects.filter(bulk=bulk, pgh_label="insert")  # type: ignore[attr-defined]
    decisions = list(made.select_related("enrolment__partner", "before").order_by("enrolment__partner__name"))
    context = {
        "vendor": vendor,
        "bulk": bulk,
        "crumbs": [
            *_crumbs(vendor),
            Crumb(_("Move many partners"), reverse("tiers:move-many", args=[vendor.slug, bulk.program.slug])),
            Crumb(_("to %(tier)s") % {"tier": bulk.to_tier.name}),
        ],
        "facts": _facts(bulk, decisions),
        "rows": [
            {
                "name": each.enrolment.partner.name,
                "before": each.before.name if each.before is not None else _("no tier"),
                "url": reverse("tiers:partner", args=[vendor.slug, each.enrolment.partner.number, bulk.program.slug]),
            }
            for each in decisions
        ],
        "may_undo": bulk.undone_on is None and request.actor.has(VENDOR, vendor.pk, *DECIDING_ROLES),
    }
    return render(request, "tiers/vendor/bulk_move.html", context)


def _facts(bulk: BulkMove, decisions: list[Any]) -> list[Fact]:
    facts = [
        Fact(_("Program"), bulk.program.name),
        Fact(_("Moved on"), formats.date_long(bulk.moved_on), hint=bulk.moved_by.name),
        Fact(_("Reason"), bulk.reason),
    ]
    last = max((each.valid.upper for each in decisions), default=None)
    if last is not None and bulk.undone_on is None:
        facts.insert(1, Fact(_("Last day"), formats.date_long(last - timedelta(days=1))))
    if bulk.undone_on is not None and bulk.undone_by is not None:
        facts.append(Fact(_("Undone on"), formats.date_long(bulk.undone_on), hint=bulk.undone_by.name))
    return facts


@in_vendor(*DECIDING_ROLES)
def undo(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Give everybody the tier of before whose tier nobody has changed since."""
    bulk = _found(request, vendor, pk)
    if request.method == "POST":
        try:
            number = deciding.undo_many(bulk=bulk, actor=request.actor, today=request.today)
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            text = ngettext(
                "%(count)s partner has its earlier tier again.", "%(count)s partners have their earlier tiers again.",
                number,
            )  # fmt: skip
            messages.success(request, text % {"count": formats.number(number)})
    return redirect("tiers:bulk-move", vendor.slug, pk)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> BulkMove:
    moves: QuerySet[BulkMove] = BulkMove.objects.visible_to(request.actor).filter(program__vendor=vendor)
    return get_object_or_404(moves.select_related("program", "to_tier", "moved_by", "undone_by"), pk=pk)


def _crumbs(vendor: Vendor) -> list[Crumb]:
    return [Crumb(_("Tiers"), reverse("tiers:vendor", args=[vendor.slug]))]
