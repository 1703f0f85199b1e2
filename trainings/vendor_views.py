"""A vendor's catalogue of trainings, and the dates on which each is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.filters import FilterSet
from common.requests import UNPROCESSABLE, PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb, Fact
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor
from trainings import catalogue, rights, selectors
from trainings.forms import DateForm, TrainingForm
from trainings.models import Certificate, Training, TrainingDate
from trainings.partner_views import facts_of
from trainings.tables import CatalogueFilter, CatalogueTable, DateTable
from trainings.wording import description_of, name_of


class CataloguePage(VendorListPage):
    table_class = CatalogueTable
    filterset_class = CatalogueFilter
    template_name = "trainings/catalogue.html"
    export_name = "trainings"

    def rows(self) -> QuerySet[Training]:
        following = selectors.next_start(today=self.request.today, now=timezone.now())
        trainings = selectors.trainings_of(vendor=self.vendor, actor=self.request.actor)
        offered_first = F("archived_on").asc(nulls_first=True)
        return trainings.annotate(next_at=following).order_by(offered_first, "name", "pk")

    def records(self, rows: QuerySet[Training], filterset: FilterSet | None) -> CompletedRows:
        return CompletedRows(rows, self._complete)

    def _complete(self, rows: Sequence[Training]) -> Iterable[Training]:
        """With how many people hold it today, wherever they work."""
        holding = Certificate.objects.filter(training__in=rows).holding(self.request.today)
        counts = dict(holding.order_by().values_list("training").annotate(Count("holder", distinct=True)))
        for row in rows:
            row.holders = counts.get(row.pk, 0)  # type: ignore[attr-defined]
        return rows

    def context(self, rows: QuerySet[Training]) -> dict[str, Any]:
        may = rights.may_run(self.request.actor, self.vendor.pk)
        return {"new_url": reverse("trainings:new", args=[self.vendor.slug]) if may else ""}


vendor_catalogue = in_vendor()(CataloguePage.as_view())


@in_vendor(*DECIDING_ROLES)
def new(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Add a training to the catalogue of a program."""
    programs = Program.objects.visible_to(request.actor).filter(vendor=vendor)
    form = TrainingForm(request.POST or None, programs=programs)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            made = catalogue.offer(program=given["program"], code=given["code"], what=form.what, actor=request.actor)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Partners see the training now. Plan the first date."))
            return redirect("trainings:vendor-training", vendor.slug, made.pk)
    crumbs = [Crumb(_("Trainings"), _list_url(vendor)), Crumb(_("New training"))]
    return _form_page(request, form, _("New training"), _("Add the training"), crumbs)


@in_vendor()
def vendor_training(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What it is, and its dates, the next first."""
    found = _training(request, vendor, pk)
    dates = selectors.with_seats(TrainingDate.objects.visible_to(request.actor).filter(training=found))
    table = DateTable(dates.order_by("-starts_at", "-pk"), exclude=("training",), prefix="dates-")
    table.configure(request)
    context = {
        "training": found,
        "name": name_of(found),
        "text": description_of(found),
        "crumbs": [Crumb(_("Trainings"), _list_url(vendor)), Crumb(name_of(found))],
        "facts": [
            *facts_of(found),
            Fact(_("Code"), found.code),
            Fact(_("External certificates"), _("taken") if found.external else _("not taken")),
        ],
        "table": table,
        "may_run": rights.may_run(request.actor, vendor.pk),
    }
    return render(request, "trainings/vendor_training.html", context)


@in_vendor(*DECIDING_ROLES)
def edit(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _training(request, vendor, pk)
    url = reverse("trainings:vendor-training", args=[vendor.slug, pk])
    form = TrainingForm(request.POST or None, instance=found)
    if form.is_bound and form.is_valid():
        catalogue.change(training=found, what=form.what, actor=request.actor)
        messages.success(request, _("The training is changed. Certificates that were issued stay as they are."))
        return redirect(url)
    name = name_of(_training(request, vendor, pk))
    crumbs = [Crumb(_("Trainings"), _list_url(vendor)), Crumb(name, url), Crumb(_("Change the training"))]
    return _form_page(request, form, name, _("Save the training"), crumbs)


@in_vendor(*DECIDING_ROLES)
def archive(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Offer it no more, or again."""
    found = _training(request, vendor, pk)
    if request.method == "POST":
        archived = found.archived_on is not None
        catalogue.archive(training=found, on=None if archived else request.today, actor=request.actor)
        text = _("The training is offered again.") if archived else _("The training is not offered any more.")
        messages.success(request, text)
    return redirect("trainings:vendor-training", vendor.slug, pk)


@in_vendor(*DECIDING_ROLES)
def plan(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Plan a date of the training."""
    found = _training(request, vendor, pk)
    url = reverse("trainings:vendor-training", args=[vendor.slug, pk])
    form = DateForm(request.POST or None)
    if form.is_bound and form.is_valid():
        made = catalogue.plan(training=found, schedule=form.schedule, actor=request.actor)
        messages.success(request, _("Partners can book this date now."))
        return redirect("trainings:vendor-date", vendor.slug, made.pk)
    name = name_of(found)
    crumbs = [Crumb(_("Trainings"), _list_url(vendor)), Crumb(name, url), Crumb(_("New date"))]
    return _form_page(request, form, _("New date: %(training)s") % {"training": name}, _("Plan the date"), crumbs)


def _training(request: PersonRequest, vendor: Vendor, pk: int) -> Training:
    return get_object_or_404(selectors.trainings_of(vendor=vendor, actor=request.actor), pk=pk)


def _form_page(request: PersonRequest, form: Any, title: str, submit: str, crumbs: list[Crumb]) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "crumbs": crumbs, "cancel_url": crumbs[-2].url}
    return render(request, "trainings/form.html", context, status=UNPROCESSABLE if form.errors else 200)


def _list_url(vendor: Vendor) -> str:
    return reverse("trainings:catalogue", args=[vendor.slug])
