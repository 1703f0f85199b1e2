"""What a person settles for itself: the language, and tokens for the HTTP API."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from common import tokens
from common.errors import DomainError
from common.forms import TokenForm
from common.models import ApiToken, User
from common.requests import UNPROCESSABLE, PersonRequest
from common.tokens import Scope


@require_POST
def choose_language(request: PersonRequest) -> HttpResponse:
    """Django's switch, which sets a cookie; signed-in people also get their mails in the language they choose."""
    response = set_language(request)
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES) and request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).exclude(language=language).update(language=language)
    return response


@login_required
@require_GET
def token_list(request: PersonRequest) -> HttpResponse:
    own = ApiToken.objects.visible_to(request.actor)
    now = timezone.now()
    rows = [
        {
            "token": token,
            "scopes": [Scope(scope).label for scope in token.scopes if scope in Scope.values],
            "state": "revoked" if token.revoked_at else "expired" if token.expires_at <= now else "usable",
        }
        for token in own.order_by(F("revoked_at").desc(nulls_first=True), "-created_at")
    ]
    return render(request, "common/tokens.html", {"rows": rows})


# allauth asks again for the password where signing in was a while ago: a session left open is not enough for a key.
@reauthentication_required  # type: ignore[untyped-decorator]
@never_cache
@require_http_methods(["GET", "POST"])
def token_new(request: PersonRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            token, secret = tokens.issue(
                user=request.user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=now + form.lifetime,
                now=now,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            # Not behind a redirect: the secret is in this answer and nowhere else.
            return render(request, "common/token_made.html", {"token": token, "secret": secret}, status=201)
    return render(request, "common/token_new.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_POST
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.actor), pk=pk)
    if tokens.revoke(token=token, now=timezone.now()):
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("common:tokens")
