"""What a person is told: the notices, how each kind of mail is wanted, and unsubscribing by the link in a mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import bouncing, mail_choices, notices, unsubscribing
from common.listviews import ListPage
from common.models import OutboxMail
from common.notice_forms import ChoicesForm, ReadForm
from common.notice_tables import NoticeFilter, NoticeTable
from common.requests import UNPROCESSABLE, PersonRequest
from common.unsubscribing import UnknownLink


@method_decorator(login_required, name="dispatch")
class NoticesPage(ListPage):
    table_class = NoticeTable
    filterset_class = NoticeFilter
    template_name = "common/notices.html"
    export_name = "notices"

    def rows(self) -> QuerySet[OutboxMail]:
        return notices.notices_of(actor=self.request.actor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        latest = notices.notices_of(actor=self.request.actor).first()
        return {"latest": latest}


notice_list = NoticesPage.as_view()


@login_required
@require_GET
def notice(request: PersonRequest, pk: int) -> HttpResponse:
    """One notice, in the words of the mail."""
    try:
        found = notices.read(actor=request.actor, pk=pk, now=timezone.now())
    except OutboxMail.DoesNotExist as error:
        raise Http404 from error
    return render(request, "common/notice.html", {"notice": found, "words": notices.words_of(found)})


@login_required
@require_POST
def notices_read(request: PersonRequest) -> HttpResponse:
    """Everything counts as read that stood on the page."""
    form = ReadForm(request.POST)
    if form.is_valid():
        notices.read_all(actor=request.actor, until=form.cleaned_data["until"], now=timezone.now())
    return redirect("common:notices")


@login_required
@require_http_methods(["GET", "POST"])
def choices(request: PersonRequest) -> HttpResponse:
    """How the person wants each kind of mail."""
    form = ChoicesForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        for kind, choice in form.chosen().items():
            mail_choices.choose(user_id=request.user.pk, kind=kind, choice=choice)
        messages.success(request, _("Your choice is saved."))
        return redirect("common:mail-choices")
    context = {"form": form, "bounce": bouncing.bounce_at(address=request.user.email)}
    return render(request, "common/mail_choices.html", context, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_POST
def arrives_again(request: PersonRequest) -> HttpResponse:
    """The person says that mails arrive again at the address."""
    if bouncing.end(address=request.user.email, now=timezone.now()):
        messages.success(request, _("From now on mails are sent to you again."))
    return redirect("common:mail-choices")


# Mail programs post here without cookies (RFC 8058); the signed link is all that is needed, and opens nothing else.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: PersonRequest, token: str) -> HttpResponse:
    """Looking changes nothing, because programs that check mails look at every link."""
    try:
        if request.method != "POST":
            found = unsubscribing.look(token=token)
        elif "again" in request.POST:
            found = unsubscribing.subscribe(token=token)
        else:
            found = unsubscribing.unsubscribe(token=token)
    except UnknownLink:
        return render(request, "common/link_unknown.html", status=404)
    with override(found.user.language):
        return render(request, "common/unsubscribe.html", {"found": found, "token": token})
