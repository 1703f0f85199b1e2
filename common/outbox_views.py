"""For platform admins: how the sending of mails goes, what failed or is uncertain, and stopping all of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from common import formats, mail_operations, stopping
from common.entering import for_platform_admins
from common.errors import DomainError
from common.listviews import ListPage
from common.models import OutboxMail
from common.outbox_forms import DecideForm, StopForm
from common.outbox_tables import OutboxFilter, OutboxTable, days_chart, mail_facts, words_of
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb

MOST_AT_ONCE = 1000


class OutboxPage(ListPage):
    table_class = OutboxTable
    filterset_class = OutboxFilter
    template_name = "common/outbox.html"
    export_name = "mails"

    def rows(self) -> QuerySet[OutboxMail]:
        return mail_operations.mails(actor=self.request.actor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        actor = self.request.actor
        days = mail_operations.by_day(actor=actor, today=self.request.today)
        return {
            "counts": mail_operations.counts(actor=actor),
            "chart": days_chart(days),
            "stop": stopping.current(),
            "form": StopForm(),
            "open_here": rows.filter(state__in=mail_operations.OPEN).order_by().count(),
            "most": MOST_AT_ONCE,
            "query": self.request.GET.urlencode(),
        }


outbox_list = for_platform_admins(OutboxPage.as_view())


@for_platform_admins
@require_GET
def outbox_mail(request: PersonRequest, pk: int) -> HttpResponse:
    """One mail: to whom, how often it was tried, what the server said. What it says to its reader is not shown."""
    mail = get_object_or_404(mail_operations.mails(actor=request.actor), pk=pk)
    context = {
        "mail": mail,
        "state": words_of(mail),
        "facts": mail_facts(mail),
        "open": mail.state in mail_operations.OPEN,
        "empty": "" if mail.text else _(mail_operations.EMPTY),
        "crumbs": [Crumb(_("Outbox"), reverse("common:outbox")), Crumb(mail.address)],
    }
    return render(request, "common/outbox_mail.html", context)


@for_platform_admins
@require_POST
def outbox_decide_one(request: PersonRequest, pk: int) -> HttpResponse:
    _decide(request, [pk])
    return redirect("common:outbox-mail", pk)


@for_platform_admins
@require_POST
def outbox_decide(request: PersonRequest) -> HttpResponse:
    """Decide about everything the filter in the address shows, as far as it waits for a decision.

    A filter that means nothing leaves nothing out of a list; here it chooses nothing.
    """
    chosen = OutboxFilter(request.GET, queryset=mail_operations.mails(actor=request.actor))
    waiting = chosen.qs.filter(state__in=mail_operations.OPEN).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE]) if chosen.is_valid() else []
    _decide(request, ids)
    return redirect(f"{reverse('common:outbox')}?{request.GET.urlencode()}")


def _decide(request: PersonRequest, ids: list[int]) -> None:
    form = DecideForm(request.POST)
    if not form.is_valid():
        raise Http404
    again = form.cleaned_data["decision"] == DecideForm.AGAIN
    decide = mail_operations.send_again if again else mail_operations.dismiss
    try:
        count = decide(actor=request.actor, ids=ids, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return
    if again:
        text = ngettext("%(count)s mail is sent again.", "%(count)s mails are sent again.", count)
    else:
        text = ngettext("%(count)s mail is dismissed.", "%(count)s mails are dismissed.", count)
    messages.success(request, text % {"count": formats.number(count)})


@for_platform_admins
@require_POST
def outbox_stop(request: PersonRequest) -> HttpResponse:
    form = StopForm(request.POST)
    if form.is_valid():
        try:
            stopping.stop(actor=request.actor, reason=form.cleaned_data["reason"], now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("No mail is sent from now on. What is made waits."))
            return redirect("common:outbox")
    return render(request, "common/outbox_stop.html", {"form": form}, status=UNPROCESSABLE)


@for_platform_admins
@require_POST
def outbox_go_on(request: PersonRequest) -> HttpResponse:
    try:
        stopping.go_on(actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Mails are sent again."))
    return redirect("common:outbox")
