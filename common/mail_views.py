"""The catalogue of mails, for platform admins here and for vendors on pages of their own (`programs.wording_views`).

A mail's HTML is shown in a frame that may do nothing, from an address and under a policy of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from allauth.core.ratelimit import consume_or_429
from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from common import mail_catalogue, registry
from common.entering import for_platform_admins
from common.mail_words import Wording
from common.registry import MailKind
from common.requests import PersonRequest
from common.tasks import hint_mails
from common.ui import Crumb, Fact

# No script, no form, no other host; a link in it leads nowhere. Mails carry their style in themselves.
HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
FRAMES = {"frame-src": [SELF]}
"""For pages that show such a frame: added to the policy of all pages."""


@dataclass(frozen=True)
class Place:
    """Where a kind is looked at: its addresses there, and whose words it has."""

    list_url: str
    page_url: str
    html_url: str
    test_url: str
    wording: Wording
    more: dict[str, Any] = field(default_factory=dict)


# --- for both ---------------------------------------------------------------------------------------------------------


def found(key: str) -> MailKind:
    """The kind with this key, or 404."""
    kind = registry.mails.get(key)
    if kind is None:
        raise Http404
    return kind


def chosen_language(request: PersonRequest) -> str:
    """The one that the address or the form names; otherwise the person's own."""
    asked = request.POST.get("language") or request.GET.get("language") or ""
    return asked if asked in dict(settings.LANGUAGES) else request.user.language


def list_page(
    request: PersonRequest, url: Callable[[MailKind], str], badge: Callable[[MailKind], str] = lambda kind: ""
) -> HttpResponse:
    """Every kind by subject. `badge`: a word about it, or nothing."""
    groups = [
        {
            "label": group.label,
            "rows": [
                {"kind": kind, "url": url(kind), "choice": mail_catalogue.choices_in_words(kind), "badge": badge(kind)}
                for kind in group.kinds
            ],
        }
        for group in mail_catalogue.groups()
    ]
    return render(request, "common/mail_kinds.html", {"groups": groups})


def kind_page(request: PersonRequest, kind: MailKind, place: Place) -> HttpResponse:
    """How a mail reads with sample data, in the language that is asked for, and a test of it."""
    language = chosen_language(request)
    shown = mail_catalogue.preview(kind=kind, language=language, reader=request.user, wording=place.wording)
    facts = [
        Fact(_("Recipient"), str(kind.to)),
        Fact(_("Sent"), mail_catalogue.choices_in_words(kind)),
        Fact(_("Subject line"), shown.subject),
    ]
    context = {
        "kind": kind,
        "crumbs": [Crumb(_("Mails"), place.list_url), Crumb(capfirst(str(kind.group)))],
        "facts": facts,
        "preview": shown,
        "languages": settings.LANGUAGES,
        "language": language,
        "html_url": f"{place.html_url}?language={language}",
        "place": place,
        **place.more,
    }
    return render(request, "common/mail_kind.html", context)


def html_page(request: PersonRequest, kind: MailKind, wording: Wording) -> HttpResponse:
    """The HTML part alone, for the frame."""
    language = chosen_language(request)
    shown = mail_catalogue.preview(kind=kind, language=language, reader=request.user, wording=wording)
    # A link that would open elsewhere is blocked by the sandbox; one that stayed would take the preview's place.
    content = shown.html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(content, headers={"Content-Security-Policy": HTML_POLICY})


def test_sent(request: PersonRequest, kind: MailKind, place: Place) -> HttpResponse:
    """Send the mail to whoever asks, and to nobody else."""
    if (refused := consume_or_429(request, action="test_mail", user=request.user)) is not None:
        return refused
    language = chosen_language(request)
    mail_catalogue.send_test(kind=kind, language=language, reader=request.user, wording=place.wording)
    hint_mails()
    messages.success(request, _("The test is on its way to %(address)s.") % {"address": request.user.email})
    return redirect(f"{place.page_url}?language={language}")


# --- for platform admins ----------------------------------------------------------------------------------------------


def _place(kind: MailKind) -> Place:
    """The portal's own words."""
    return Place(
        list_url=reverse("common:mail-kinds"),
        page_url=reverse("common:mail-kind", args=[kind.key]),
        html_url=reverse("common:mail-kind-html", args=[kind.key]),
        test_url=reverse("common:mail-kind-test", args=[kind.key]),
        wording=mail_catalogue.portals_own(),
    )


@for_platform_admins
@require_GET
def mail_kinds(request: PersonRequest) -> HttpResponse:
    return list_page(request, lambda kind: reverse("common:mail-kind", args=[kind.key]))


@csp_update(FRAMES)
@for_platform_admins
@require_GET
def mail_kind(request: PersonRequest, mail: str) -> HttpResponse:
    kind = found(mail)
    return kind_page(request, kind, _place(kind))


@xframe_options_sameorigin
@for_platform_admins
@require_GET
def mail_kind_html(request: PersonRequest, mail: str) -> HttpResponse:
    return html_page(request, found(mail), mail_catalogue.portals_own())


@for_platform_admins
@require_POST
def mail_kind_test(request: PersonRequest, mail: str) -> HttpResponse:
    kind = found(mail)
    return test_sent(request, kind, _place(kind))
