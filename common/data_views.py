"""What the portal knows about a person: said, given to the person as a file, and removed."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from common import erasing, personal
from common.downloads import download
from common.errors import DomainError
from common.forms import RemovalForm
from common.requests import UNPROCESSABLE, PersonRequest


@login_required
@require_GET
def data(request: PersonRequest) -> HttpResponse:
    return render(request, "common/data.html", {"sections": list(personal.sections)})


# allauth asks again for the password where signing in was a while ago: a session left open is not enough for all of it.
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
@require_GET
def download_data(request: PersonRequest) -> HttpResponse:
    return download(personal.export(user=request.user, now=timezone.now()), "partner-portal-data.zip")


@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
@require_http_methods(["GET", "POST"])
def remove_data(request: PersonRequest) -> HttpResponse:
    # A form without its only box ticked posts nothing at all.
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.anonymise(user=request.user, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            messages.success(request, _("Your personal data is removed and your account is closed."))
            return redirect("account_login")
    context = {"form": form, "obstacles": erasing.obstacles(user=request.user)}
    return render(request, "common/data_remove.html", context, status=UNPROCESSABLE if form.errors else 200)
