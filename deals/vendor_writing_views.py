"""The vendor enters a deal for a partner: for whom, one form, send. Whoever enters it does not decide about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.hints import hint
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from deals import vendor_selectors, writing
from deals.acting import act_of
from deals.forms import NO_PRODUCT, ProductRows, problems_in
from deals.models import Deal
from deals.rights import may_write
from deals.selectors import open_enrolments
from deals.tasks import check_deal
from deals.vendor_forms import EnteredForm, ForWhomForm
from deals.vendor_tables import vendor_url
from deals.wording import title_of
from deals.writing import Incomplete, Written
from partners.models import Enrolment
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Vendor

ROW, SAVE = "more", "save"
"""Names of the buttons that only add a row of products, or only save."""


@in_vendor(*DECIDING_ROLES)
def begin(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """For which partner, and in which program."""
    own = Enrolment.objects.visible_to(request.actor).filter(program__vendor=vendor)
    enrolments = open_enrolments(enrolments=own, today=request.today)
    initial = {"partner": request.GET.get("partner", "")}
    form = ForWhomForm(request.POST or None, enrolments=enrolments, initial=initial)
    if form.is_valid() and form.enrolment is not None:
        try:
            draft = writing.begin(enrolment=form.enrolment, written=Written(), act=act_of(request))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect(_write_url(draft))
    list_url = reverse("deals:vendor-deals", args=[vendor.slug])
    context = {
        "form": form,
        "possible": form.fields["program"].queryset.exists(),  # type: ignore[attr-defined]
        "crumbs": [Crumb(_("Deals"), list_url), Crumb(_("Enter for a partner"))],
        "cancel_url": list_url,
    }
    return render(request, "deals/vendor/for_whom.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*DECIDING_ROLES)
def write(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> HttpResponse:
    """All of it in one form, which may be saved before it is complete."""
    draft = _draft(request, vendor, number, deal)
    written = writing.written_of(draft)
    data = request.POST if request.method == "POST" else None
    form, products = EnteredForm(data, deal=draft), ProductRows(data, deal=draft, products=written.products)
    if data is None:
        return _page(request, draft, form, products)
    form.is_valid()
    if ROW in data:
        products.add_row()
    elif products.is_valid() and not form.unreadable():
        return _saved(request, draft, form, products)
    return _page(request, draft, form, products)


def _saved(request: PersonRequest, draft: Deal, form: EnteredForm, products: ProductRows) -> HttpResponse:
    """Save what is typed; send it where that is asked for."""
    says = form.saved(writing.written_of(draft))
    says = Written(**says.fields(), products=products.chosen)
    try:
        draft = writing.save(deal=draft, written=says, act=act_of(request, form.cleaned_data.get("seen") or 0))
        if SAVE in request.POST:
            messages.success(request, _("Your draft is saved."))
            return redirect(_write_url(draft))
        sent = writing.submit(deal=draft, act=act_of(request, draft.version))
    except Incomplete as error:
        form.miss(error.fields)
        products.missing = "products" in error.fields
        return _page(request, draft, form, products)
    except DomainError as error:
        form.refuse(error)
        return _page(request, draft, form, products)
    hint(check_deal, sent.pk)
    text = _("%(title)s is registered for %(partner)s. Somebody else at your company decides about it.")
    messages.success(request, text % {"title": title_of(sent), "partner": sent.partner.name})
    return redirect(vendor_url(sent))


@in_vendor(*DECIDING_ROLES)
def discard(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> HttpResponse:
    """Throw the draft away."""
    draft = _draft(request, vendor, number, deal)
    if request.method != "POST":
        return redirect(_write_url(draft))
    try:
        writing.discard(deal=draft, act=act_of(request, draft.version))
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(_write_url(draft))
    messages.success(request, _("Your draft is thrown away."))
    return redirect("deals:vendor-deals", vendor.slug)


def _draft(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> Any:
    drafts = vendor_selectors.deals_at(vendor=vendor, actor=request.actor).filter(state=Deal.State.DRAFT)
    found = get_object_or_404(drafts, partner__number=number, number=deal)
    if not may_write(request.actor, found):
        raise PermissionDenied
    return found


def _write_url(draft: Deal) -> str:
    return reverse("deals:vendor-deal-write", args=[draft.vendor.slug, draft.partner.number, draft.number])


def _page(request: PersonRequest, draft: Deal, form: EnteredForm, products: ProductRows) -> HttpResponse:
    slug = draft.vendor.slug
    if form.is_bound:
        form.read(get_object_or_404(Deal, pk=draft.pk).version)
    context = {
        "deal": draft,
        "form": form,
        "products": products,
        "no_product": NO_PRODUCT,
        "problems": problems_in(form, products),
        "crumbs": [Crumb(_("Deals"), reverse("deals:vendor-deals", args=[slug])), Crumb(title_of(draft))],
        "here": _write_url(draft),
        "discard_url": reverse("deals:vendor-deal-discard", args=[slug, draft.partner.number, draft.number]),
    }
    failed = form.is_bound and ROW not in request.POST
    return render(request, "deals/vendor/write.html", context, status=UNPROCESSABLE if failed else 200)
