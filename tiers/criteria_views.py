"""What a program's tiers ask for: changed as a draft, with what it would do, and saved as a whole.

The draft is kept in the session of the person who writes it: nobody else sees it, and leaving the page loses nothing.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import VENDOR_ADMIN
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs import criteria
from programs.entering import in_vendor
from programs.models import Program, Tier, Vendor
from programs.texts import sentence_of
from tiers import criteria_document, criteria_preview, criteria_saving
from tiers.criteria_document import Document, NoSuchEntry
from tiers.criteria_forms import GROUPS, CriterionForm, EntryForm, GroupForm, RulesForm
from tiers.criteria_preview import Affected, Effect, Preview, counted
from tiers.criteria_tables import AffectedTable
from tiers.models import TierMove
from tiers.vendor_checklist import group_heading


@dataclass(frozen=True)
class Draft:
    """What somebody is changing: whole documents by the tier's code, and what those tiers asked for before."""

    request: PersonRequest
    program: Program

    @property
    def _key(self) -> str:
        return f"requirements-{self.program.pk}"

    @property
    def _kept(self) -> dict[str, dict[str, Document]]:
        kept: dict[str, dict[str, Document]] = self.request.session.get(self._key, {"changed": {}, "before": {}})
        return kept

    @property
    def changed(self) -> dict[str, Document]:
        return self._kept["changed"]

    @property
    def before(self) -> dict[str, Document]:
        return self._kept["before"]

    def of(self, tier: Tier) -> Document:
        found: Document = self.changed.get(tier.code, tier.requirements)
        return found

    def put(self, tier: Tier, document: Document) -> None:
        kept = deepcopy(self._kept)
        kept["before"].setdefault(tier.code, tier.requirements)
        kept["changed"][tier.code] = document
        if document == kept["before"][tier.code]:
            del kept["changed"][tier.code], kept["before"][tier.code]
        self.request.session[self._key] = kept

    @property
    def stale(self) -> bool:
        """Whether somebody else has changed what this draft began with."""
        now = {tier.code: tier.requirements for tier in self.program.tiers.all()}
        return any(now.get(code) != document for code, document in self.before.items())

    def discard(self) -> None:
        self.request.session.pop(self._key, None)

    def tiers(self) -> list[Tier]:
        """The program's tiers as they would be; not to be saved."""
        tiers = list(self.program.tiers.order_by("rank"))
        for tier in tiers:
            tier.requirements = self.of(tier)
        return tiers


@in_vendor(VENDOR_ADMIN)
def requirements(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """All tiers with what they ask for, and how partners rise and fall."""
    found = _program(request, vendor, program)
    draft = Draft(request, found)
    form = RulesForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid():
        criteria_saving.save_rules(program=found, actor=request.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("tiers:requirements", vendor.slug, found.slug)
    proposals = TierMove.objects.filter(
        enrolment__program=found, state=TierMove.State.OPEN, direction=TierMove.Direction.RISE
    ).count()
    context = {
        "vendor": vendor,
        "program": found,
        "crumbs": [*_crumbs(vendor), Crumb(_("Requirements"))],
        "tiers": [
            {"tier": tier, "changed": tier.code in draft.changed, "rows": _rows(found, tier)}
            for tier in reversed(draft.tiers())
        ],
        "changes": len(draft.changed),
        "kinds": [(kind.key, kind.label) for kind in criteria.kinds] + list(GROUPS.items()),
        "form": form,
        "proposals": proposals,
    }
    return render(request, "tiers/vendor/requirements.html", context, status=UNPROCESSABLE if form.errors else 200)


def _rows(program: Program, tier: Tier) -> list[dict[str, Any]]:
    rows = []
    for placed in criteria_document.walk(tier.requirements):
        key = criteria_document.inside(placed.entry)
        if key is None:
            text = _sentence(program, dict(placed.entry))
        else:
            text = group_heading(1 if key == "any_of" else int(placed.entry["n_of"]), len(placed.entry[key]))
        rows.append({"path": placed.path, "depth": placed.depth, "text": text, "group": key is not None})
    return rows


def _sentence(program: Program, entry: dict[str, Any]) -> str:
    try:
        (criterion,) = criteria.parse([entry]).criteria()
    except criteria.CriteriaError as error:
        return str(error)
    return sentence_of(criterion, program)


@in_vendor(VENDOR_ADMIN)
def entry(request: PersonRequest, vendor: Vendor, program: str, tier: str) -> HttpResponse:
    """Add an entry (`kind`, `within` a group), or change the one `at` a path; nothing but the draft changes."""
    found = _program(request, vendor, program)
    draft = Draft(request, found)
    held = get_object_or_404(found.tiers, code=tier)
    document, at, within = draft.of(held), request.GET.get("at", ""), request.GET.get("within", "")
    try:
        known = criteria_document.entry_at(document, at) if at else {}
        if not at:
            criteria_document.added(document, within, {})
    except NoSuchEntry as error:
        raise Http404 from error
    kind = criteria_document.inside(known) or known.get("kind") or request.GET.get("kind", "")
    form, label = _form(request, found, kind, known)
    if form.is_bound and form.is_valid():
        written = form.entry()
        change = criteria_document.replaced if at else criteria_document.added
        draft.put(held, change(document, at or within, written))
        return redirect(f"{reverse('tiers:requirements', args=[vendor.slug, found.slug])}#{held.code}")
    back = reverse("tiers:requirements", args=[vendor.slug, found.slug])
    context = {
        "crumbs": [*_crumbs(vendor), Crumb(_("Requirements"), back), Crumb(held.name)],
        "title": label,
        "tier": held,
        "program": found,
        "form": form,
        "changes": bool(at),
        "back_url": back,
    }
    return render(request, "tiers/vendor/requirement.html", context, status=UNPROCESSABLE if form.errors else 200)


def _form(request: PersonRequest, program: Program, kind: str, known: dict[str, Any]) -> tuple[EntryForm, str]:
    data = request.POST if request.method == "POST" else None
    if kind in (*GROUPS, "of"):
        return GroupForm(data, known=known or ({"any_of": []} if kind == "any_of" else {"n_of": 2, "of": []})), _(
            "Group"
        )
    known_kinds = {each.key: each for each in criteria.kinds}
    if kind not in known_kinds:
        raise Http404
    found = known_kinds[kind]
    return CriterionForm(data, kind=found, program=program, known=known), str(found.label)


@in_vendor(VENDOR_ADMIN)
def remove(request: PersonRequest, vendor: Vendor, program: str, tier: str) -> HttpResponse:
    """Take an entry out of the draft, a group with everything in it."""
    found = _program(request, vendor, program)
    draft = Draft(request, found)
    held = get_object_or_404(found.tiers, code=tier)
    if request.method == "POST":
        try:
            draft.put(held, criteria_document.removed(draft.of(held), request.POST.get("at", "")))
        except NoSuchEntry:
            messages.warning(request, _("This requirement is gone already."))
    return redirect(f"{reverse('tiers:requirements', args=[vendor.slug, found.slug])}#{held.code}")


@in_vendor(VENDOR_ADMIN)
def discard(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """Forget the draft."""
    found = _program(request, vendor, program)
    if request.method == "POST":
        Draft(request, found).discard()
        messages.success(request, _("Nothing was changed."))
    return redirect("tiers:requirements", vendor.slug, found.slug)


@in_vendor(VENDOR_ADMIN)
def preview(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """What the draft would do to whom; from here it is saved."""
    found = _program(request, vendor, program)
    draft = Draft(request, found)
    back = redirect("tiers:requirements", vendor.slug, found.slug)
    if not draft.changed:
        return back
    if draft.stale:
        draft.discard()
        messages.warning(request, _("Somebody has changed these requirements meanwhile. Please begin anew."))
        return back
    try:
        what = criteria_preview.preview_of(program=found, tiers=draft.tiers(), today=request.today)
        seen = _seen(what, draft)
        if request.method == "POST" and request.POST.get("seen") == seen:
            criteria_saving.save_requirements(
                program=found, changed=draft.changed, before=draft.before, actor=request.actor
            )
            draft.discard()
            messages.success(request, _("Saved. All partners are assessed anew within a few minutes."))
            return back
    except criteria.CriteriaError as error:
        for problem in error.problems:
            messages.warning(request, str(problem))
        return back
    except DomainError as error:
        messages.warning(request, str(error))
        draft.discard()
        return back
    if request.method == "POST":
        messages.warning(request, _("Partners have changed meanwhile. Please look at it once more."))
    return _preview_page(request, found, what, seen)


def _seen(what: Preview, draft: Draft) -> str:
    """Stands for what the preview shows."""
    shown = [(each.partner.pk, each.effect.value) for each in what.affected]
    return sha256(repr((shown, draft.changed)).encode()).hexdigest()


def _preview_page(request: PersonRequest, program: Program, what: Preview, seen: str) -> HttpResponse:
    vendor = program.vendor
    rows = [
        Row(each, reverse("tiers:partner", args=[vendor.slug, each.partner.number, program.slug]))
        for each in what.affected
    ]
    table = AffectedTable(rows)
    table.configure(request)
    context = {
        "vendor": vendor,
        "program": program,
        "crumbs": [
            *_crumbs(vendor),
            Crumb(_("Requirements"), reverse("tiers:requirements", args=[vendor.slug, program.slug])),
            Crumb(_("What it would do")),
        ],
        "counts": [
            (formats.number(number), counted(effect, number))
            for effect, number in ((each, what.counts.get(each, 0)) for each in Effect)
        ],
        "looked_at": ngettext(
            "%(count)s partner that takes part was looked at.", "%(count)s partners that take part were looked at.",
            what.looked_at,
        ) % {"count": formats.number(what.looked_at)},
        "decided": what.decided,
        "table": table,
        "seen": seen,
        "automatic": program.tier_rises == Program.Rises.AUTOMATIC,
    }  # fmt: skip
    return render(request, "tiers/vendor/requirements_preview.html", context)


@dataclass(frozen=True)
class Row:
    """A line of the preview, which opens the partner's tier."""

    affected: Affected
    url: str


def _program(request: PersonRequest, vendor: Vendor, slug: str) -> Program:
    programs = Program.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(programs.select_related("vendor"), slug=slug)


def _crumbs(vendor: Vendor) -> list[Crumb]:
    return [Crumb(_("Tiers"), reverse("tiers:vendor", args=[vendor.slug]))]
