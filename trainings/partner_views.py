"""What a company's people can learn: trainings of its programs, their dates, seats for oneself and colleagues."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.access import PARTNER
from common.errors import DomainError
from common.models import User
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from trainings import bookings, rights, selectors
from trainings.forms import BookForm
from trainings.models import Booking, Training, TrainingDate
from trainings.tables import OfferedFilter, OfferedTable
from trainings.wording import (
    BOOKING_TONES,
    audience_of,
    certificate_state,
    days_of,
    description_of,
    name_of,
    valid_until,
    validity_of,
    when,
    where,
)


class OfferedPage(PartnerListPage):
    table_class = OfferedTable
    filterset_class = OfferedFilter
    template_name = "trainings/offered.html"
    export_name = "trainings"

    def rows(self) -> QuerySet[Training]:
        request = self.request
        offered = selectors.offered_to(partner=self.partner, on=request.today, actor=request.actor)
        following = selectors.next_start(today=request.today, now=timezone.now())
        return offered.annotate(next_at=following, partner_number=Value(self.partner.number)).order_by("name", "pk")


offered = in_partner()(OfferedPage.as_view())


@in_partner()
def training(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """What it teaches, when it is held, and who of the team has it already."""
    found = get_object_or_404(selectors.offered_to(partner=partner, on=request.today, actor=request.actor), pk=pk)
    dates = selectors.bookable_dates(trainings=[found.pk], today=request.today, now=timezone.now())
    held = selectors.held_certificates(trainings=[found], on=request.today, partners=[partner])
    certificates = selectors.certificates_of(actor=request.actor).filter(pk__in=[each.certificate_id for each in held])
    context = {
        "training": found,
        "name": name_of(found),
        "text": description_of(found),
        "crumbs": [Crumb(_("Trainings"), _list_url(partner)), Crumb(name_of(found))],
        "facts": facts_of(found),
        "dates": [_line(each, partner) for each in dates],
        "holders": [_holder(each, partner, request) for each in certificates.order_by("holder__last_name", "pk")],
        "hand_in_url": _hand_in_url(found, partner, request),
    }
    return render(request, "trainings/training.html", context)


def facts_of(training: Training) -> list[Fact]:
    """What everybody is told about a training."""
    return [
        Fact(_("Program"), training.program.name, hint=training.program.vendor.name),
        Fact(_("Takes"), days_of(training)),
        Fact(_("The certificate is valid for"), validity_of(training)),
        Fact(_("For whom"), audience_of(training)),
    ]


def _line(date: TrainingDate, partner: Partner) -> dict[str, Any]:
    return {
        "when": when(date),
        "where": where(date),
        "language": date.get_language_display(),
        "free": date.free,  # type: ignore[attr-defined]
        "waiting": date.waiting,  # type: ignore[attr-defined]
        "until": date.book_until,
        "url": reverse("trainings:partner-date", args=[partner.number, date.pk]),
    }


def _holder(certificate: Any, partner: Partner, request: PersonRequest) -> dict[str, Any]:
    state, tone = certificate_state(certificate, request.today)
    url = reverse("trainings:partner-certificate", args=[partner.number, certificate.pk])
    return {
        "name": certificate.holder.name, "until": valid_until(certificate), "state": state, "tone": tone, "url": url,
    }  # fmt: skip


def _hand_in_url(found: Training, partner: Partner, request: PersonRequest) -> str:
    """Where a certificate from elsewhere is handed in, for the partner's own people."""
    if not found.external or partner.pk not in request.actor.ids(PARTNER):
        return ""
    return f"{reverse('trainings:hand-in', args=[partner.number])}?training={found.pk}"


# --- a date ----------------------------------------------------------------------------------------------------------


@in_partner()
def training_date(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """When and where, who of the team is booked, and a seat for somebody else."""
    found = _date(request, partner, pk)
    return _date_page(request, partner, found, _book_form(request, partner, found))


@in_partner()
def book(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    found = _date(request, partner, pk)
    if request.method != "POST":
        return redirect("trainings:partner-date", partner.number, pk)
    form = _book_form(request, partner, found, request.POST)
    if form.is_valid():
        try:
            booking = bookings.book(
                training_date=found, partner=partner, user=form.cleaned_data["user"], actor=request.actor,
                now=timezone.now(), today=request.today,
            )  # fmt: skip
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _booked(booking))
        return redirect("trainings:partner-date", partner.number, pk)
    return _date_page(request, partner, _date(request, partner, pk), form)


def _booked(booking: Booking) -> str:
    name = {"name": booking.user.name}
    if booking.state == Booking.State.BOOKED:
        return _("%(name)s has a seat. A mail says when and where.") % name
    return _("All seats are taken: %(name)s is on the waiting list and is told as soon as a seat is free.") % name


@in_partner()
def cancel(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Give a seat of the team back."""
    own = Booking.objects.visible_to(request.actor).filter(partner=partner)
    booking = get_object_or_404(own.select_related("user", "partner"), pk=pk)
    if request.method == "POST":
        try:
            bookings.cancel(booking=booking, actor=request.actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("%(name)s is not booked any more.") % {"name": booking.user.name})
    return redirect("trainings:partner-date", partner.number, booking.date_id)


def _date(request: PersonRequest, partner: Partner, pk: int) -> TrainingDate:
    """Of what is offered to the company, or what somebody of it was booked for."""
    offered = selectors.offered_to(partner=partner, on=request.today, actor=request.actor)
    own = Booking.objects.visible_to(request.actor).filter(partner=partner)
    dates = TrainingDate.objects.visible_to(request.actor)
    found = dates.filter(training__in=offered.values("pk")) | dates.filter(pk__in=own.values("date_id"))
    pks = found.order_by().values("pk")
    return get_object_or_404(selectors.with_seats(TrainingDate.objects.filter(pk__in=pks)), pk=pk)


def _book_form(request: PersonRequest, partner: Partner, date: TrainingDate, data: Any = None) -> BookForm:
    return BookForm(data, people=_bookable(request, partner, date))


def _bookable(request: PersonRequest, partner: Partner, date: TrainingDate) -> QuerySet[User]:
    """Whom the person may book: those the training is for and who have no seat yet."""
    people = rights.people_for(actor=request.actor, partner=partner, on=request.today)
    if audience := date.training.audience:
        fitting = selectors.members_on(request.today).filter(partner=partner, role__in=audience)
        people = people.filter(pk__in=fitting.values("user_id"))
    return people.exclude(pk__in=date.bookings.exclude(state=Booking.State.CANCELLED).values("user_id"))


def _date_page(request: PersonRequest, partner: Partner, date: TrainingDate, form: BookForm) -> HttpResponse:
    now = timezone.now()
    own = list(
        Booking.objects.visible_to(request.actor)
        .filter(partner=partner, date=date)
        .exclude(state=Booking.State.CANCELLED)
        .select_related("user")
    )
    begun = date.starts_at <= now
    bookable = date.state == TrainingDate.State.PLANNED and not begun and request.today <= date.book_until
    mine = partner.pk in request.actor.ids(PARTNER)
    name = name_of(date.training)
    training_url = reverse("trainings:partner-training", args=[partner.number, date.training_id])
    context = {
        "date": date,
        "name": name,
        "text": description_of(date.training),
        "crumbs": [Crumb(_("Trainings"), _list_url(partner)), Crumb(name, training_url), Crumb(when(date))],
        "when": when(date),
        "facts": _date_facts(date, seated=any(each.state in Booking.SEATED for each in own)),
        "free": date.free,  # type: ignore[attr-defined]
        "bookable": bookable,
        "rows": [_own_booking(each, partner, request, begun) for each in own],
        "form": form if bookable and mine and form.fields["user"].queryset.exists() else None,  # type: ignore[attr-defined]
        "mine": mine,
        "audience": audience_of(date.training),
    }
    return render(request, "trainings/date.html", context, status=UNPROCESSABLE if form.errors else 200)


def _date_facts(date: TrainingDate, *, seated: bool) -> list[Fact]:
    facts = [
        Fact(_("When"), when(date)),
        Fact(_("Where"), where(date)),
        Fact(_("Language"), date.get_language_display()),
        Fact(_("Free seats"), formats.number(max(date.free, 0)), hint=_waiting(date)),  # type: ignore[attr-defined]
        Fact(_("Book until"), formats.date_long(date.book_until)),
        *facts_of(date.training),
    ]
    if date.link and seated:
        facts.insert(2, Fact(_("Online link"), date.link, url=date.link))
    return facts


def _waiting(date: Any) -> str:
    return _("%(count)s on the waiting list") % {"count": formats.number(date.waiting)} if date.waiting else ""


def _own_booking(booking: Booking, partner: Partner, request: PersonRequest, begun: bool) -> dict[str, Any]:
    may = booking.state in Booking.OPEN and not begun and rights.may_act_for(request.actor, partner, booking.user)
    return {
        "name": booking.user.name,
        "state": booking.get_state_display(),
        "tone": BOOKING_TONES[booking.state],
        "cancel_url": reverse("trainings:cancel", args=[partner.number, booking.pk]) if may else "",
    }


def _list_url(partner: Partner) -> str:
    return reverse("trainings:offered", args=[partner.number])
