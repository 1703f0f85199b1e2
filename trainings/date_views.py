"""The dates of a vendor's trainings: who comes, who waits, who was there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from trainings import attendance, bookings, catalogue, rights, selectors
from trainings.attendance import ListChanged
from trainings.forms import AttendanceForm, CallOffForm, DateForm
from trainings.models import Booking, TrainingDate
from trainings.tables import DateFilter, DateTable
from trainings.wording import BOOKING_TONES, DATE_TONES, name_of, when, where

State = TrainingDate.State


class DatesPage(VendorListPage):
    """Planned ones first, in the order of their days; what is over comes after, the latest first."""

    table_class = DateTable
    filterset_class = DateFilter
    template_name = "trainings/dates.html"
    export_name = "training-dates"

    def rows(self) -> QuerySet[TrainingDate]:
        dates = TrainingDate.objects.visible_to(self.request.actor).filter(training__program__vendor=self.vendor)
        over = Case(When(state=State.PLANNED, then=Value(0)), default=Value(1))
        return selectors.with_seats(dates).order_by(over, "starts_at", "pk")


dates = in_vendor()(DatesPage.as_view())


@in_vendor()
def vendor_date(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _date(request, vendor, pk)
    return _page(request, vendor, found, AttendanceForm(bookings=_booked(found)))


@in_vendor(*DECIDING_ROLES)
def edit(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Another time, place or number of seats; who is booked is told."""
    found = _date(request, vendor, pk)
    url = reverse("trainings:vendor-date", args=[vendor.slug, pk])
    form = DateForm(request.POST or None, instance=found)
    if form.is_bound and form.is_valid():
        try:
            catalogue.reschedule(training_date=found, schedule=form.schedule, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The date is changed. Whoever is booked has a mail if they have to know."))
            return redirect(url)
    crumbs = [*_crumbs(vendor, found, url), Crumb(_("Change the date"))]
    context = {
        "form": form, "title": name_of(found.training), "submit": _("Save the date"), "crumbs": crumbs,
        "cancel_url": url,
    }  # fmt: skip
    return render(request, "trainings/form.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*DECIDING_ROLES)
def call_off(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Says first how many people it concerns."""
    found = _date(request, vendor, pk)
    url = reverse("trainings:vendor-date", args=[vendor.slug, pk])
    form = CallOffForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            catalogue.call_off(
                training_date=found, reason=form.cleaned_data["reason"], actor=request.actor, now=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The date is called off. Everybody who was booked has a mail."))
            return redirect(url)
    context = {
        "form": form,
        "name": name_of(found.training),
        "when": when(found),
        "crumbs": [*_crumbs(vendor, found, url), Crumb(_("Call off"))],
        "cancel_url": url,
        "people": found.bookings.filter(state__in=Booking.OPEN).count(),
    }
    return render(request, "trainings/call_off.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*DECIDING_ROLES)
def attend(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Write down who was there; they get their certificates."""
    found = _date(request, vendor, pk)
    if request.method != "POST":
        return redirect("trainings:vendor-date", vendor.slug, pk)
    form = AttendanceForm(request.POST, bookings=_booked(found))
    if form.is_valid():
        try:
            issued = attendance.close(
                training_date=found, listed=form.cleaned_data["listed"], attended=form.attended_ids,
                actor=request.actor, now=timezone.now(), today=request.today,
            )  # fmt: skip
        except ListChanged as error:
            form.refuse(error)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("trainings:vendor-date", vendor.slug, pk)
        else:
            text = ngettext("%(count)s certificate is issued.", "%(count)s certificates are issued.", len(issued))
            messages.success(request, text % {"count": formats.number(len(issued))})
            return redirect("trainings:vendor-date", vendor.slug, pk)
    form.read_again(_booked(found))
    return _page(request, vendor, _date(request, vendor, pk), form)


@in_vendor(*DECIDING_ROLES)
def was_there(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Somebody marked as absent attended after all."""
    booking = _booking(request, vendor, pk)
    if request.method == "POST":
        try:
            attendance.was_there(booking=booking, actor=request.actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(name)s has a certificate now.") % {"name": booking.user.name})
    return redirect("trainings:vendor-date", vendor.slug, booking.date_id)


@in_vendor(*DECIDING_ROLES)
def cancel(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Take somebody off the list."""
    booking = _booking(request, vendor, pk)
    if request.method == "POST":
        try:
            bookings.cancel(booking=booking, actor=request.actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(name)s is not booked any more.") % {"name": booking.user.name})
    return redirect("trainings:vendor-date", vendor.slug, booking.date_id)


def _date(request: PersonRequest, vendor: Vendor, pk: int) -> TrainingDate:
    own = TrainingDate.objects.visible_to(request.actor).filter(training__program__vendor=vendor)
    return get_object_or_404(selectors.with_seats(own), pk=pk)


def _booking(request: PersonRequest, vendor: Vendor, pk: int) -> Booking:
    own = Booking.objects.visible_to(request.actor).filter(date__training__program__vendor=vendor)
    return get_object_or_404(own.select_related("user", "partner", "date__training__program"), pk=pk)


def _booked(date: TrainingDate) -> Sequence[Booking]:
    """Who is on the list of those whose attendance is still to be written down."""
    booked = bookings.open_bookings(date).filter(state=Booking.State.BOOKED)
    return list(booked.order_by("user__last_name", "user__first_name", "pk"))


def _crumbs(vendor: Vendor, date: TrainingDate, url: str = "") -> list[Crumb]:
    training_url = reverse("trainings:vendor-training", args=[vendor.slug, date.training_id])
    return [
        Crumb(_("Trainings"), reverse("trainings:catalogue", args=[vendor.slug])),
        Crumb(name_of(date.training), training_url),
        Crumb(when(date), url),
    ]


def _page(request: PersonRequest, vendor: Vendor, date: TrainingDate, form: AttendanceForm) -> HttpResponse:
    may_run = rights.may_run(request.actor, vendor.pk)
    planned = date.state == State.PLANNED
    begun = localdate(date.starts_at) <= request.today
    listed = date.bookings.exclude(state=Booking.State.CANCELLED).select_related("user", "partner", "certificate")
    rows = [_row(each, vendor, may_run=may_run, begun=begun) for each in listed]
    context = {
        "date": date,
        "name": name_of(date.training),
        "when": when(date),
        "crumbs": _crumbs(vendor, date),
        "tone": DATE_TONES[date.state],
        "facts": _facts(date),
        "people": [row for row in rows if row["key"] != Booking.State.WAITING],
        "waiting": [row for row in rows if row["key"] == Booking.State.WAITING],
        "may_change": may_run and planned,
        "form": form if may_run and planned and begun else None,
    }
    return render(request, "trainings/vendor_date.html", context, status=UNPROCESSABLE if form.errors else 200)


def _facts(date: TrainingDate) -> list[Fact]:
    taken = _("%(taken)s of %(seats)s")
    seats = {"taken": formats.number(date.taken), "seats": formats.number(date.seats)}  # type: ignore[attr-defined]
    facts = [
        Fact(_("When"), when(date)),
        Fact(_("Where"), where(date)),
        Fact(_("Language"), date.get_language_display()),
        Fact(_("Seats taken"), taken % seats),
        Fact(_("Book until"), formats.date_long(date.book_until)),
    ]
    if date.link:
        facts.insert(2, Fact(_("Online link"), date.link, url=date.link))
    return facts


def _row(booking: Booking, vendor: Vendor, *, may_run: bool, begun: bool) -> dict[str, Any]:
    certificate = getattr(booking, "certificate", None)
    open_still = may_run and booking.state in Booking.OPEN and not begun
    absent = may_run and booking.state == Booking.State.ABSENT
    return {
        "key": booking.state,
        "name": booking.user.name,
        "partner": booking.partner.name,
        "partner_url": reverse("partners:detail", args=[vendor.slug, booking.partner.number]),
        "state": booking.get_state_display(),
        "tone": BOOKING_TONES[booking.state],
        "since": booking.booked_at,
        "certificate_url": (
            reverse("trainings:vendor-certificate", args=[vendor.slug, certificate.pk]) if certificate else ""
        ),
        "cancel_url": reverse("trainings:vendor-cancel", args=[vendor.slug, booking.pk]) if open_still else "",
        "there_url": reverse("trainings:was-there", args=[vendor.slug, booking.pk]) if absent else "",
    }
