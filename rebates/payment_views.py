"""A vendor's payment runs: what would be paid, proposing it, two approvals, the file for the bank."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.access import Actor
from common.downloads import download
from common.errors import DomainError
from common.money import ZERO
from common.requests import UNPROCESSABLE, PersonRequest
from common.tables import FORMATS, export_response
from common.ui import Crumb, Fact
from partners.ibans import masked
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from rebates.ledger import is_halted
from rebates.models import LeftOut, Payment, PaymentFile, PaymentRun, PaymentSettings
from rebates.payment_forms import AnotherFileForm, ProposeForm, ReasonForm
from rebates.payment_tables import OpenBalance, OpenBalanceTable, PaymentFilter, PaymentTable, RunFilter, RunTable
from rebates.payment_words import RUN_TONES, run_in_words, stages_of
from rebates.payments import deciding, exporting, proposing
from rebates.payments.answering import parked
from rebates.payments.candidates import Candidate
from rebates.payments.errors import NotPayable
from rebates.payments.settings import settings_of
from rebates.rights import MONEY_ROLES

State = PaymentRun.State
DEVICE = "portal_device"
DEVICE_DAYS = 365


def runs_crumb(vendor: Vendor) -> Crumb:
    return Crumb(_("Payments"), reverse("rebates:payments", args=[vendor.slug]))


class RunsPage(VendorListPage):
    table_class = RunTable
    filterset_class = RunFilter
    template_name = "rebates/payments.html"
    export_name = "payment-runs"

    def rows(self) -> QuerySet[PaymentRun]:
        found = PaymentRun.objects.visible_to(self.request.actor).filter(vendor=self.vendor).select_related("vendor")
        return found.annotate(
            approved=Count("approvals", distinct=True),
            returned=Count("payments", filter=Q(payments__state=Payment.State.RETURNED), distinct=True),
        ).order_by("-number")

    def context(self, rows: QuerySet[PaymentRun]) -> dict[str, Any]:
        slug = self.vendor.slug
        settings = PaymentSettings.objects.filter(vendor=self.vendor).first()
        context = {
            "settings": settings,
            "from_account": masked(settings.iban) if settings else "",
            "parked": parked(vendor=self.vendor, actor=self.request.actor).count(),
            "halted": is_halted(vendor_id=self.vendor.pk),
            "ledger_url": reverse("rebates:ledger", args=[slug]),
        }
        for name in ("propose", "settings", "answers", "holds"):
            context[f"{name}_url"] = reverse(f"rebates:payment-{name}", args=[slug])
        return context


@in_vendor(*MONEY_ROLES)
def propose(request: PersonRequest, vendor: Vendor) -> HttpResponse | StreamingHttpResponse:
    """What would be paid now and what not, and proposing it."""
    now, today = timezone.now(), request.today
    try:
        settings = settings_of(vendor)
    except NotPayable as error:
        messages.info(request, str(error))
        return redirect("rebates:payment-settings", vendor.slug)
    first = proposing.usual_day(settings, today)
    form = ProposeForm(request.POST or None, initial={"day": first, "last_of_year": False})
    if form.is_valid():
        asked = form.cleaned_data
        try:
            made = proposing.propose(vendor=vendor, actor=request.actor, today=today, now=now, **asked)
        except DomainError as error:
            form.refuse(error)
        else:
            return _proposed(request, vendor, list(made.runs.all()))
    last = form.is_bound and bool(form["last_of_year"].value())
    found = proposing.preview(settings=settings, last_of_year=last, today=today, now=now)
    table = OpenBalanceTable([_open_balance(vendor, each) for each in found])
    table.configure(request)
    if (fmt := request.GET.get("export")) in FORMATS:
        return export_response(table, str(fmt), "open-balances")
    context = {
        "form": form,
        "table": table,
        "sums": _sums(found),
        "crumbs": [runs_crumb(vendor), Crumb(_("Propose a run"))],
        "cancel_url": reverse("rebates:payments", args=[vendor.slug]),
    }
    return render(request, "rebates/payment_propose.html", context, status=UNPROCESSABLE if form.errors else 200)


def _proposed(request: PersonRequest, vendor: Vendor, runs: Sequence[PaymentRun]) -> HttpResponse:
    if not runs:
        messages.info(request, _("Nothing can be paid now: no run was made."))
        return redirect("rebates:payment-propose", vendor.slug)
    messages.success(request, _("The run waits for two approvals. Those who can approve it are told by mail."))
    if len(runs) == 1:
        return redirect("rebates:payment-run", vendor.slug, runs[0].number)
    return redirect("rebates:payments", vendor.slug)


def _sums(found: Sequence[Candidate]) -> list[Fact]:
    """By currency what would be paid."""
    sums: dict[str, tuple[int, Any]] = {}
    for each in found:
        if each.why is None:
            count, total = sums.get(each.currency, (0, ZERO))
            sums[each.currency] = (count + 1, total + each.balance)
    return [
        Fact(_("Would be paid"), formats.money(total, currency), hint=_payments(count), numeric=True)
        for currency, (count, total) in sorted(sums.items())
    ]


def _payments(count: int) -> str:
    return ngettext("%(count)s payment", "%(count)s payments", count) % {"count": formats.number(count)}


def _open_balance(vendor: Vendor, each: Candidate) -> OpenBalance:
    return OpenBalance(
        name=each.partner.name,
        number=each.partner.number,
        balance=each.balance,
        currency=each.currency,
        account=each.account.masked if each.account else "",
        why=str(each.why.label) if each.why else _("is paid"),
        paid=each.why is None,
        url=reverse("rebates:account-of", args=[vendor.slug, each.partner.number, each.currency]),
    )


class RunPage(VendorListPage):
    """One run: where it is, what it pays, who was left out, the approvals, the file, the bank's answers."""

    table_class = PaymentTable
    filterset_class = PaymentFilter
    template_name = "rebates/payment_run.html"
    export_name = "payments"
    cancel_form: ReasonForm | None = None
    another_form: AnotherFileForm | None = None

    def get(self, request: PersonRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().get(request, *args, **kwargs)
        if DEVICE not in request.COOKIES:
            response.set_signed_cookie(
                DEVICE, secrets.token_urlsafe(16), max_age=timedelta(days=DEVICE_DAYS), httponly=True,
                secure=request.is_secure(), samesite="Lax",
            )  # fmt: skip
        return response

    @property
    def run(self) -> PaymentRun:
        if not hasattr(self, "_run"):
            self._run = found_run(self.request, self.vendor, self.kwargs["number"])
        return self._run

    def rows(self) -> QuerySet[Payment]:
        rows = Payment.objects.visible_to(self.request.actor).filter(run=self.run)
        return rows.select_related("partner", "run", "vendor").order_by("-amount", "pk")

    def table_options(self) -> dict[str, Any]:
        answered = self.run.exported_at is not None
        return {"currency": self.run.currency, "exclude": [] if answered else ["value_date"]}

    def context(self, rows: QuerySet[Payment]) -> dict[str, Any]:
        run, slug = self.run, self.vendor.slug
        approvals = list(run.approvals.select_related("person"))
        answered = run.payments.exclude(state=Payment.State.OPEN).count()
        kept = run.files.defer("content").select_related("requested_by", "released_by")
        files = list(kept.prefetch_related("taken__person"))
        current = max(each.number for each in files)
        context = {
            "run": run,
            "state_text": run_in_words(run, len(approvals)),
            "state_tone": RUN_TONES[run.state],
            "stages": stages_of(run, approvals, answered),
            "facts": _facts(run),
            "approvals": approvals,
            "refused": list(run.refused_steps.select_related("person")[:10]),
            "hindrance": deciding.hindrance(run=run, actor=self.request.actor) if run.state == State.PROPOSED else "",
            "files": [_file_row(run, each, current, self.request.actor) for each in files],
            "left_out": _left_out(run),
            "cancel_form": self.cancel_form or ReasonForm(),
            "another_form": self.another_form or AnotherFileForm(),
            "may_cancel": run.state in (State.PROPOSED, State.APPROVED),
            "may_ask_another": run.state == State.EXPORTED and not answered,
            "crumbs": [runs_crumb(self.vendor), Crumb(_("Run %(number)s") % {"number": run.number})],
        }
        context["statements_url"] = f"{reverse('rebates:statements-of-vendor', args=[slug])}?run={run.number}"
        for name in ("approve", "cancel", "another", "answers"):
            args = [slug] if name == "answers" else [slug, run.number]
            context[f"{name}_url"] = reverse(f"rebates:payment-{name}", args=args)
        return context


def _facts(run: PaymentRun) -> list[Fact]:
    by = run.proposal.requested_by
    before: str = getattr(run, "paid_from_before", None) or run.paid_from
    elsewhere = _("Another account than last time: %(account)s") % {"account": masked(before)}
    return [
        Fact(_("Total"), formats.money(run.total, run.currency), numeric=True),
        Fact(_("Payments"), formats.number(run.count), numeric=True),
        Fact(_("Payment date"), formats.date_long(run.pay_on)),
        Fact(_("Way"), run.get_way_display()),
        Fact(
            _("Paid from"),
            masked(run.paid_from) if run.paid_from else formats.NOTHING,
            hint=elsewhere if before != run.paid_from else "",
        ),
        Fact(_("Proposed by"), by.name if by else _("schedule"), hint=formats.datetime_short(run.proposed_at)),
        Fact(_("Checksum of the file"), run.sha256),
    ]


def _file_row(run: PaymentRun, file: PaymentFile, current: int, actor: Actor) -> dict[str, Any]:
    """`current`: the number of the one file that may go to the bank, a further one when it is released."""
    given_free = file.number == 1 or file.released_at is not None
    args = [run.vendor.slug, run.number, file.number]
    return {
        "file": file,
        "first": file.number == 1,
        "take_url": reverse("rebates:payment-file", args=args),
        "release_url": reverse("rebates:payment-release", args=args),
        "may_take": run.state in (State.APPROVED, *exporting.GIVEN) and file.number == current and given_free,
        "replaced": file.number < current,
        "may_release": file.number == current and exporting.may_release(file=file, actor=actor),
        "taken": list(file.taken.all()),
    }


def _left_out(run: PaymentRun) -> dict[str, Any]:
    """By reason how many balances were left out, and how much they are in this currency."""
    rows = LeftOut.objects.filter(proposal=run.proposal_id, currency=run.currency).select_related("partner")
    return {
        "count": rows.count(),
        "rows": [
            {
                "name": each.partner.name,
                "why": each.get_why_display(),
                "balance": each.balance,
                "url": reverse("rebates:account-of", args=[run.vendor.slug, each.partner.number, each.currency]),
            }
            for each in rows[:100]
        ],
    }


# --- steps -----------------------------------------------------------------------------------------------------------


def found_run(request: PersonRequest, vendor: Vendor, number: int) -> PaymentRun:
    """With `paid_from_before`: the account of last time. One that no run has been given to the bank from is still new,
    though a run was proposed from it and cancelled, or together with this one."""
    runs = PaymentRun.objects.visible_to(request.actor).filter(vendor=vendor)
    earlier = PaymentRun.objects.filter(vendor=vendor, number__lt=OuterRef("number")).exclude(paid_from="")
    earlier = earlier.filter(~Q(paid_from=OuterRef("paid_from")) | Q(exported_at__isnull=False))
    runs = runs.annotate(paid_from_before=Subquery(earlier.order_by("-number").values("paid_from")[:1]))
    return get_object_or_404(runs.select_related("vendor", "proposal__requested_by"), number=number)


@in_vendor(*MONEY_ROLES)
@require_POST
def approve(request: PersonRequest, vendor: Vendor, number: int) -> HttpResponse:
    run = found_run(request, vendor, number)
    seen = request.POST.get("sha256", "")
    device = str(request.get_signed_cookie(DEVICE, default=""))[:64]

    def step() -> str:
        done = deciding.approve(run_id=run.pk, actor=request.actor, sha256=seen, device=device, now=timezone.now())
        if done.state == State.APPROVED:
            return _("Approved by two: the file can go to the bank.")
        return _("You have approved the run. One more person has to.")

    return _stepped(request, run, step)


@in_vendor(*MONEY_ROLES)
@require_POST
def cancel(request: PersonRequest, vendor: Vendor, number: int) -> HttpResponse:
    """Why is asked for; where it is missing the page comes again with what was typed."""
    run = found_run(request, vendor, number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page_again(request, vendor, number, cancel_form=form)

    def step() -> str:
        reason = form.cleaned_data["reason"]
        deciding.cancel(run_id=run.pk, actor=request.actor, reason=reason, now=timezone.now())
        return _("The run is cancelled; what it would have paid is owed again.")

    return _stepped(request, run, step)


@in_vendor(*MONEY_ROLES)
@require_POST
def take_file(request: PersonRequest, vendor: Vendor, number: int, file: int) -> HttpResponse:
    """The stored bytes; the first taking gives the run to the bank."""
    run = found_run(request, vendor, number)
    get_object_or_404(run.files.all(), number=file)
    try:
        found = exporting.take(run_id=run.pk, number=file, actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("rebates:payment-run", vendor.slug, number)
    return download(found.content, found.file_name)


@in_vendor(*MONEY_ROLES)
@require_POST
def another_file(request: PersonRequest, vendor: Vendor, number: int) -> HttpResponse:
    run = found_run(request, vendor, number)
    form = AnotherFileForm(request.POST)
    if not form.is_valid():
        return _page_again(request, vendor, number, another_form=form)

    def step() -> str:
        exporting.ask_for_another(run_id=run.pk, actor=request.actor, now=timezone.now(), **form.cleaned_data)
        return _("The file is made. Another person has to release it.")

    return _stepped(request, run, step)


@in_vendor(*MONEY_ROLES)
@require_POST
def release_file(request: PersonRequest, vendor: Vendor, number: int, file: int) -> HttpResponse:
    run = found_run(request, vendor, number)
    get_object_or_404(run.files.all(), number=file)
    seen = request.POST.get("sha256", "")

    def step() -> str:
        exporting.release_another(run_id=run.pk, number=file, actor=request.actor, sha256=seen, now=timezone.now())
        return _("The file can be taken.")

    return _stepped(request, run, step)


def _stepped(request: PersonRequest, run: PaymentRun, step: Callable[[], str]) -> HttpResponse:
    """Take a step and come back to the page, which says how it stands."""
    try:
        done = step()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("rebates:payment-run", run.vendor.slug, run.number)


def _page_again(request: PersonRequest, vendor: Vendor, number: int, **forms: Any) -> HttpResponse:
    page = RunPage(**forms)
    page.setup(request, vendor=vendor, number=number)
    response = page.get(request, vendor=vendor, number=number)
    response.status_code = UNPROCESSABLE
    return response


runs = in_vendor(*MONEY_ROLES)(RunsPage.as_view())
run = in_vendor(*MONEY_ROLES)(RunPage.as_view())
