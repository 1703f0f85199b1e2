"""The partner registers a deal: three short parts that are saved as one types, a last look, and sending it.

Later it changes what was sent. Comparing it with the deals of others is a worker's business: an answer says the same
whether there are any or not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.errors import DomainError
from common.hints import hint
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from deals import describing, writing
from deals.acting import act_of
from deals.forms import NO_PRODUCT, PARTS, PRODUCTS, ChangeForm, FilesForm, ProductRows, WrittenForm, problems_in
from deals.models import RUNNING, Deal, DealFile
from deals.moving import MovedOn, fetched
from deals.rights import WRITING_ROLES
from deals.tasks import check_deal
from deals.views import deal_of, deal_page, programs_to_register_in
from deals.wording import title_of
from deals.writing import Incomplete, Written, written_of
from partners.entering import in_partner
from partners.models import Partner

State = Deal.State
LAST = [*PARTS][-1]


def seen_in(request: PersonRequest) -> int:
    """The version on the page on which a button was pressed."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else 0


def to_deal(deal: Deal) -> HttpResponse:
    return redirect("deals:partner-deal", deal.partner.number, deal.number)


# --- beginning one ---------------------------------------------------------------------------------------------------


@in_partner(*WRITING_ROLES)
def new(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Choose the program, where there are several, and begin an empty draft."""
    open_in = programs_to_register_in(request, partner)
    chosen = next((each for each in open_in if each.program.slug == request.POST.get("program")), None)
    if chosen is not None:
        try:
            deal = writing.begin(enrolment=chosen, written=Written(), act=act_of(request))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            return redirect("deals:write-deal", partner.number, deal.number, next(iter(PARTS)))
    list_url = reverse("deals:partner-deals", args=[partner.number])
    crumbs = [Crumb(_("Deals"), list_url), Crumb(_("Register a deal"))]
    return render(request, "deals/new.html", {"open_in": open_in, "crumbs": crumbs, "list_url": list_url})


@in_partner(*WRITING_ROLES)
def copy(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    """Begin another one with what this one says."""
    deal = deal_of(request, partner, number)
    if request.method == "POST":
        try:
            made = writing.copy(deal=deal, act=act_of(request))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("A new draft with what the other deal says. Please look through it."))
            return redirect("deals:write-deal", partner.number, made.number, next(iter(PARTS)))
    return to_deal(deal)


# --- writing a draft -------------------------------------------------------------------------------------------------


@in_partner(*WRITING_ROLES)
def write(request: PersonRequest, partner: Partner, number: int, part: str) -> HttpResponse:
    """One of the three parts. What is typed is saved after a pause; who goes on is told what is missing."""
    if part not in PARTS:
        raise Http404
    deal = deal_of(request, partner, number)
    if deal.state != State.DRAFT:
        return to_deal(deal)
    sent = request.POST if request.method == "POST" else _as_sent(deal, part) if "check" in request.GET else None
    form, rows = PARTS[part](sent, deal=deal), _rows(sent, deal, part)
    if request.method != "POST":
        if sent is not None:
            _is_complete(form, rows)
        return _write_page(request, deal, part, form, rows)
    saved, problem = _save(request, deal, form, rows)
    if request.htmx:
        wrong = [*form.unreadable(), *([_("Products")] if rows is not None and not rows.is_valid() else [])]
        context = {
            "deal": saved,
            "problem": problem,
            "wrong": ", ".join(wrong),
            "saved_at": formats.time_short(timezone.now()),
        }
        return render(request, "deals/saved.html", context)
    if "more" in request.POST and rows is not None:
        rows.add_row()
        return _write_page(request, saved, part, form, rows, problem)
    if not problem and "later" in request.POST and not form.unreadable() and (rows is None or rows.is_valid()):
        messages.success(request, _("Your draft is saved."))
        return redirect("deals:partner-deals", partner.number)
    if not problem and _is_complete(form, rows):
        return _after(saved, part)
    return _write_page(request, saved, part, form, rows, problem)


def _rows(sent: QueryDict | None, deal: Deal, part: str) -> ProductRows | None:
    if part != "project":
        return None
    return ProductRows(sent, deal=deal, products=written_of(deal).products)


def _as_sent(deal: Deal, part: str) -> QueryDict:
    """What the draft says, as if somebody had just typed it: to show what is missing."""
    sent = QueryDict(mutable=True)
    form = PARTS[part](deal=deal)
    for name in form.fields:
        value = form[name].value()
        sent[name] = "" if value is None else str(value)
    if part == "project":
        for index, (product, quantity) in enumerate(written_of(deal).products.items()):
            sent[f"products-{index}-product"], sent[f"products-{index}-quantity"] = str(product), str(quantity)
    return sent


def _save(request: PersonRequest, deal: Deal, form: WrittenForm, rows: ProductRows | None) -> tuple[Deal, str]:
    """The draft as it is kept now, and why it could not be saved."""
    form.full_clean()
    written = form.saved(written_of(deal))
    if rows is not None and rows.is_valid():
        written = replace(written, products=rows.chosen)
    try:
        return writing.save(deal=deal, written=written, act=act_of(request, form.cleaned_data.get("seen"))), ""
    except DomainError as error:
        return deal_of(request, deal.partner, deal.number), str(error)


def _is_complete(form: WrittenForm, rows: ProductRows | None) -> bool:
    """Marks what is missing."""
    complete = form.is_valid()
    if rows is not None:
        complete = rows.is_valid() and complete
        rows.missing = rows.is_valid() and not rows.chosen
        complete = complete and not rows.missing
    return complete


def _after(deal: Deal, part: str) -> HttpResponse:
    """The next part; after the last one the look before it is sent."""
    if part == LAST:
        return to_deal(deal)
    following = [*PARTS][[*PARTS].index(part) + 1]
    return redirect("deals:write-deal", deal.partner.number, deal.number, following)


def _write_page(
    request: PersonRequest, deal: Deal, part: str, form: WrittenForm, rows: ProductRows | None, problem: str = ""
) -> HttpResponse:
    """`problem`: somebody else has saved; what was typed stands there still, and may be saved over it."""
    if problem:
        form.add_error(None, problem)
    elif form.is_bound:
        form.read(deal.version)
    number = deal.partner.number
    labels = {"customer": _("Customer"), "project": _("Project"), "done": _("What you did")}
    parts = [(key, labels[key], reverse("deals:write-deal", args=[number, deal.number, key])) for key in PARTS]
    failed = form.is_bound and (bool(form.errors) or (rows is not None and (rows.missing or not rows.is_valid())))
    context = {
        "deal": deal, "part": part, "parts": parts, "form": form, "rows": rows, "overtaken": problem,
        "problems": problems_in(form, rows), "no_product": NO_PRODUCT, "title": title_of(deal),
        "crumbs": _crumbs(deal), "is_last": part == LAST, "files": describing.files_of(deal),
        "files_form": FilesForm() if part == LAST else None,
        "review_url": reverse("deals:partner-deal", args=[number, deal.number]),
    }  # fmt: skip
    status = UNPROCESSABLE if failed and request.method == "POST" and "more" not in request.POST else 200
    return render(request, "deals/write.html", context, status=status)


def _crumbs(deal: Deal, *more: str) -> list[Crumb]:
    number = deal.partner.number
    of_deal = reverse("deals:partner-deal", args=[number, deal.number])
    return [
        Crumb(_("Deals"), reverse("deals:partner-deals", args=[number])), Crumb(title_of(deal), of_deal),
        *map(Crumb, more),
    ]  # fmt: skip


@in_partner(*WRITING_ROLES)
def discard(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    deal = deal_of(request, partner, number)
    if request.method == "POST":
        try:
            writing.discard(deal=deal, act=act_of(request, seen_in(request)))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The draft is gone."))
            return redirect("deals:partner-deals", partner.number)
    return to_deal(deal)


# --- files -----------------------------------------------------------------------------------------------------------


@in_partner(*WRITING_ROLES)
def attach(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    """Take files in, each on its own; the page sends them one by one where it can and gets a row for each."""
    deal = deal_of(request, partner, number)
    if request.method != "POST":
        return to_deal(deal)
    kept, refused = [], []
    for file_name, proof, why in FilesForm(request.POST, request.FILES).each():
        if proof is None:
            refused.append((file_name, why))
            continue
        try:
            kept.append(writing.attach(deal=deal, proof=proof, act=act_of(request)))
        except DomainError as error:
            refused.append((file_name, str(error)))
    if request.headers.get("X-One-By-One"):
        return render(request, "deals/file_rows.html", {"deal": deal, "files": kept, "refused": refused})
    for file_name, why in refused:
        messages.error(request, f"{file_name}: {why}")
    if deal.state == State.DRAFT:
        return redirect("deals:write-deal", partner.number, number, LAST)
    return to_deal(deal)


@in_partner(*WRITING_ROLES)
def remove_file(request: PersonRequest, partner: Partner, number: int, sha256: str) -> HttpResponse:
    deal = deal_of(request, partner, number)
    own = DealFile.objects.visible_to(request.actor).filter(deal=deal).defer("content")
    kept = get_object_or_404(own, sha256=sha256)
    if request.method == "POST":
        try:
            writing.remove_file(file=kept, act=act_of(request))
        except DomainError as error:
            messages.error(request, str(error))
    if deal.state == State.DRAFT:
        return redirect("deals:write-deal", partner.number, number, LAST)
    return to_deal(deal)


# --- sending and changing --------------------------------------------------------------------------------------------


@in_partner(*WRITING_ROLES)
def send(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    """Hand it in. What is missing is shown where it is written."""
    deal = deal_of(request, partner, number)
    if request.method != "POST":
        return to_deal(deal)
    try:
        sent = writing.submit(deal=deal, act=act_of(request, seen_in(request)))
    except DomainError as error:
        return deal_page(request, deal_of(request, partner, number), str(error))
    hint(check_deal, sent.pk)
    if sent.due_on is not None:
        values = {"vendor": sent.vendor.name, "day": formats.date_long(sent.due_on)}
        messages.success(request, _("%(vendor)s has your deal. You get a decision by %(day)s.") % values)
    return to_deal(sent)


@in_partner(*WRITING_ROLES)
def change(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    """Change what was sent; the history says what."""
    deal = deal_of(request, partner, number)
    if deal.state not in RUNNING:
        return to_deal(deal)
    sent = request.POST if request.method == "POST" else None
    before = written_of(deal)
    form, rows = ChangeForm(sent, deal=deal), ProductRows(sent, deal=deal, products=before.products)
    if request.method == "POST" and "more" in request.POST:
        rows.add_row()
    elif request.method == "POST" and _is_complete(form, rows):
        written = replace(form.saved(before), products=rows.chosen)
        try:
            changed = writing.change(deal=deal, written=written, act=act_of(request, form.cleaned_data["seen"]))
        except MovedOn as error:
            form.refuse(error)
            form.read(fetched(deal.pk).version)
        except Incomplete as error:
            form.miss(error.fields)
            rows.missing = PRODUCTS in error.fields
        except DomainError as error:
            form.refuse(error)
        else:
            hint(check_deal, changed.pk)
            messages.success(request, _("%(vendor)s can read what you changed.") % {"vendor": changed.vendor.name})
            return to_deal(changed)
    failed = request.method == "POST" and "more" not in request.POST
    context: dict[str, Any] = {
        "deal": deal, "form": form, "rows": rows, "title": title_of(deal),
        "crumbs": _crumbs(deal, _("Change the deal")),
        "problems": problems_in(form, rows), "no_product": NO_PRODUCT,
        "cancel_url": reverse("deals:partner-deal", args=[partner.number, number]),
    }  # fmt: skip
    return render(request, "deals/change.html", context, status=UNPROCESSABLE if failed else 200)
