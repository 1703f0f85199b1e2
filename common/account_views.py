"""A person's own name, language and e-mail address."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import email_change
from common.email_change import Link, SameAddress, Side, State, UnknownLink
from common.forms import EmailChangeForm, ProfileForm
from common.models import User
from common.requests import UNPROCESSABLE, PersonRequest
from common.tasks import hint_mails


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    # Not the person of the request: the page shows what is stored until the form is accepted.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method != "POST" or not form.is_valid():
        return render(request, "common/profile.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)
    language = form.save().language
    with override(language):
        messages.success(request, _("Your details are saved."))
    response = redirect("common:profile")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@login_required
@require_GET
def address(request: PersonRequest) -> HttpResponse:
    change = email_change.open_change(user=request.user, now=timezone.now())
    return render(request, "common/address.html", {"change": change})


# allauth asks again for the password where signing in was a while ago: a session left open is not enough.
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
@require_http_methods(["GET", "POST"])
def address_new(request: PersonRequest) -> HttpResponse:
    form = EmailChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if (refused := consume_or_429(request, action="change_address", user=request.user)) is not None:
            return refused
        try:
            email_change.start(user=request.user, new_address=form.cleaned_data["new_address"], now=timezone.now())
        except SameAddress as error:
            form.add_error("new_address", str(error))
        else:
            hint_mails()
            return redirect("common:address")
    return render(request, "common/address_new.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_POST
def address_withdraw(request: PersonRequest) -> HttpResponse:
    if email_change.withdraw(user=request.user, now=timezone.now()):
        messages.success(request, _("The change is stopped; your address stays as it is."))
    return redirect("common:address")


@never_cache
@require_http_methods(["GET", "POST"])
def address_link(request: PersonRequest, secret: str) -> HttpResponse:
    """Looking at a link changes nothing, because programs that check mails look at every link."""
    now = timezone.now()
    try:
        link = email_change.look(secret=secret, now=now)
        if request.method == "POST":
            # Of somebody who is signed in here as another person, no session is the one that goes on.
            own = request.session.session_key if request.user.pk == link.change.user_id else None
            email_change.confirm(secret=secret, now=now, session_key=own)
            hint_mails()
            return redirect("common:address-link", secret)
    except UnknownLink:
        return _unknown(request)
    over = link.state in (State.EXPIRED, State.ENDED)
    return render(request, "common/address_link.html", _context(link, secret), status=410 if over else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def address_not_me(request: PersonRequest, secret: str) -> HttpResponse:
    try:
        if request.method == "POST":
            email_change.disown(secret=secret, now=timezone.now())
            return redirect("common:address-not-me", secret)
        link = email_change.look(secret=secret, now=timezone.now())
    except UnknownLink:
        return _unknown(request)
    if link.side != Side.OLD:
        return _unknown(request)
    return render(request, "common/address_not_me.html", _context(link, secret))


def _context(link: Link, secret: str) -> dict[str, Any]:
    return {"change": link.change, "side": str(link.side), "state": str(link.state), "secret": secret}


def _unknown(request: PersonRequest) -> HttpResponse:
    return render(request, "common/link_unknown.html", status=404)
