"""The bank's answers: its file, a person's word from its statement, and what waits to be looked at."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from common import formats
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.ibans import masked
from programs.entering import in_vendor
from programs.models import Vendor
from rebates.models import AnswerLine, BankAnswer, Payment
from rebates.payment_forms import AnswerFileForm, NoteForm, SayForm
from rebates.payment_views import runs_crumb
from rebates.payment_words import OUTCOME_TONES, PAYMENT_TONES, payment_to_finance, said_in_words
from rebates.payments import answering
from rebates.rights import MONEY_ROLES

Outcome = AnswerLine.Outcome
SHOWN = 50


@in_vendor(*MONEY_ROLES)
def answers(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Upload an answer; what needs a person; the answers so far."""
    form = AnswerFileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            taken = answering.take_answer(
                vendor=vendor, file_name=file.name or "", content=file.read(), actor=request.actor, now=timezone.now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            _say_what_came_of(request, taken)
            return redirect("rebates:payment-answers", vendor.slug)
    context = {
        "form": form,
        "parked": answering.parked(vendor=vendor, actor=request.actor)[:SHOWN],
        "note_form": NoteForm(),
        "answers": answering.answers_of(vendor=vendor, actor=request.actor)[:SHOWN],
        "crumbs": [runs_crumb(vendor), Crumb(_("Answers of the bank"))],
        "vendor": vendor,
    }
    return render(request, "rebates/payment_answers.html", context, status=UNPROCESSABLE if form.errors else 200)


def _say_what_came_of(request: PersonRequest, taken: answering.Taken) -> None:
    if not taken.new:
        messages.info(request, _("This file was taken before; nothing was done."))
        return
    outcomes = [line.outcome for line in taken.lines]
    booked = outcomes.count(Outcome.BOOKED)
    text = ngettext("%(count)s payment answered.", "%(count)s payments answered.", booked)
    messages.success(request, text % {"count": formats.number(booked)})
    if waiting := sum(1 for outcome in outcomes if outcome in answering.PARKED):
        text = ngettext("%(count)s answer needs a person.", "%(count)s answers need a person.", waiting)
        messages.warning(request, text % {"count": formats.number(waiting)})


@in_vendor(*MONEY_ROLES)
@require_GET
def answer_file(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The file as it came."""
    found = get_object_or_404(BankAnswer.objects.visible_to(request.actor).filter(vendor=vendor), pk=pk)
    return download(found.content, found.file_name)


@in_vendor(*MONEY_ROLES)
@require_POST
def look_at(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Say what a parked answer was about."""
    lines = AnswerLine.objects.visible_to(request.actor).filter(vendor=vendor)
    line = get_object_or_404(lines, pk=pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            answering.look_at(line=line, actor=request.actor, note=form.cleaned_data["note"], now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Noted."))
    else:
        messages.error(request, _("Please say what it was about."))
    return redirect("rebates:payment-answers", vendor.slug)


@in_vendor(*MONEY_ROLES)
def payment(request: PersonRequest, vendor: Vendor, number: int, pk: int) -> HttpResponse:
    """One payment: what was said about it, and saying what the bank's statement says."""
    found = get_object_or_404(
        Payment.objects.visible_to(request.actor).select_related("run", "partner", "vendor"),
        vendor=vendor,
        run__number=number,
        pk=pk,
    )
    given = found.run.exported_at is not None
    form = SayForm(request.POST or None, today=request.today, others=_others(found) if given else "")
    if form.is_valid():
        try:
            line = answering.say(payment_id=found.pk, actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            tone = messages.SUCCESS if line.outcome == Outcome.BOOKED else messages.WARNING
            words = {"said": said_in_words(line), "outcome": line.get_outcome_display()}
            messages.add_message(request, tone, _("Entered as “%(said)s”: %(outcome)s.") % words)
            if form.cleaned_data.get("others"):
                messages.success(request, _("The other payments of the run were entered as paid."))
                return redirect("rebates:payment-run", vendor.slug, number)
            return redirect("rebates:payment", vendor.slug, number, pk)
    context = {
        "payment": found,
        "form": form,
        "facts": _facts(found),
        "state_text": payment_to_finance(found),
        "tone": PAYMENT_TONES[found.state],
        "said": [
            {"line": line, "words": said_in_words(line), "tone": OUTCOME_TONES[line.outcome]}
            for line in found.answers.select_related("said_by", "answer").defer("answer__content")
        ],
        "may_say": given and found.state in (Payment.State.OPEN, Payment.State.PAID),
        "crumbs": [
            runs_crumb(vendor),
            Crumb(_("Run %(number)s") % {"number": number}, reverse("rebates:payment-run", args=[vendor.slug, number])),
            Crumb(found.partner.name),
        ],
    }
    return render(request, "rebates/payment.html", context, status=UNPROCESSABLE if form.errors else 200)


def _others(found: Payment) -> str:
    """The run's other open payments in words; empty where there are none."""
    count, total = answering.open_beside(found).aggregate(count=Count("pk"), total=Sum("amount")).values()
    if not count:
        return ""
    text = ngettext("%(count)s other open payment, %(total)s,", "%(count)s other open payments, %(total)s,", count)
    return text % {"count": formats.number(count), "total": formats.money(total, found.run.currency)}


def _facts(found: Payment) -> list[Fact]:
    facts = [
        Fact(_("Amount"), formats.money(found.amount, found.currency), numeric=True),
        Fact(
            _("Partner"),
            found.partner.name,
            hint=found.partner.number,
            url=reverse("rebates:account-of", args=[found.vendor.slug, found.partner.number, found.currency]),
        ),
        Fact(_("Account holder"), found.holder),
        Fact(_("Account"), masked(found.iban)),
        Fact(_("Reference"), found.end_to_end_id),
        Fact(_("Payment date"), formats.date_long(found.run.pay_on)),
    ]
    if found.value_date:
        facts.append(Fact(_("Value date"), formats.date_long(found.value_date)))
    return facts
